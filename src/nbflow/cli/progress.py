"""A run as it goes: a live table for a person, a line per change for a log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

import click

from nbflow.cli.console import is_terminal
from nbflow.model import Document, Run, RunState, StepRun, format_bytes, format_elapsed

if TYPE_CHECKING:
    from rich.table import Table

_MARKS = {
    RunState.QUEUED: ("·", "dim"),
    RunState.RUNNING: ("▶", "cyan"),
    RunState.RETRYING: ("↻", "yellow"),
    RunState.SUCCESS: ("✓", "green"),
    RunState.FAILED: ("✗", "red"),
    RunState.UPSTREAM_FAILED: ("-", "dim"),
    RunState.SKIPPED: ("-", "dim"),
    RunState.CANCELLED: ("-", "yellow"),
}
_WORDS = {
    RunState.RETRYING: "will be tried again",
    RunState.UPSTREAM_FAILED: "not run, a step that it needs failed",
}
_BAR = 12


class Observer(Protocol):
    """Is told of each change of a run."""

    def __call__(self, run: Run, /) -> None:
        """Show the run as it stands."""


@contextmanager
def follow(document: Document | None = None, *, transient: bool = False) -> Iterator[Observer]:
    """Show a run on standard error while the body goes on; `transient`: and not longer."""
    if not is_terminal():
        yield Lines()
        return
    # rich takes time to import, and a program that reads us does not need it.
    from rich.console import Console
    from rich.live import Live

    console = Console(stderr=True)
    with Live(console=console, refresh_per_second=8, transient=transient) as live:
        last: list[Run] = []

        def show(run: Run) -> None:
            last[:] = [run]
            live.update(render_table(run, document=document))

        def rerender() -> Table | str:
            return render_table(last[0], document=document) if last else ""

        live.get_renderable = rerender  # type: ignore[method-assign] # elapsed time goes on
        yield show


class Lines:
    """A line for each change of a step's state, for logs."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[RunState, int]] = {}
        self._notes: dict[str, str | None] = {}

    def __call__(self, run: Run, /) -> None:
        """Write what has changed since the last call."""
        for step in run.steps:
            now = (step.state, step.attempt)
            before = self._seen.get(step.name)
            self._seen[step.name] = now
            if step.state is RunState.RUNNING and step.note not in {
                None,
                self._notes.get(step.name),
            }:
                click.echo(f"{step.name}: {step.note}", err=True)
            self._notes[step.name] = step.note
            if before != now and not (before is None and step.state is RunState.QUEUED):
                click.echo(describe_step(step), err=True)


def describe_step(step: StepRun) -> str:
    """`train: success, 5 of 5 cells, 3.2s`."""
    parts = [f"{step.name}: {_WORDS.get(step.state, step.state)}"]
    if step.state is RunState.RETRYING and step.note:
        parts[0] += f" {step.note}"
    elif _taken(step):
        parts.append(_taken(step))
    elif step.attempt > 1 and step.state is not RunState.UPSTREAM_FAILED:
        parts.append(f"attempt {step.attempt}")
    if step.cells_done or step.state is RunState.FAILED:
        parts.append(f"{step.cells_done} of {step.cells_total} cells")
    if step.ended is not None and not step.kept and step.state is not RunState.UPSTREAM_FAILED:
        parts.append(elapsed(step))
    if peak_memory(step):
        parts.append(f"peak memory {peak_memory(step)}")
    if step.failure is not None:
        parts.append(f"{step.failure.ename}: {step.failure.evalue}".splitlines()[0])
    return ", ".join(parts)


def _taken(step: StepRun) -> str:
    """Where the step's outcome is from, if its cells did not run."""
    if step.kept:
        return "kept from the run before"
    return "" if step.cached is None else f"cached from {step.cached}"


def peak_memory(step: StepRun) -> str:
    """What the step's last attempt used at its peak; empty where nobody measured."""
    peak = None if step.usage is None or _taken(step) else step.usage.peak_memory
    return "" if peak is None else format_bytes(peak)


def elapsed(what: StepRun | Run) -> str:
    """How long it took or has taken so far; empty before it started."""
    if what.started is None or (isinstance(what, StepRun) and what.kept):
        return ""
    end = what.ended or (datetime.now(UTC) if not what.state.finished else what.started)
    return format_elapsed(end - what.started)


def render_table(run: Run, *, document: Document | None = None) -> Table:
    """The run as a table: step, state, cells, elapsed, what it does now."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("")
    table.add_column("step", no_wrap=True)
    table.add_column("cells", no_wrap=True)
    table.add_column("elapsed", justify="right", no_wrap=True)
    table.add_column("peak memory", justify="right", no_wrap=True)
    table.add_column("", overflow="ellipsis", no_wrap=True, style="dim")
    for step in run.steps:
        mark, style = _MARKS[step.state]
        table.add_row(
            Text(mark, style=style),
            Text(step.name, style=style),
            _bar(step),
            elapsed(step),
            peak_memory(step),
            Text(_doing(step, document)),
        )
    mark, style = _MARKS[run.state]
    table.add_row(Text(mark, style=style), Text(run.state, style=style), "", elapsed(run), "", "")
    return table


def _bar(step: StepRun) -> str:
    if not step.cells_total:
        return ""
    filled = round(_BAR * step.cells_done / step.cells_total)
    return f"{'━' * filled}{' ' * (_BAR - filled)} {step.cells_done}/{step.cells_total}"


def _doing(step: StepRun, document: Document | None) -> str:
    if step.failure is not None:
        return f"{step.failure.ename}: {step.failure.evalue}".splitlines()[0]
    if _taken(step):
        return _taken(step)
    if step.state is RunState.QUEUED and step.note is not None:
        return f"runs again: {step.note}"
    if step.state is RunState.RUNNING and step.note is not None:
        return step.note
    if step.state in _WORDS:
        return _WORDS[step.state]
    if step.state is RunState.RUNNING and step.cell and document is not None:
        cell = document.by_id.get(step.cell)
        return next(iter(cell.source.strip().splitlines()), "") if cell else ""
    return ""
