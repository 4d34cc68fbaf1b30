"""A run that failed, as an error."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbflow import host
from nbflow.api import records
from nbflow.errors import NbflowError, RunEnded, StepFailed
from nbflow.model import Failure, Run, RunState, StepRun

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nbflow import settings

__all__ = ["failure_in", "failure_of"]


def failure_of(run: Run) -> NbflowError | None:
    """The error that a failed run is, with step, cell and exception; None where it went well."""
    if run.state is RunState.SUCCESS:
        return None
    step = run.failed_step
    if step is None:
        return _without_failed_step(run)
    cancelled = "the run was cancelled; before that, " if run.state is RunState.CANCELLED else ""
    failure = step.failure
    if failure is None:
        return StepFailed(
            step=step.name,
            ename="Failed",
            evalue="no executed notebook tells why",
            cause=f"{cancelled}step {step.name}: Failed: no executed notebook tells why",
            hint=f"Look at the task's log{f': {run.url}' if run.url else ''}.",
        )
    where = f"step {step.name}"
    if failure.cell_index is not None:
        where += f", cell {failure.cell_index} (id {failure.cell})"
    return StepFailed(
        step=step.name,
        cell=failure.cell,
        ename=failure.ename,
        evalue=failure.evalue,
        cause=f"{cancelled}{where}: {failure.ename}: {failure.evalue}",
        hint=failure.hint,
    )


def _without_failed_step(run: Run) -> RunEnded:
    name = f"{run.dag_id}/{run.run_id}"
    if run.state is not RunState.CANCELLED:
        return RunEnded(f"{name} ended as {run.state}, and none of its steps failed by itself")
    was_at = [step.name for step in run.steps if step.state is RunState.CANCELLED and step.started]
    steps = f" while it was at {', '.join(was_at)}" if was_at else ""
    local = records.is_local(run.run_id)
    way = "`nbflow run NB --resume` goes on with it" if local else f"`nbflow resume {name}` goes on"
    return RunEnded(f"{name} was cancelled{steps}", hint=way)


def failure_in(
    seen: StepRun, *, step: StepRun, folder: Path, current: settings.Settings
) -> Failure | None:
    """Why a step failed that Airflow calls failed; None where its notebook does not tell.

    A pod that was killed had no time to write down more than which cell it was at.

    Args:
        seen: the step as its newest executed notebook shows it.
        step: as Airflow does.
        folder: the run's.
        current: where its bundle was published.
    """
    if seen.attempt != step.attempt:
        return seen.failure
    if seen.failure is None and seen.state is RunState.RUNNING:
        seen = replace(seen, failure=host.lost(seen.cell))
    failure = seen.failure
    if failure is None or failure.ename != host.LOST:
        return failure
    for planned in records.manifest_of(folder, current=current).get("steps", ()):
        if planned["name"] == step.name and (memory := _memory_of(planned)):
            limit = f"{memory} (profile {planned['profile']})"
            return replace(failure, evalue=f"{failure.evalue}; its pod may have {limit}")
    return failure


def _memory_of(planned: Mapping[str, Any]) -> str | None:
    """What a step's pod may have."""
    pod: Mapping[str, Any] = planned.get("pod") or {}
    container = (pod.get("spec", {}).get("containers") or [{}])[0]
    limit: str | None = container.get("resources", {}).get("limits", {}).get("memory")
    return limit
