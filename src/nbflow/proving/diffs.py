"""Two texts as a short diff, however long they are."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

__all__ = ["short_diff"]

_WIDEST = 160
_BEFORE = 40
_MOST_COMPARED = 2000
_END = 60


def short_diff(left: str, right: str, *, lines: int) -> str:
    """A unified diff of at most so many lines; `…` stands for what is left out.

    Args:
        left: what was expected.
        right: what is there.
        lines: the most.
    """
    one, other = left.splitlines(), right.splitlines()
    skipped = max(_alike(one, other) - 1, 0)
    # difflib takes long for long texts; what differs first is what is looked at.
    one, other = one[skipped : skipped + _MOST_COMPARED], other[skipped : skipped + _MOST_COMPARED]
    if one == other:
        return f"-{left[-_END:]!r}\n+{right[-_END:]!r}"  # only line ends differ
    written = [*difflib.unified_diff(*_narrow(one, other), lineterm="", n=1)][3:]
    found = ["…" if line.startswith("@@") else line for line in written]
    more = len(found) - lines
    return "\n".join([*found[:lines], *([f"… {more} more lines"] if more > 0 else [])])


def _narrow(left: list[str], right: list[str]) -> tuple[list[str], list[str]]:
    """The lines with long ones cut to where they differ from the line across."""
    if len(left) != len(right):
        return [_cut(line, 0) for line in left], [_cut(line, 0) for line in right]
    starts = [
        max(_alike(one, other) - _BEFORE, 0) if one != other else 0
        for one, other in zip(left, right, strict=True)
    ]
    return (
        [_cut(line, start) for line, start in zip(left, starts, strict=True)],
        [_cut(line, start) for line, start in zip(right, starts, strict=True)],
    )


def _alike(left: Sequence[str], right: Sequence[str]) -> int:
    """How many lines, or characters, are the same from the beginning."""
    pairs = enumerate(zip(left, right, strict=False))
    return next((index for index, (a, b) in pairs if a != b), min(len(left), len(right)))


def _cut(line: str, start: int) -> str:
    if len(line) <= _WIDEST:
        return line
    before, after = "…" if start else "", "…" if start + _WIDEST < len(line) else ""
    return before + line[start : start + _WIDEST] + after
