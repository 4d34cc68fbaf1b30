"""What two runs of a pipeline show otherwise: parameters, metrics, and outputs cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from nbflow import host, notebook, proving
from nbflow.api import records
from nbflow.api.headers import digest_of
from nbflow.api.parameters import effective
from nbflow.errors import UsageError

if TYPE_CHECKING:
    from nbflow.model import Document, Run
    from nbflow.settings import Settings

__all__ = ["ComparedCell", "ComparedRuns", "ComparedValue", "compare_runs"]

SAME, DIFFERENT, GONE, NEW, NOT_RUN = "same", "different", "gone", "new", "not_run"
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
class ComparedRuns:
    """Two runs side by side.

    Attributes:
        before, after: the runs.
        digests: of the bundles that they came from; empty where that is not known.
        parameters: those that differ, defaults included.
        metrics: those that differ.
        cells: all code cells, in the order of the second run's notebook.
    """

    before: Run
    after: Run
    digests: tuple[str, str]
    parameters: tuple[ComparedValue, ...]
    metrics: tuple[ComparedValue, ...]
    cells: tuple[ComparedCell, ...]

    @property
    def changed(self) -> bool:
        """State, parameters, metrics or outputs differ."""
        return (
            self.before.state is not self.after.state
            or bool(self.parameters or self.metrics)
            or any(cell.changed for cell in self.cells)
        )

    @property
    def summary(self) -> str:
        """`7 cells: 2 different, 1 new, 4 the same`."""
        count = len(self.cells)
        said = [
            f"{number} {words}"
            for verdict, words in _WORDS.items()
            if (number := sum(cell.verdict == verdict for cell in self.cells))
        ]
        others = sum(cell.verdict == SAME for cell in self.cells)
        said += [f"{others} the same"] if said and others else [] if said else ["all the same"]
        return f"{count} cell{'' if count == 1 else 's'}: {', '.join(said)}"

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
        }


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


def compare_runs(before: Run, after: Run, *, current: Settings) -> ComparedRuns:
    """Compare what two runs of one pipeline were given, recorded and showed.

    Outputs are compared as `nbflow check --prove` does: what differs each time and is no result
    (times, addresses, the order of standard output and error) is passed over.

    Args:
        before: a run.
        after: another one, of the same DAG; its notebook may have been edited in between.
        current: where their store is, and where their bundles were published.

    Raises:
        UsageError: they are of two DAGs, or one and the same run.
        StoreError: the store holds nothing of one of them.
    """
    if before.dag_id != after.dag_id:
        raise UsageError(
            f"{before.dag_id}/{before.run_id} and {after.dag_id}/{after.run_id} are not of one DAG",
            hint="`nbflow runs DAG` lists the runs of one.",
        )
    if before.run_id == after.run_id:
        raise UsageError(
            f"{before.dag_id}/{before.run_id} was named twice",
            hint=f"`nbflow runs {before.dag_id}` lists the others.",
        )
    one, other = _Side.read(before, current), _Side.read(after, current)
    return ComparedRuns(
        before,
        after,
        (one.digest, other.digest),
        parameters=tuple(_values(one.parameters, other.parameters)),
        metrics=tuple(_values(one.metrics, other.metrics)),
        cells=tuple(_cells(one, other)),
    )


@dataclass(frozen=True)
class _Side:
    """What one of the runs left."""

    document: Document
    merged: Mapping[str, Any]
    parameters: Mapping[str, Any]
    metrics: Mapping[str, Any]
    digest: str

    @classmethod
    def read(cls, run: Run, current: Settings) -> _Side:
        """Read it from the store."""
        folder = records.require_folder(run, current=current)
        executed = host.executed(folder)
        document = records.author_document(run, folder=folder, current=current)
        return cls(
            document,
            notebook.merge(document, executed),
            effective(run, manifest=records.manifest_of(folder, current=current)),
            run.metrics or records.read_metrics(folder),
            digest_of(folder, executed),
        )

    @property
    def ran(self) -> set[str]:
        """The ids of the cells that it reached."""
        return {
            cell["id"]
            for cell in self.merged["cells"]
            if cell.get("execution_count") is not None or cell.get("outputs")
        }


def _values(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[ComparedValue]:
    for name in [*after, *(name for name in before if name not in after)]:
        if name not in before:
            yield ComparedValue(name, None, after[name], NEW)
        elif name not in after:
            yield ComparedValue(name, before[name], None, GONE)
        elif not _same(before[name], after[name]):
            yield ComparedValue(name, before[name], after[name])


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: `1` is not `True`, and what is no number equals itself."""
    return repr(one) == repr(other)


def _cells(before: _Side, after: _Side) -> Iterator[ComparedCell]:
    """All code cells in the order of the later notebook, those that are gone where they were."""
    found: dict[str, list[proving.Difference]] = {}
    old, new = before.document.by_id, after.document.by_id
    ran = before.ran, after.ran
    both = [one for one in old if one in new and one in ran[0] & ran[1]]
    for difference in proving.compare(before.merged, after.merged, cells=both):
        found.setdefault(difference.cell, []).append(difference)
    for cell_id in _order([*old], [*new]):
        cell = new.get(cell_id) or old[cell_id]
        if cell.kind != "code":
            continue
        differences = tuple(found.get(cell_id, ()))
        yield ComparedCell(
            cell_id,
            cell.index + 1,
            _verdict(cell_id, old, new, ran, differences),
            edited=cell_id in old and cell_id in new and old[cell_id].source != cell.source,
            line=cell.first_line,
            ran=(cell_id in ran[0], cell_id in ran[1]),
            differences=differences,
        )


def _verdict(
    cell: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    ran: tuple[set[str], set[str]],
    differences: Sequence[proving.Difference],
) -> str:
    if cell not in new:
        return GONE
    if cell not in old:
        return NEW
    if cell not in ran[0] & ran[1]:
        return NOT_RUN
    return DIFFERENT if differences else SAME


def _order(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """The ids of both: those of `new` in its order, each that is gone behind what it followed."""
    order = list(new)
    place = 0
    for one in old:
        if one in new:
            place = order.index(one) + 1
        else:
            order.insert(place, one)
            place += 1
    return order
