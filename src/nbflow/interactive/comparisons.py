"""Two runs side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from nbflow import api
from nbflow.interactive.executions import Run
from nbflow.interactive.explanations import plain
from nbflow.interactive.listings import Listing
from nbflow.interactive.markup import badge, block, escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from nbflow.settings import Settings

__all__ = ["ComparedCells", "ComparedValues", "Comparison", "diff_runs"]

_MOST_LINES = 12


class ComparedValues(Listing["api.ComparedValue"]):
    """Parameters or metrics that differ, by name."""

    columns: ClassVar[tuple[str, ...]] = ("name", "before", "after", "")
    what: ClassVar[str] = "value that differs"
    empty: ClassVar[str] = "all the same"

    def _row(self, item: api.ComparedValue) -> Sequence[object]:
        before = "" if item.verdict == "new" else repr(item.before)
        after = "" if item.verdict == "gone" else repr(item.after)
        return (item.name, before, after, item.by.strip(" ()") or item.verdict)


class ComparedCells(Listing["api.ComparedCell"]):
    """Code cells, in the order of the later notebook; the id of one is its key."""

    columns: ClassVar[tuple[str, ...]] = ("cell", "verdict", "begins", "what differs")
    what: ClassVar[str] = "cell"
    empty: ClassVar[str] = "no cells"

    def _name(self, item: api.ComparedCell) -> str:
        return item.cell

    def _row(self, item: api.ComparedCell) -> Sequence[object]:
        what = ", ".join([*item.notes, *(one.what for one in item.differences)])
        return (item.index, item.verdict, item.line, what)

    def _html_row(self, item: api.ComparedCell) -> Sequence[str]:
        number, verdict, line, _ = super()._html_row(item)
        shown = [escape(note) for note in item.notes]
        shown += [
            f"{escape(one.what)}<pre>{escape(one.diff(lines=_MOST_LINES))}</pre>"
            for one in item.differences
        ]
        return (number, badge(verdict), f"<code>{line}</code>", "".join(shown))


class Comparison:
    """In what two runs of a pipeline differ; it is true where they do.

    Attributes:
        before: a run.
        after: the other one.
        parameters: those that differ, defaults included.
        metrics: those that differ.
        cells: all code cells, each with its `verdict`, whether it was `edited`, and `differences`.
        changed: whether state, parameters, metrics or outputs differ.
        summary: `7 cells: 2 different, 5 the same`.
    """

    def __init__(self, found: api.ComparedRuns, *, before: Run, after: Run) -> None:
        self.before = before
        self.after = after
        self.parameters = ComparedValues(found.parameters)
        self.metrics = ComparedValues(found.metrics)
        self.cells = ComparedCells(found.cells)
        self.changed = found.changed
        self.summary = found.summary

    def __bool__(self) -> bool:
        """Whether they differ."""
        return self.changed

    @property
    def _tables(self) -> Iterator[tuple[str, ComparedValues | ComparedCells]]:
        shown = ComparedCells(one for one in self.cells if one.changed or one.edited)
        for title, rows in (("parameters", self.parameters), ("metrics", self.metrics)):
            if rows:
                yield title, rows
        if shown:
            yield "cells", shown

    def __repr__(self) -> str:
        sides = zip("-+", (self.before, self.after), strict=True)
        lines = [f"{mark} {run.name}: {run.state}" for mark, run in sides]
        for title, rows in self._tables:
            lines += ["", title, repr(rows)]
        for cell in self.cells:
            for one in cell.differences:
                lines += ["", f"cell {cell.index}, {one.what}:", one.diff(lines=_MOST_LINES)]
        return "\n".join([*lines, "", self.summary])

    def _repr_html_(self) -> str:
        runs = (self.before, self.after)
        title = " → ".join(f"<code>{escape(run.name)}</code> {badge(run.state)}" for run in runs)
        tables = [
            f"<div><em>{escape(title)}</em></div>{rows._repr_html_()}"
            for title, rows in self._tables
        ]
        return block(title, *tables, f"<div>{escape(self.summary)}</div>")


@plain
def diff_runs(before: Run | str, after: Run | str, *, project: str | Path = ".") -> Comparison:
    """In what two runs of a pipeline differ: parameters, metrics, outputs cell by cell.

    Times, addresses and the like in outputs do not count. The notebook may have been edited between
    the runs, and Airflow need not be running.

    Args:
        before: a run, or `DAG/RUN_ID`, a run's id, or a DAG's id for its latest run.
        after: another one of the same pipeline.
        project: a folder of the project, whose settings name Airflow and store.

    Returns:
        What differs: `parameters`, `metrics`, `cells`; it is true where anything does.

    Raises:
        UsageError: they are of two pipelines, or one and the same run.
        RemoteError, StoreError: there is no such run, or the store holds nothing of it.

    Example:
        >>> import nbflow
        >>> small = nbflow.run("train.ipynb", quiet=True)
        >>> large = nbflow.run("train.ipynb", trees=16, quiet=True)
        >>> found = nbflow.diff_runs(small, large)
        >>> found.metrics
        name      before  after
        accuracy  0.5     0.8    +0.3
        >>> found.summary
        '4 cells: 2 different, 2 the same'
    """
    current = api.load_settings(project)
    runs = [
        one if isinstance(one, Run) else _found(one, current=current) for one in (before, after)
    ]
    found = api.compare_runs(*(one._seen for one in runs), current=runs[0]._current)
    return Comparison(found, before=runs[0], after=runs[1])


def _found(reference: str, *, current: Settings) -> Run:
    return Run(api.find_run_anywhere(reference, current=current), current=current)
