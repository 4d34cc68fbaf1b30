"""A run and its steps in words and in HTML."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from nbflow.interactive.markup import MARKS, badge, block, escape, table, text_table
from nbflow.model import RunState, format_bytes, format_elapsed

if TYPE_CHECKING:
    from nbflow.model import Document, Run, StepRun

__all__ = ["describe_run", "describe_step", "elapsed", "moment", "run_html", "run_text"]

_COLUMNS = ("step", "state", "cells", "elapsed", "peak memory", "")


def elapsed(what: StepRun | Run) -> str:
    """How long it took or has taken so far; empty before it started."""
    if what.started is None:
        return ""
    end = what.ended or (what.started if what.state.finished else datetime.now(UTC))
    return format_elapsed(end - what.started)


def moment(when: datetime | None) -> str:
    """A time in this machine's time zone, to the second."""
    return "-" if when is None else when.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def describe_run(run: Run) -> str:
    """`train/local__2026-11-28T16-05-00: success, 3.2s`."""
    took = elapsed(run)
    return f"{run.dag_id}/{run.run_id}: {run.state}" + (f", {took}" if took else "")


def describe_step(step: StepRun) -> str:
    """`train: success, 5 of 5 cells, 3.2s`."""
    parts = [f"{step.name}: {step.state}", _cells(step), elapsed(step), doing(step)]
    return ", ".join(part for part in parts if part)


def _cells(step: StepRun) -> str:
    return f"{step.cells_done} of {step.cells_total} cells" if step.cells_total else ""


def doing(step: StepRun, document: Document | None = None) -> str:
    """What there is to say of a step: why it failed, where it is from, which line it is at."""
    if step.failure is not None:
        return f"{step.failure.ename}: {step.failure.evalue}".splitlines()[0]
    if step.kept or step.cached:
        return "kept from the run before" if step.kept else f"cached from {step.cached}"
    if step.state is RunState.UPSTREAM_FAILED:
        return "not run, a step that it needs failed"
    if step.note is not None and not step.state.finished:
        return step.note
    cell = None if document is None else document.by_id.get(step.cell or "")
    return "" if cell is None else next(iter(cell.source.strip().splitlines()), "")


def memory(step: StepRun) -> str:
    """What the step's last attempt used at its peak; empty where nobody measured."""
    peak = None if step.usage is None else step.usage.peak_memory
    return "" if peak is None else format_bytes(peak)


def run_text(run: Run) -> str:
    """A run with its steps, for a terminal."""
    rows = [
        (
            f"  {MARKS[step.state]} {step.name}",
            step.state,
            f"{step.cells_done}/{step.cells_total}" if step.cells_total else "",
            elapsed(step),
            memory(step),
            doing(step),
        )
        for step in run.steps
    ]
    lines = [describe_run(run)]
    if rows:
        lines += text_table(("  step", *_COLUMNS[1:]), rows).splitlines()
    lines += [f"{name} = {value!r}" for name, value in run.metrics.items()]
    if run.url:
        lines.append(run.url)
    return "\n".join(lines)


def run_html(run: Run, document: Document | None = None) -> str:
    """A run with its steps, for a notebook."""
    rows = [
        (
            escape(step.name),
            badge(step.state),
            _bar(step),
            escape(elapsed(step)),
            escape(memory(step)),
            f"<code>{escape(said)}</code>" if (said := doing(step, document)) else "",
        )
        for step in run.steps
    ]
    name = f"{run.dag_id}/{run.run_id}"
    title = f"<strong>{escape(name)}</strong> {badge(run.state)} {escape(elapsed(run))}"
    metrics = table(
        ("metric", "value"),
        [(escape(one), escape(repr(value))) for one, value in run.metrics.items()],
    )
    return block(
        title,
        table(_COLUMNS, rows) if rows else "",
        metrics if run.metrics else "",
        _link(run.url),
    )


def _bar(step: StepRun) -> str:
    if not step.cells_total:
        return ""
    return (
        f'<progress style="width:6em" max="{step.cells_total}" value="{step.cells_done}">'
        "</progress>"
        f" {step.cells_done}/{step.cells_total}"
    )


def _link(url: str | None) -> str:
    if not url or not url.startswith(("http://", "https://")):
        return ""
    return f'<a href="{escape(url)}" target="_blank" rel="noopener">{escape(url)}</a>'
