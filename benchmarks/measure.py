"""What was measured: samples taken in turns, so that a machine that slows down slows all."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Work = Callable[[], float]


class MeasureError(Exception):
    """A work did not do what it was to do, so its time says nothing."""


@dataclass(frozen=True)
class Samples:
    """What one work took, turn after turn, in the unit of its row."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The one in the middle."""
        return statistics.median(self.values)


@dataclass(frozen=True)
class Row:
    """One comparison.

    Attributes:
        group: the measurement that it is from.
        work: what was done.
        ours: what it took in nbflow.
        against: the peer.
        theirs: what it took there, in the same turns.
        at_most: the target for the ratio; None where there is none.
        unit: of the samples.
    """

    group: str
    work: str
    ours: Samples
    against: str
    theirs: Samples
    at_most: float | None = None
    unit: str = "s"

    @property
    def ratio(self) -> float:
        """Our median divided by theirs."""
        return self.ours.median / self.theirs.median

    @property
    def spread(self) -> tuple[float, float]:
        """The smallest and the largest ratio of one turn."""
        turns = [
            ours / theirs for ours, theirs in zip(self.ours.values, self.theirs.values, strict=True)
        ]
        return min(turns), max(turns)

    @property
    def held(self) -> bool:
        """Whether the target is held; a row without one holds."""
        return self.at_most is None or self.ratio <= self.at_most


@dataclass(frozen=True)
class Fact:
    """Something that was checked, not timed."""

    group: str
    work: str
    found: str
    held: bool


@dataclass(frozen=True)
class Cost:
    """What something takes by itself, in seconds.

    Attributes:
        group: the measurement that it is from.
        work: what was done.
        taken: how long that took.
        under: how the works begin that cannot be faster than this; empty where none is.
    """

    group: str
    work: str
    taken: Samples
    under: str = ""

    held = True

    def bounds(self, row: Row) -> bool:
        """Whether the row's work cannot be faster than this."""
        return bool(self.under) and row.work.startswith(self.under)


@dataclass(frozen=True)
class Unmeasured:
    """A measurement that could not be made."""

    group: str
    why: str

    held = False


def floor(row: Row, findings: Sequence[Finding]) -> Cost | None:
    """What takes longer by itself than the row's target leaves, where something does."""
    if row.at_most is None:
        return None
    room = row.at_most * row.theirs.median
    costs = [one for one in findings if isinstance(one, Cost)]
    above = [one for one in costs if one.bounds(row) and one.taken.median > room]
    return max(above, key=lambda one: one.taken.median, default=None)


Finding = Row | Fact | Cost | Unmeasured


def in_turns(
    works: Mapping[str, Work], *, repeat: int, warm: int = 1, say: Callable[[str], None]
) -> dict[str, Samples]:
    """What each work took, taken A B C A B C …

    Args:
        works: by name; each returns what it took.
        repeat: turns that count.
        warm: turns before that do not.
        say: told of each measurement.

    Raises:
        MeasureError: a work failed.
    """
    taken: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(warm + repeat):
        for name, work in works.items():
            amount = work()
            say(f"  {name}: {amount:.3f}{' (warm-up)' if turn < warm else ''}")
            if turn >= warm:
                taken[name].append(amount)
    return {name: Samples(tuple(values)) for name, values in taken.items()}


def total(samples: Sequence[Samples]) -> Samples:
    """Turn by turn, the sum of several works."""
    return Samples(tuple(map(sum, zip(*(one.values for one in samples), strict=True))))
