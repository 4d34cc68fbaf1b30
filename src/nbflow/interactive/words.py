"""A run and its steps in words and in HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow.api import MARKS, doing, elapsed, expectation, peak_memory, took
from nbflow.interactive.markup import badge, bar, block, escape, table, text_table

if TYPE_CHECKING:
    from nbflow.model import Document, Run, StepRun

__all__ = ["describe_run", "run_html", "run_text"]

_COLUMNS = ("step", "state", "cells", "elapsed", "peak memory", "")


def describe_run(run: Run) -> str:
    """`train/local__2026-11-28T16-05-00: success, 3.2s`."""
    said = took(run)
    return f"{run.dag_id}/{run.run_id}: {run.state}" + (f", {said}" if said else "")


def run_text(run: Run) -> str:
    """A run with its steps, for a terminal."""
    rows = [
        (
            f"  {MARKS[step.state]} {step.name}",
            step.state,
            f"{step.cells_done}/{step.cells_total}" if step.cells_total else "",
            elapsed(step),
            peak_memory(step),
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
            bar(step.cells_done, step.cells_total, state=step.state),
            escape(elapsed(step)),
            escape(peak_memory(step)),
            _doing_html(step, document),
        )
        for step in run.steps
    ]
    name = f"{run.dag_id}/{run.run_id}"
    title = f"<strong>{escape(name)}</strong> {badge(run.state)} {escape(took(run))}"
    title += f" {escape(expectation(run))}"
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


def _doing_html(step: StepRun, document: Document | None) -> str:
    said = escape(doing(step, document))
    return f"<code>{said}</code>" if said and step.failure is None else said


def _link(url: str | None) -> str:
    if not url or not url.startswith(("http://", "https://")):
        return ""
    return f'<a href="{escape(url)}" target="_blank" rel="noopener">{escape(url)}</a>'
