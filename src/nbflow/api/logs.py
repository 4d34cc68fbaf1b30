"""What the tasks of a run in Airflow have logged."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from nbflow.api.authored import AuthorsLog
from nbflow.errors import UsageError
from nbflow.model import RunState, known_names, split_item

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbflow.model import Run, StepRun
    from nbflow.remote import Airflow, LogLine
    from nbflow.settings import Settings

__all__ = ["is_meant", "log_lines", "require_step"]

_POLL = 2.0
"""Seconds between two looks at the log of a step that runs."""
_NEVER_RAN = {
    RunState.UPSTREAM_FAILED: "did not run: a step that it needs failed",
    RunState.SKIPPED: "did not run: it was skipped",
}


def log_lines(
    run: Run,
    *,
    client: Airflow,
    current: Settings,
    step: str | None = None,
    follow: bool = False,
    everything: bool = False,
) -> Iterator[tuple[str, LogLine]]:
    """The lines of the logs of a run's steps, each with the step's name; of each the last try.

    They are told as the notebook's author reads them: cells have their numbers, and what Airflow
    says of its own work is left out. Of a step that did not run, a line says so: Airflow has no log
    of it.

    Args:
        run: the run.
        client: the Airflow that has it.
        current: the settings, which name the store: there it is known which cell is which.
        step: this one alone, see `is_meant`; all, one after the other, where None.
        follow: wait for further lines until the steps have ended.
        everything: the logs as they are.

    Raises:
        UsageError: there is no such step.
        RemoteError: Airflow has no log, or cannot be reached.
    """
    require_step(run, step)
    names = [one.name for one in run.steps]
    reader = _Reader(run, client, current, everything=everything)
    while True:
        for one in run.steps:
            if is_meant(one.name, step) and one.state is not RunState.QUEUED:
                yield from reader.further(one)
        if not follow or _has_ended(run, step):
            return
        time.sleep(_POLL)
        run = client.run(run.dag_id, run.run_id, order=names)


def is_meant(name: str, step: str | None) -> bool:
    """Whether a step is meant by a name: its own, its task's (`train.fit` for all items); or any.

    Example:
        >>> is_meant("train.fit[0]", "train.fit"), is_meant("train.fit[0]", "train.fit[1]")
        (True, False)
    """
    return step in {None, name, split_item(name)[0]}


def require_step(run: Run, step: str | None) -> None:
    """Raise UsageError if a step is named that the run does not have."""
    if not any(is_meant(one.name, step) for one in run.steps) and step is not None:
        names = [one.name for one in run.steps]
        raise UsageError(
            f"{run.dag_id} has no step {step!r}",
            hint=known_names("its steps", step, names, in_order=True),
        )


class _Reader:
    """Tells the lines of each attempt of a step once."""

    def __init__(self, run: Run, client: Airflow, current: Settings, *, everything: bool) -> None:
        self._run, self._client, self._current = run, client, current
        self._everything = everything
        self._told: dict[tuple[str, int], int] = {}
        self._whole: set[tuple[str, int]] = set()
        self._logs: dict[tuple[str, int], AuthorsLog] = {}

    def further(self, step: StepRun) -> Iterator[tuple[str, LogLine]]:
        """The lines of a try that were not told yet."""
        key = (step.name, step.attempt)
        if key in self._whole:
            return
        for line in self._lines(step, key):
            if self._everything:
                yield step.name, line
                continue
            log = self._logs.setdefault(key, AuthorsLog(self._run, *key, self._current))
            yield from ((step.name, told) for told in log.read(line))
        if step.state.finished:  # what had ended before the look adds nothing to its log
            self._whole.add(key)

    def _lines(self, step: StepRun, key: tuple[str, int]) -> tuple[LogLine, ...]:
        why_not = _why_not(step)
        if why_not is not None:
            from nbflow.remote import LogLine

            return (LogLine(why_not),)
        run = self._run
        lines = self._client.logs(run.dag_id, run.run_id, step.name, attempt=step.attempt)
        before = self._told.get(key, 0)
        self._told[key] = len(lines)
        return lines[before:]


def _why_not(step: StepRun) -> str | None:
    """Why a step has no log, in words; None where it has one."""
    if step.state in _NEVER_RAN:
        return _NEVER_RAN[step.state]
    return "did not run" if step.state.finished and step.started is None else None


def _has_ended(run: Run, step: str | None) -> bool:
    if step is None or run.state.finished:
        return run.state.finished
    return all(one.state.finished for one in run.steps if is_meant(one.name, step))
