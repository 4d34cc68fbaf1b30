"""What two runs of a pipeline show otherwise: parameters, metrics, and outputs cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nbflow import host, notebook, proving
from nbflow.api import records
from nbflow.api.compared import (
    DIFFERENT,
    NOT_RUN,
    SAME,
    ComparedCell,
    ComparedPart,
    ComparedRuns,
    ComparedValue,
)
from nbflow.api.headers import digest_of
from nbflow.api.parameters import effective
from nbflow.api.parts import parts
from nbflow.api.sorts import GONE, NEW
from nbflow.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from nbflow.api.parts import Part
    from nbflow.model import Document, Run
    from nbflow.settings import Settings

__all__ = ["compare_runs"]


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
    one, other = _Left.read(before, current), _Left.read(after, current)
    given = tuple(_values(one.parameters, other.parameters))
    digests = (one.digest, other.digest)
    if one.several or other.several:
        found = tuple(_parts(one, other))
        return ComparedRuns(before, after, digests, given, metrics=(), cells=(), parts=found)
    sides = one.side(), other.side()
    return ComparedRuns(
        before,
        after,
        digests,
        given,
        metrics=tuple(_values(one.run.metrics, other.run.metrics)),
        cells=tuple(_cells(*sides)),
    )


@dataclass(frozen=True)
class _Left:
    """What one of the runs left."""

    run: Run
    folder: Path
    current: Settings
    manifest: Mapping[str, Any]
    executed: Mapping[str, Mapping[str, Any]]

    @classmethod
    def read(cls, run: Run, current: Settings) -> _Left:
        """Read it from the store."""
        folder = records.require_folder(run, current=current)
        return cls(
            replace(run, metrics=run.metrics or records.read_metrics(folder)),
            folder,
            current,
            records.manifest_of(folder, current=current),
            host.executed(folder),
        )

    @property
    def parameters(self) -> dict[str, Any]:
        """The run's."""
        return effective(self.run, manifest=self.manifest)

    @property
    def digest(self) -> str:
        """Of its bundle."""
        return digest_of(self.folder, self.executed)

    @property
    def several(self) -> bool:
        """Whether it is of several notebooks."""
        return "stages" in self.manifest or bool(self.parts)

    @cached_property
    def parts(self) -> dict[str, Part]:
        """Its notebooks, of several, by name in their order."""
        order = [one["name"] for one in self.manifest.get("stages", ())]
        return {one.name: one for one in parts(self.run, folder=self.folder, order=order)}

    def side(self, part: Part | None = None) -> _Side:
        """A notebook of it."""
        stage = None if part is None else part.stage
        document = records.author_document(
            self.run, folder=self.folder, current=self.current, stage=stage
        )
        executed = self.executed if part is None else part.executed
        return _Side(document, notebook.merge(document, executed))


@dataclass(frozen=True)
class _Side:
    """A notebook as one of the runs executed it."""

    document: Document
    merged: Mapping[str, Any]

    @property
    def ran(self) -> set[str]:
        """The ids of the cells that it reached."""
        return {
            cell["id"]
            for cell in self.merged["cells"]
            if cell.get("execution_count") is not None or cell.get("outputs")
        }


def _parts(before: _Left, after: _Left) -> Iterator[ComparedPart]:
    old, new = before.parts, after.parts
    for name in _order([*old], [*new]):
        was, now = old.get(name), new.get(name)
        states = (was.run.state if was else None, now.run.state if now else None)
        if was is None or now is None:
            yield ComparedPart(name, NEW if was is None else GONE, states)
            continue
        given = tuple(_values(was.run.parameters, now.run.parameters))
        metrics = tuple(_values(was.run.metrics, now.run.metrics))
        cells = tuple(_cells(before.side(was), after.side(now)))
        changed = states[0] is not states[1] or bool(given or metrics)
        changed = changed or any(cell.changed for cell in cells)
        yield ComparedPart(name, DIFFERENT if changed else SAME, states, given, metrics, cells)


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
