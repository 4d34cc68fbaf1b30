"""What can be done with DAGs and runs in Airflow: hold, stop, go on, read logs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from nbflow.errors import UsageError
from nbflow.model import RunState, known_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbflow.model import Run, StepRun
    from nbflow.remote import Airflow, LogLine

__all__ = ["cancel", "log_lines", "pause", "require_step", "resume_run", "unpause"]

_POLL = 2.0
"""Seconds between two looks at the log of a step that runs."""
_NEVER_RAN = {
    RunState.UPSTREAM_FAILED: "did not run: a step that it needs failed",
    RunState.SKIPPED: "did not run: it was skipped",
}


def pause(dag_id: str, *, client: Airflow) -> bool:
    """Let no new runs of a DAG begin, nor further steps of one that goes. False where it was so.

    Raises:
        RemoteError: there is no such DAG, or Airflow refuses.
    """
    if client.is_paused(dag_id):
        return False
    client.pause(dag_id)
    return True


def unpause(dag_id: str, *, client: Airflow) -> bool:
    """Let runs of a DAG begin again; False where they did already.

    Raises:
        RemoteError: there is no such DAG, or Airflow refuses.
    """
    if not client.is_paused(dag_id):
        return False
    client.unpause(dag_id)
    return True


def cancel(run: Run, *, client: Airflow) -> bool:
    """End a run: steps that run are stopped, the others never begin. False where it had ended.

    Raises:
        RemoteError: Airflow refuses.
    """
    if run.state.finished:
        return False
    client.cancel(run.dag_id, run.run_id)
    return True


def resume_run(run: Run, *, client: Airflow) -> tuple[str, ...]:
    """Run the failed steps of a run again, and what follows them; their names.

    Steps that went well are kept; of a run that was cancelled all others run. What runs is the
    version of the DAG that Airflow has for the run.

    Raises:
        UsageError: the run goes on, or none of its steps has failed.
        RemoteError: Airflow refuses.
    """
    name = f"{run.dag_id}/{run.run_id}"
    if not run.state.finished:
        raise UsageError(f"{name} still goes on", hint=f"`nbflow runs {name}` shows it")
    if run.state is RunState.SUCCESS:
        raise UsageError(
            f"{name} went well: there is no failed step to go on from",
            hint=f"start another run: `nbflow trigger {run.dag_id}`",
        )
    steps = client.resume(run.dag_id, run.run_id)
    if not steps:
        raise UsageError(
            f"no step of {name} is left to go on with: all have gone well",
            hint=f"start another run: `nbflow trigger {run.dag_id}`",
        )
    return steps


def log_lines(
    run: Run, *, client: Airflow, step: str | None = None, follow: bool = False
) -> Iterator[tuple[str, LogLine]]:
    """The lines of the logs of a run's steps, each with the step's name; of each the last try.

    Of a step that did not run, a line says so: Airflow has no log of it.

    Args:
        run: the run.
        client: the Airflow that has it.
        step: this one alone; all, one after the other, where None.
        follow: wait for further lines until the steps have ended.

    Raises:
        UsageError: there is no such step.
        RemoteError: Airflow has no log, or cannot be reached.
    """
    require_step(run, step)
    names = [one.name for one in run.steps]
    told: dict[tuple[str, int], int] = {}
    whole: set[tuple[str, int]] = set()
    while True:
        for one in run.steps:
            key = (one.name, one.attempt)
            if step in {None, one.name} and one.state is not RunState.QUEUED and key not in whole:
                yield from _further(run, one, client, told)
                # What had ended before the look adds nothing to its log.
                whole |= {key} if one.state.finished else set()
        if not follow or _has_ended(run, step):
            return
        time.sleep(_POLL)
        run = client.run(run.dag_id, run.run_id, order=names)


def require_step(run: Run, step: str | None) -> None:
    """Raise UsageError if a step is named that the run does not have."""
    names = [one.name for one in run.steps]
    if step is not None and step not in names:
        raise UsageError(
            f"{run.dag_id} has no step {step!r}", hint=known_names("its steps", step, names)
        )


def _further(
    run: Run, step: StepRun, client: Airflow, told: dict[tuple[str, int], int]
) -> Iterator[tuple[str, LogLine]]:
    """The lines of a try that were not told yet."""
    key = (step.name, step.attempt)
    why_not = _why_not(step)
    if why_not is not None:
        from nbflow.remote import LogLine

        yield step.name, LogLine(why_not)
        return
    lines = client.logs(run.dag_id, run.run_id, step.name, attempt=step.attempt)
    before = told.get(key, 0)
    told[key] = len(lines)
    yield from ((step.name, line) for line in lines[before:])


def _why_not(step: StepRun) -> str | None:
    """Why a step has no log, in words; None where it has one."""
    if step.state in _NEVER_RAN:
        return _NEVER_RAN[step.state]
    return "did not run" if step.state.finished and step.started is None else None


def _has_ended(run: Run, step: str | None) -> bool:
    if step is None:
        return run.state.finished
    return any(one.name == step and one.state.finished for one in run.steps) or run.state.finished
