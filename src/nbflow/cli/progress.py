"""A run as it goes: a live table for a person, a line per change for a log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Protocol

import click

from nbflow.api import MARKS, StepLines, doing, elapsed, expectation, peak_memory, usually
from nbflow.cli.console import is_terminal
from nbflow.model import Document, Run, RunState, StepRun

if TYPE_CHECKING:
    from rich.table import Table

_STYLES = {
    RunState.QUEUED: "dim",
    RunState.RUNNING: "cyan",
    RunState.RETRYING: "yellow",
    RunState.SUCCESS: "green",
    RunState.FAILED: "red",
    RunState.UPSTREAM_FAILED: "dim",
    RunState.SKIPPED: "dim",
    RunState.CANCELLED: "yellow",
}
_BAR = 12


class Observer(Protocol):
    """Is told of each change of a run."""

    def __call__(self, run: Run, /) -> None:
        """Show the run as it stands."""


@contextmanager
def follow(
    document: Document | None = None, *, transient: bool = False, asks: bool = False
) -> Iterator[Observer]:
    """Show a run on standard error while the body goes on.

    Args:
        document: the author's notebook, for the lines of its cells.
        transient: show it no longer than that.
        asks: a person is asked something meanwhile, which a table would write over.
    """
    if asks or not is_terminal():
        yield StepLines(partial(click.echo, err=True))
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


def render_table(run: Run, *, document: Document | None = None) -> Table:
    """The run as a table: step, state, cells, elapsed, what it does now."""
    from rich.table import Table
    from rich.text import Text

    table = Table(
        box=None, pad_edge=False, padding=(0, 2, 0, 0), expand=True, caption_justify="left"
    )
    table.add_column("", no_wrap=True)
    table.add_column("step", no_wrap=True)
    table.add_column("cells", no_wrap=True)
    table.add_column("elapsed", justify="right", no_wrap=True)
    heading, usual = usually(run)
    table.add_column(heading, justify="right", no_wrap=True, style="dim")
    table.add_column("peak memory", justify="right", no_wrap=True)
    # It alone is cut where there is little room.
    table.add_column("", overflow="ellipsis", no_wrap=True, style="dim", ratio=1)
    for step, before in zip(run.steps, usual, strict=True):
        mark, style = MARKS[step.state], _STYLES[step.state]
        table.add_row(
            Text(mark, style=style),
            Text(step.name, style=style),
            _bar(step),
            elapsed(step),
            before,
            peak_memory(step),
            Text(doing(step, document)),
        )
    mark, style = MARKS[run.state], _STYLES[run.state]
    table.add_row(Text(mark, style=style), Text(run.state, style=style), "", elapsed(run))
    table.caption = expectation(run) or None
    return table


def _bar(step: StepRun) -> str:
    if not step.cells_total:
        return ""
    filled = round(_BAR * step.cells_done / step.cells_total)
    return f"{'━' * filled}{' ' * (_BAR - filled)} {step.cells_done}/{step.cells_total}"
