"""Two steps that run in any order, one of which changed what the other read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow.errors import StoreError
from nbflow.runtime.manifests import read_manifest

if TYPE_CHECKING:
    from nbflow.runtime.manifests import Manifest
    from nbflow.runtime.orders import Orders
    from nbflow.runtime.store import Store

__all__ = ["CLAIMS", "check"]

CLAIMS = "claims.json"
"""A manifest that tells, before the real one is written, what a step read and changed: of two
steps that end together at least one sees the other's."""

_WORDS = {
    "variable": ("variable {!r}", "let {first!r} work on a copy"),
    "file": ("file {!r}", "let {first!r} write another file"),
    "folder": ("the files of folder {!r}", "let {first!r} write into another folder"),
    "random": ("the random state of {!r}", "seed {!r} in step {second!r} before it draws"),
    "definition": ("what {!r} remembers", "keep in variables what it remembers"),
}
"""By kind: what was changed, and what helps beside an edge."""


def check(mine: Manifest, *, orders: Orders, run: Store) -> None:
    """See that no step beside this one changed what the later of the two had already read.

    Raises:
        StoreError: one did; names both steps, what it was, and the fix.
    """
    related = {orders.step, *orders.ancestors, *orders.descendants}
    position = {name: index for index, name in enumerate(orders.steps)}
    for name in orders.steps:
        other = None if name in related else read_manifest(run, name, file=CLAIMS)
        if other is None:
            continue
        first, second = sorted((mine, other), key=lambda one: position[one.step])
        for thing in sorted(set(first.changed) & set(second.read)):
            if position.get(second.read[thing], -1) < position[first.step]:
                raise _race(thing, first.step, second.step)


def _race(thing: str, first: str, second: str) -> StoreError:
    kind, _, name = thing.partition(":")
    what, other = (text.format(name or ".", first=first, second=second) for text in _WORDS[kind])
    return StoreError(
        f"step {first!r} changed {what}, and step {second!r}, which comes after it in the "
        f"notebook but does not wait for it, used it unchanged",
        hint=f"tag a cell of step {second!r} with `prev:{first}`, or {other}",
    )
