"""The command that puts two runs side by side."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nbflow.cli import options
from nbflow.cli.console import print_json

if TYPE_CHECKING:
    from nbflow.api import ComparedCell, ComparedPart, ComparedRuns, ComparedValue

_MARKS = {
    "same": ("=", "green"),
    "different": ("~", "yellow"),
    "gone": ("-", "red"),
    "new": ("+", "green"),
    "not_run": (" ", "white"),
}
_MOST_LINES = 12
_LONGEST = 80


@click.command(
    "diff-runs", epilog="Example: nbflow diff-runs train_models/RUN_ID train_models/OTHER_RUN_ID"
)
@click.argument("before", metavar="RUN")
@click.argument("after", metavar="RUN")
@click.option("--exit-code", is_flag=True, help="End with 1 where the runs differ.")
@options.project
@options.as_json
def diff_runs(*, before: str, after: str, exit_code: bool, project: Path, as_json: bool) -> int:
    """Show in what two runs of a pipeline differ.

    Parameters, metrics, and outputs cell by cell; of several notebooks stage by stage, and item by
    item of a list.

    RUN is DAG/RUN_ID, a run's id, or a DAG's id for its latest run; runs on this machine too.
    Outputs are compared as `nbflow check --prove` does: times, addresses and the like do not count.
    The notebook may have been edited between the runs. Airflow need not be running.
    """
    from nbflow import api

    current = api.load_settings(project)
    runs = [api.find_run_anywhere(one, current=current) for one in (before, after)]
    found = api.compare_runs(*runs, current=current)
    if as_json:
        print_json(found.as_json())
    else:
        click.echo("\n".join(_lines(found)))
    return int(exit_code and found.changed)


def _lines(found: ComparedRuns) -> Iterator[str]:
    for mark, run, digest in zip("-+", (found.before, found.after), found.digests, strict=True):
        version = f"  version {digest}" if digest and found.digests[0] != found.digests[1] else ""
        yield f"{mark} {run.dag_id}/{run.run_id}: {run.state}{version}"
    yield from _values("parameters", found.parameters)
    yield from _values("metrics", found.metrics)
    yield from _cells(found.cells)
    for part in found.parts:
        if part.changed or any(cell.edited for cell in part.cells):
            yield from _part(part)
    yield ""
    yield found.summary


def _part(part: ComparedPart) -> Iterator[str]:
    """A stage, or an item of one, with all that differs in it."""
    mark, colour = _MARKS[part.verdict]
    was, now = part.states
    state = f"{was or 'not run'} → {now or 'not run'}" if was is not now else f"{now}"
    yield ""
    yield f"{click.style(f'{mark} {part.name}', fg=colour, bold=True)}: {state}"
    for line in (
        *_values("parameters", part.parameters),
        *_values("metrics", part.metrics),
        *_cells(part.cells),
    ):
        if line:
            yield f"  {line}"


def _cells(cells: Sequence[ComparedCell]) -> Iterator[str]:
    changed = [cell for cell in cells if cell.changed or cell.edited]
    if changed:
        yield ""
        yield "cells"
    for cell in changed:
        yield _headline(cell)
        yield from _differences(cell)


def _values(title: str, values: Sequence[ComparedValue]) -> Iterator[str]:
    if values:
        yield ""
        yield title
    for one in values:
        mark, colour = _MARKS[one.verdict]
        sides = [] if one.verdict == "new" else [_shown(one.before)]
        sides += [] if one.verdict == "gone" else [_shown(one.after)]
        said = f"{mark} {one.name}: {' → '.join(sides)}{one.by}"
        yield f"  {click.style(said, fg=colour)}"


def _headline(cell: ComparedCell) -> str:
    mark, colour = _MARKS[cell.verdict]
    notes = cell.notes
    note = f" ({', '.join(notes)})" if notes else ""
    head = f"{mark} cell {cell.index} (id {cell.cell}){note}"
    room = max(shutil.get_terminal_size().columns - len(head) - 4, 20)
    return f"  {click.style(head, fg=colour)}  {click.style(_short(cell.line, room), dim=True)}"


def _differences(cell: ComparedCell) -> Iterator[str]:
    for one in cell.differences:
        yield f"      {one.what}"
        for line in one.diff(lines=_MOST_LINES).splitlines():
            yield f"      {click.style(line, fg={'-': 'red', '+': 'green'}.get(line[:1]))}"


def _shown(value: Any) -> str:
    return _short(repr(value), _LONGEST)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


COMMANDS = (diff_runs,)
