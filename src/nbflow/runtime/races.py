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
    "setting": ("the setting {!r}", "change it in a `setup` cell"),
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
                raise _race(thing, first, second)


def _race(thing: str, first: Manifest, second: Manifest) -> StoreError:
    kind, _, name = thing.partition("@")[0].partition(":")
    steps = {"first": first.step, "second": second.step}
    what, other = (text.format(name or ".", **steps) for text in _WORDS[kind])
    return StoreError(
        f"step {first.step!r}{_cells(first, thing)} changed {what}, and step "
        f"{second.step!r}{_cells(second, thing)}, which comes after it in the notebook but does "
        "not wait for it, used it unchanged",
        hint=f"tag a cell of step {second.step!r} with `prev:{first.step}`, or {other}",
    )


def _cells(manifest: Manifest, thing: str) -> str:
    found = manifest.places.get(thing, [])
    if not found:
        return ""
    return f" (cell {found[0]})" if len(found) == 1 else f" (cells {', '.join(found)})"
