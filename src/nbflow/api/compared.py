"""Two runs side by side, as data: values, cells, and the notebooks of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from nbflow.api.sorts import GONE, NEW

if TYPE_CHECKING:
    from nbflow import proving
    from nbflow.model import Run, RunState

__all__ = [
    "DIFFERENT",
    "NOT_RUN",
    "SAME",
    "ComparedCell",
    "ComparedPart",
    "ComparedRuns",
    "ComparedValue",
]

SAME, DIFFERENT, NOT_RUN = "same", "different", "not_run"
_WORDS = {DIFFERENT: "different", GONE: "gone", NEW: "new", NOT_RUN: "not run in both"}


@dataclass(frozen=True)
class ComparedValue:
    """A parameter or a metric.

    Attributes:
        name: its name.
        before: its value in the first run, as JSON has it; None also where it has none.
        after: its value in the second.
        verdict: `different`; `gone` or `new` where one run alone has it.
    """

    name: str
    before: Any
    after: Any
    verdict: str = DIFFERENT

    @property
    def by(self) -> str:
        """By how much a number has changed, ` (+0.02)`; empty for anything else."""
        sides = (self.before, self.after)
        if any(isinstance(side, bool) or not isinstance(side, int | float) for side in sides):
            return ""
        return f" ({self.after - self.before:+.4g})"


@dataclass(frozen=True)
class ComparedCell:
    """A code cell.

    Attributes:
        cell: its id.
        index: its position among all cells of the notebook of the second run, of the first where it
            is gone, counted from 1.
        verdict: `same`, `different`; `gone` or `new` where one notebook alone has it; `not_run`
            where one run or both did not reach it.
        edited: its source is another.
        line: how its source begins.
        ran: whether the first and the second run reached it.
        differences: of the outputs.
    """

    cell: str
    index: int
    verdict: str
    edited: bool
    line: str
    ran: tuple[bool, bool]
    differences: tuple[proving.Difference, ...] = ()

    @property
    def changed(self) -> bool:
        """It shows something else, or one run alone reached it."""
        return self.verdict not in {SAME, NOT_RUN} or self.ran[0] != self.ran[1]

    @property
    def notes(self) -> list[str]:
        """What is to be said beside the verdict."""
        notes = ["edited"] if self.edited else []
        if self.ran[0] != self.ran[1] and self.verdict == NOT_RUN:
            notes.append("ran before, not now" if self.ran[0] else "runs now, did not before")
        elif self.verdict == SAME:
            notes.append("shows the same")
        return notes


@dataclass(frozen=True)
class ComparedPart:
    """What two runs of several notebooks did with one of them; with `foreach`, for one item.

    Attributes:
        name: the stage's, with the item's number where it has one: `train[0]`.
        verdict: `same`, `different`; `gone` or `new` where one run alone began it.
        states: how it ended in the first and the second run; None where that did not begin it.
        parameters: those of the values that it was given that differ.
        metrics: those that differ.
        cells: all code cells, in the order of the second run's notebook.
    """

    name: str
    verdict: str
    states: tuple[RunState | None, RunState | None]
    parameters: tuple[ComparedValue, ...] = ()
    metrics: tuple[ComparedValue, ...] = ()
    cells: tuple[ComparedCell, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether it differs in anything."""
        return self.verdict != SAME

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "name": self.name,
            "verdict": self.verdict,
            "states": [one and str(one) for one in self.states],
            "parameters": [asdict(one) for one in self.parameters],
            "metrics": [asdict(one) for one in self.metrics],
            "cells": [_cell_as_json(one) for one in self.cells],
        }


@dataclass(frozen=True)
class ComparedRuns:
    """Two runs side by side.

    Attributes:
        before, after: the runs.
        digests: of the bundles that they came from; empty where that is not known.
        parameters: those that differ, defaults included.
        metrics: those that differ.
        cells: all code cells, in the order of the second run's notebook.
        parts: of several notebooks, each stage and item that began; they have metrics and cells.
    """

    before: Run
    after: Run
    digests: tuple[str, str]
    parameters: tuple[ComparedValue, ...]
    metrics: tuple[ComparedValue, ...]
    cells: tuple[ComparedCell, ...]
    parts: tuple[ComparedPart, ...] = ()

    @property
    def changed(self) -> bool:
        """State, parameters, metrics or outputs differ."""
        return (
            self.before.state is not self.after.state
            or bool(self.parameters or self.metrics)
            or any(cell.changed for cell in self.cells)
            or any(part.changed for part in self.parts)
        )

    @property
    def summary(self) -> str:
        """`7 cells: 2 different, 1 new, 4 the same`; of several notebooks these come first."""
        cells = [*self.cells, *(cell for part in self.parts for cell in part.cells)]
        said = _counted("cell", [cell.verdict for cell in cells])
        if not self.parts:
            return said
        return f"{_counted('notebook', [part.verdict for part in self.parts])}; {said}"

    def as_json(self) -> dict[str, Any]:
        """The comparison for programs."""
        sides = zip((self.before, self.after), self.digests, strict=True)
        before, after = (
            {"dag_id": one.dag_id, "run_id": one.run_id, "state": str(one.state), "digest": digest}
            for one, digest in sides
        )
        return {
            "before": before,
            "after": after,
            "changed": self.changed,
            "parameters": [asdict(one) for one in self.parameters],
            "metrics": [asdict(one) for one in self.metrics],
            "cells": [_cell_as_json(one) for one in self.cells],
            "parts": [one.as_json() for one in self.parts],
        }


def _counted(what: str, verdicts: Sequence[str]) -> str:
    said = [
        f"{number} {words}"
        for verdict, words in _WORDS.items()
        if (number := verdicts.count(verdict))
    ]
    others = verdicts.count(SAME)
    said += [f"{others} the same"] if said and others else [] if said else ["all the same"]
    return f"{len(verdicts)} {what}{'' if len(verdicts) == 1 else 's'}: {', '.join(said)}"


def _cell_as_json(one: ComparedCell) -> dict[str, Any]:
    return {
        "cell": one.cell,
        "index": one.index,
        "verdict": one.verdict,
        "edited": one.edited,
        "ran": list(one.ran),
        "differences": [
            {"what": each.what, "before": each.expected, "after": each.actual}
            for each in one.differences
        ],
    }
