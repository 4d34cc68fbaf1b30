"""How far a run is, as HTML and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow import api
from nbflow.model import RunState
from nbflow.widgets.toolkit import badge, escape

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbflow.model import Document, Run, StepRun

__all__ = ["failure_html", "head_html", "steps_html", "steps_text"]


def head_html(run: Run) -> str:
    """Which run it is, how it stands, and when it is expected to end."""
    name = f"{run.dag_id}/{run.run_id}"
    parts = [badge(run.state), escape(api.took(run))]
    parts.append(f'<span class="nbflow-soft">{escape(api.expectation(run))}</span>')
    link = ""
    if run.url and run.url.startswith(("http://", "https://")):
        link = f'<a href="{escape(run.url)}" target="_blank" rel="noopener">open in Airflow</a>'
    return (
        f'<div class="nbflow-head">{escape(name)}</div>'
        f'<div class="nbflow-number" role="status">{" ".join(filter(None, [*parts, link]))}</div>'
    )


def steps_html(run: Run, document: Document | None) -> str:
    """The steps in a table: state, cells, times, and what is done now."""
    heading, usual = api.usually(run)
    rows = "".join(
        _step_html(step, document, before) for step, before in zip(run.steps, usual, strict=True)
    )
    heads = [("", "step"), ("", "state"), ("", "cells"), ("nbflow-number", "time")]
    if heading:
        heads.append(("nbflow-number nbflow-usual", heading))
    head = "".join(f'<th scope="col" class="{name}">{text}</th>' for name, text in heads)
    return (
        '<div class="nbflow-wide"><table class="nbflow-steps" aria-label="Steps">'
        f"<thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>{_metrics_html(run)}"
    )


def _metrics_html(run: Run) -> str:
    lines = "".join(
        f"<li><code>{escape(name)}</code> = <code>{escape(repr(value))}</code></li>"
        for name, value in run.metrics.items()
    )
    return f'<ul class="nbflow-list" aria-label="Metrics">{lines}</ul>' if lines else ""


def steps_text(run: Run) -> str:
    """The run with a line for each step."""
    lines = [f"{run.dag_id}/{run.run_id}: {run.state} {api.took(run)}".rstrip()]
    lines += [f"  {api.MARKS[step.state]} {api.describe_step(step)}" for step in run.steps]
    lines += [f"{name} = {value!r}" for name, value in run.metrics.items()]
    return "\n".join(lines)


def failure_html(step: StepRun, lines: Iterable[str]) -> str:
    """Why a step failed: the exception, its place, and the end of the cell's log."""
    failure = step.failure
    assert failure is not None
    where = f", cell {failure.cell_index}" if failure.cell_index else ""
    hint = f'<div class="nbflow-note">{escape(failure.hint)}</div>' if failure.hint else ""
    text = "\n".join(lines)
    log = f"<pre>{escape(text)}</pre>" if text else ""
    return (
        f'<div role="alert"><div class="nbflow-fault">Step {escape(step.name)}{where}: '
        f"{escape(f'{failure.ename}: {failure.evalue}')}</div>{hint}{log}</div>"
    )


def _step_html(step: StepRun, document: Document | None, usual: str) -> str:
    said = api.doing(step, document)
    if step.state is RunState.RUNNING and step.cell is not None:
        count = f"cell {step.cells_done + 1} of {step.cells_total}"
        said = f"{count}: {said}" if said else count
    now = f'<tr><td class="nbflow-now" colspan="5"><code>{escape(said)}</code></td></tr>'
    return (
        f'<tr><td class="nbflow-name">{escape(step.name)}</td><td>{badge(step.state)}</td>'
        f"<td>{_bar(step)}</td>"
        f'<td class="nbflow-number">{escape(api.elapsed(step))}</td>'
        f'<td class="nbflow-number nbflow-usual nbflow-soft">{escape(usual)}</td></tr>'
        f"{now if said else ''}"
    )


def _bar(step: StepRun) -> str:
    if not step.cells_total:
        return ""
    part = 100 * step.cells_done / step.cells_total
    colour = api.COLOURS.get(step.state, "#8888")
    return (
        f'<span class="nbflow-bar" role="progressbar" aria-label="{escape(step.name)}" '
        f'aria-valuemin="0" aria-valuemax="{step.cells_total}" aria-valuenow="{step.cells_done}">'
        f'<span style="width:{part:.0f}%;background:{colour}"></span></span>'
        f'<span class="nbflow-number">{step.cells_done}/{step.cells_total}</span>'
    )
