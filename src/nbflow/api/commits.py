"""What a publication changes, in the words of a commit message."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from nbflow.api.differences import bundle_changes
from nbflow.api.sorts import CHANGED, GONE, NEW
from nbflow.targets import Description

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nbflow.api.differences import Change
    from nbflow.model import Bundle
    from nbflow.targets import Edition

__all__ = ["describe_publication"]

_LONGEST = 60
"""Characters of a summary; the first line of a commit has a verb and the DAG's id too."""
_MORE = "more"


def describe_publication(bundle: Bundle, there: Edition | None) -> Description:
    """What publishing a bundle changes of what is there; the same each time."""
    changes = bundle_changes(bundle, there)
    if there is None:
        steps = sum(one.part == "steps" for one in changes)
        return Description(f"new, {_count(steps, 'step')}", tuple(_lines(changes)))
    return Description(_summary(changes), tuple(_lines(changes)))


def _summary(changes: Sequence[Change]) -> str:
    """`2 steps changed, 1 step new, schedule 30 6 * * *`."""
    parts = [*_counted(changes)] or ["the same steps"]
    while len(", ".join(parts)) > _LONGEST and len(parts) > 1:
        parts = [*parts[: -2 if parts[-1] == _MORE else -1], _MORE]
    return ", ".join(parts)


def _counted(changes: Sequence[Change]) -> Iterator[str]:
    own = {one.name for one in changes if one.part == "steps" and one.sort != CHANGED}
    for part, those in groupby(changes, key=lambda one: one.part):
        if part == "schedule":
            now = [one.name for one in those if one.sort != GONE]
            yield f"schedule {now[0]}" if now else "no schedule"
            continue
        if part == "options":
            yield from (f"{one.name} {CHANGED if one.sort != GONE else GONE}" for one in those)
            continue
        # Where a step is new or gone, so is all that belongs to it.
        told = [one for one in those if part != "resources" or one.name not in own]
        for sort in (CHANGED, NEW, GONE):
            many = sum(one.sort == sort for one in told)
            if many and part == "resources":
                yield f"resources of {_count(many, 'step')}"
            elif many:
                yield f"{_count(many, part.removesuffix('s'))} {sort}"


def _count(many: int, what: str) -> str:
    return f"{many} {what}{'' if many == 1 else 's'}"


def _lines(changes: Iterable[Change]) -> Iterator[str]:
    """As `nbflow diff` shows them."""
    for part, those in groupby(changes, key=lambda one: one.part):
        yield f"{part}:"
        for one in those:
            details = f" ({'; '.join(one.details)})" if one.details else ""
            yield f"  {one.mark} {one.name}{details}"
