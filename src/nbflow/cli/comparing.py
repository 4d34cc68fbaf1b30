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
    from nbflow.api import ComparedCell, ComparedRuns, ComparedValue

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

    Parameters, metrics, and outputs cell by cell.

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
    changed = [cell for cell in found.cells if cell.changed or cell.edited]
    if changed:
        yield ""
        yield "cells"
    for cell in changed:
        yield _headline(cell)
        yield from _differences(cell)
    yield ""
    yield _summary(found)


def _values(title: str, values: Sequence[ComparedValue]) -> Iterator[str]:
    if values:
        yield ""
        yield title
    for one in values:
        mark, colour = _MARKS[one.verdict]
        sides = [] if one.verdict == "new" else [_shown(one.before)]
        sides += [] if one.verdict == "gone" else [_shown(one.after)]
        said = f"{mark} {one.name}: {' → '.join(sides)}{_by(one)}"
        yield f"  {click.style(said, fg=colour)}"


def _by(one: ComparedValue) -> str:
    """By how much a number has changed."""
    sides = (one.before, one.after)
    if any(isinstance(side, bool) or not isinstance(side, int | float) for side in sides):
        return ""
    return f" ({one.after - one.before:+.4g})"


def _headline(cell: ComparedCell) -> str:
    mark, colour = _MARKS[cell.verdict]
    notes = ["edited"] if cell.edited else []
    if cell.ran[0] != cell.ran[1] and cell.verdict == "not_run":
        notes.append("ran before, not now" if cell.ran[0] else "runs now, did not before")
    elif cell.verdict == "same":
        notes.append("shows the same")
    note = f" ({', '.join(notes)})" if notes else ""
    head = f"{mark} cell {cell.index} (id {cell.cell}){note}"
    room = max(shutil.get_terminal_size().columns - len(head) - 4, 20)
    return f"  {click.style(head, fg=colour)}  {click.style(_short(cell.line, room), dim=True)}"


def _differences(cell: ComparedCell) -> Iterator[str]:
    for one in cell.differences:
        yield f"      {one.what}"
        for line in one.diff(lines=_MOST_LINES).splitlines():
            yield f"      {click.style(line, fg={'-': 'red', '+': 'green'}.get(line[:1]))}"


def _summary(found: ComparedRuns) -> str:
    """`7 cells: 2 different, 1 new, the others the same`."""
    count = len(found.cells)
    said = [
        f"{number} {words}"
        for verdict, words in (
            ("different", "different"),
            ("gone", "gone"),
            ("new", "new"),
            ("not_run", "not run in both"),
        )
        if (number := sum(cell.verdict == verdict for cell in found.cells))
    ]
    others = sum(cell.verdict == "same" for cell in found.cells)
    said += [f"{others} the same"] if said and others else [] if said else ["all the same"]
    return f"{count} cell{'' if count == 1 else 's'}: {', '.join(said)}"


def _shown(value: Any) -> str:
    return _short(repr(value), _LONGEST)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


COMMANDS = (diff_runs,)
