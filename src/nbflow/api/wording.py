"""A run and its steps in words, the same in a terminal, in a log and in a notebook."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from nbflow.model import Run, RunState, Severity, StepRun, format_bytes, format_elapsed

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbflow.model import Document

__all__ = [
    "COLOURS",
    "MARKS",
    "USUAL_FROM",
    "StepLines",
    "describe_progress",
    "describe_step",
    "doing",
    "elapsed",
    "expectation",
    "moment",
    "peak_memory",
    "took",
    "usually",
]

MARKS = {
    RunState.QUEUED: "·",
    RunState.RUNNING: "▶",
    RunState.RETRYING: "↻",
    RunState.SUCCESS: "✓",
    RunState.FAILED: "✗",
    RunState.UPSTREAM_FAILED: "-",
    RunState.SKIPPED: "-",
    RunState.CANCELLED: "-",
}
"""A sign for each state."""
USUAL_FROM = 3
"""Runs of a step that went well from which on is said how long it usually takes."""
_USUALLY, _LAST = "usually", "last time"
COLOURS: dict[str, str] = {
    # Of a lightness that can be read on white and on black.
    RunState.RUNNING: "#2185d0",
    RunState.RETRYING: "#b8860b",
    RunState.SUCCESS: "#21a366",
    RunState.FAILED: "#d9483b",
    RunState.CANCELLED: "#b8860b",
    Severity.ERROR: "#d9483b",
    Severity.WARNING: "#b8860b",
    "new": "#21a366",
    "gone": "#d9483b",
    "changed": "#b8860b",
    "different": "#b8860b",
}
"""Of states, severities and the sorts of changes, for HTML."""
_WORDS = {
    RunState.RETRYING: "will be tried again",
    RunState.UPSTREAM_FAILED: "not run, a step that it needs failed",
}


class StepLines:
    """A line for each change of a step's state, for logs."""

    def __init__(self, write: Callable[[str], object]) -> None:
        """`write` takes a line."""
        self._write = write
        self._seen: dict[str, tuple[RunState, int]] = {}
        self._notes: dict[str, str | None] = {}

    def __call__(self, run: Run, /) -> None:
        """Write what has changed since the last call."""
        for step in run.steps:
            now = (step.state, step.attempt)
            before = self._seen.get(step.name)
            told = self._notes.get(step.name)
            self._notes[step.name] = step.note
            if step.state is RunState.RUNNING and step.note is not None:
                # Why it does not begin says more than that it runs.
                if step.note != told:
                    self._write(f"{step.name}: {step.note}")
                continue
            self._seen[step.name] = now
            if before != now and not (before is None and step.state is RunState.QUEUED):
                self._write(describe_step(step))


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


def describe_progress(step: StepRun) -> str:
    """`train: running, cell 2 of 5: fit(rows), 3.2s, usually 9.0s`."""
    said = describe_step(step)
    if step.state is RunState.RUNNING:
        parts = [f"{step.name}: {step.state}"]
        if step.attempt > 1:
            parts.append(f"attempt {step.attempt}")
        if step.cell is not None:
            parts.append(f"cell {step.cells_done + 1} of {step.cells_total}: {doing(step)}")
        elif step.cells_total:
            parts.append(f"{step.cells_done} of {step.cells_total} cells")
        if step.note:
            parts.append(step.note)
        said = ", ".join([*parts, elapsed(step)])
    usual = _usually(step)
    return f"{said}, {usual}" if usual else said


def _usually(step: StepRun) -> str:
    """`usually 9.0s`, or of few runs `last time 9.0s`; empty where nothing is known."""
    if step.usual is None:
        return ""
    return f"{_USUALLY if step.usual_of >= USUAL_FROM else _LAST} {_usual(step)}"


def usually(run: Run) -> tuple[str, list[str]]:
    """A column of how long steps take when they go well: its heading, and what stands at each.

    Where enough is known of one, what is known of too few runs is left out.
    """
    if not any(step.usual is not None for step in run.steps):
        return "", ["" for _ in run.steps]
    least = USUAL_FROM if any(step.usual_of >= USUAL_FROM for step in run.steps) else 0
    told = [_usual(step) if step.usual_of >= least else "" for step in run.steps]
    return _USUALLY if least else _LAST, told


def _usual(step: StepRun) -> str:
    return "" if step.usual is None else format_elapsed(timedelta(seconds=step.usual))


def expectation(run: Run) -> str:
    """`expected to end at 16:05:10, in 2m05s`; empty where nobody can tell."""
    if run.expected_end is None or run.state.finished:
        return ""
    left = run.expected_end - datetime.now(UTC)
    at = f"expected to end at {run.expected_end.astimezone():%H:%M:%S}"
    late = left < timedelta(seconds=1)
    return "expected to end now" if late else f"{at}, in {format_elapsed(left)}"


def peak_memory(step: StepRun) -> str:
    """What the step's last attempt used at its peak; empty where nobody measured."""
    peak = None if step.usage is None or _taken(step) else step.usage.peak_memory
    return "" if peak is None else format_bytes(peak)


def elapsed(what: StepRun | Run) -> str:
    """How long it took or has taken so far; empty before it started.

    Of a run that was resumed it is the last part, since then; `took` says so.
    """
    start = what.since if isinstance(what, Run) else what.started
    if start is None or (isinstance(what, StepRun) and what.kept):
        return ""
    end = what.ended or (datetime.now(UTC) if not what.state.finished else start)
    return format_elapsed(end - start)


def took(run: Run) -> str:
    """`3.2s`; of a run that was resumed, `3.2s since it was resumed at …, begun at …`."""
    if run.resumed is None:
        return elapsed(run)
    since = f"since it was resumed at {moment(run.resumed)}"
    return f"{elapsed(run)} {since}, begun at {moment(run.started)}"


def moment(when: datetime | None) -> str:
    """A time in this machine's time zone, to the second."""
    return "-" if when is None else when.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def doing(step: StepRun, document: Document | None = None) -> str:
    """What there is to say of a step: why it failed, where it is from, which line it is at."""
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
    if step.state is RunState.RUNNING and step.line:
        return step.line
    if step.state is RunState.RUNNING and step.cell and document is not None:
        cell = document.by_id.get(step.cell)
        return cell.first_line if cell else ""
    return ""
