"""Two runs side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from nbflow import api
from nbflow.interactive.executions import Run
from nbflow.interactive.explanations import plain
from nbflow.interactive.listings import Listing
from nbflow.interactive.markup import badge, block, escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from nbflow.settings import Settings

__all__ = [
    "ComparedCells",
    "ComparedNotebook",
    "ComparedNotebooks",
    "ComparedValues",
    "Comparison",
    "diff_runs",
]

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


class ComparedNotebook:
    """What two runs of several notebooks did with one of them; with `foreach`, for one item.

    Attributes:
        name: the stage's, with the item's number where it has one: `train[0]`.
        verdict: `same`, `different`; `gone` or `new` where one run alone began it.
        parameters: those of the values that it was given that differ.
        metrics: those that differ.
        cells: all code cells.
        changed: whether it differs in anything.
    """

    def __init__(self, found: api.ComparedPart) -> None:
        self.name = found.name
        self.verdict = found.verdict
        self.parameters = ComparedValues(found.parameters)
        self.metrics = ComparedValues(found.metrics)
        self.cells = ComparedCells(found.cells)
        self.changed = found.changed

    def __repr__(self) -> str:
        tables = _tables(self.parameters, self.metrics, self.cells)
        lines = [f"{self.name}: {self.verdict}"]
        for title, rows in tables:
            lines += ["", title, repr(rows)]
        return "\n".join([*lines, *_outputs(self.cells)])

    def _repr_html_(self) -> str:
        title = f"<code>{escape(self.name)}</code> {badge(self.verdict)}"
        return block(title, *_html_tables(_tables(self.parameters, self.metrics, self.cells)))


class ComparedNotebooks(Listing[ComparedNotebook]):
    """The notebooks of two runs of several; by position or by name, `train[0]`."""

    columns: ClassVar[tuple[str, ...]] = ("notebook", "verdict", "parameters", "metrics", "cells")
    what: ClassVar[str] = "notebook"
    empty: ClassVar[str] = "no notebooks"

    def _row(self, item: ComparedNotebook) -> Sequence[object]:
        cells = sum(one.changed for one in item.cells)
        return (item.name, item.verdict, len(item.parameters), len(item.metrics), cells)

    def _html_row(self, item: ComparedNotebook) -> Sequence[str]:
        name, verdict, *counts = super()._html_row(item)
        return (name, badge(verdict), *counts)


class Comparison:
    """In what two runs of a pipeline differ; it is true where they do.

    Attributes:
        before: a run.
        after: the other one.
        parameters: those that differ, defaults included.
        metrics: those that differ.
        cells: all code cells, each with its `verdict`, whether it was `edited`, and `differences`.
        parts: of several notebooks, each stage and item that began: they have metrics and cells.
        changed: whether state, parameters, metrics or outputs differ.
        summary: `7 cells: 2 different, 5 the same`.
    """

    def __init__(self, found: api.ComparedRuns, *, before: Run, after: Run) -> None:
        self.before = before
        self.after = after
        self.parameters = ComparedValues(found.parameters)
        self.metrics = ComparedValues(found.metrics)
        self.cells = ComparedCells(found.cells)
        self.parts = ComparedNotebooks(ComparedNotebook(one) for one in found.parts)
        self.changed = found.changed
        self.summary = found.summary

    def __bool__(self) -> bool:
        """Whether they differ."""
        return self.changed

    def __repr__(self) -> str:
        sides = zip("-+", (self.before, self.after), strict=True)
        lines = [f"{mark} {run.name}: {run.state}" for mark, run in sides]
        for title, rows in _tables(self.parameters, self.metrics, self.cells):
            lines += ["", title, repr(rows)]
        lines += _outputs(self.cells)
        for part in self.parts:
            lines += ["", repr(part)] if part.changed else []
        return "\n".join([*lines, "", self.summary])

    def _repr_html_(self) -> str:
        runs = (self.before, self.after)
        title = " → ".join(f"<code>{escape(run.name)}</code> {badge(run.state)}" for run in runs)
        tables = _html_tables(_tables(self.parameters, self.metrics, self.cells))
        parts = [part._repr_html_() for part in self.parts if part.changed]
        return block(title, *tables, *parts, f"<div>{escape(self.summary)}</div>")


def _tables(
    parameters: ComparedValues, metrics: ComparedValues, cells: ComparedCells
) -> Iterator[tuple[str, ComparedValues | ComparedCells]]:
    """What is to be shown, with titles."""
    shown = ComparedCells(one for one in cells if one.changed or one.edited)
    for title, rows in (("parameters", parameters), ("metrics", metrics)):
        if rows:
            yield title, rows
    if shown:
        yield "cells", shown


def _html_tables(tables: Iterable[tuple[str, ComparedValues | ComparedCells]]) -> list[str]:
    return [f"<div><em>{escape(title)}</em></div>{rows._repr_html_()}" for title, rows in tables]


def _outputs(cells: ComparedCells) -> list[str]:
    """In what outputs differ, as lines."""
    return [
        line
        for cell in cells
        for one in cell.differences
        for line in ("", f"cell {cell.index}, {one.what}:", one.diff(lines=_MOST_LINES))
    ]


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
        What differs: `parameters`, `metrics`, `cells`, of several notebooks `parts`; it is true
        where anything does.

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
