"""A run that failed, as an error."""

from __future__ import annotations

from nbflow.errors import NbflowError, RemoteError, StepFailed
from nbflow.model import Run, RunState

__all__ = ["failure_of"]


def failure_of(run: Run) -> NbflowError | None:
    """The error that a failed run is, with step, cell and exception; None where it went well."""
    if run.state is RunState.SUCCESS:
        return None
    step = run.failed_step
    if step is None:
        return RemoteError(f"run {run.run_id} of {run.dag_id} ended as {run.state}")
    failure = step.failure
    if failure is None:
        return StepFailed(
            step=step.name,
            ename="Failed",
            evalue="no executed notebook tells why",
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
        cause=f"{where}: {failure.ename}: {failure.evalue}",
        hint=failure.hint,
    )
