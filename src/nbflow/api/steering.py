"""What can be done with DAGs and runs in Airflow: hold, stop, go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow.errors import UsageError
from nbflow.model import RunState

if TYPE_CHECKING:
    from nbflow.model import Run
    from nbflow.remote import Airflow

__all__ = ["cancel", "pause", "resume_run", "unpause"]


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


def resume_run(run: Run, *, client: Airflow, as_begun: bool = False) -> tuple[str, ...]:
    """Run the failed steps of a run again, and what follows them; their names.

    Steps that went well are kept; of a run that was cancelled all others run. What runs is what is
    published now: a step that cannot go on from what an earlier version has left fails, and says
    so.

    Args:
        run: the run.
        client: its Airflow.
        as_begun: run the version that the run began with, where Airflow keeps versions.

    Raises:
        UsageError: the run goes on, none of its steps has failed, or the version is not kept.
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
    steps = client.resume(run.dag_id, run.run_id, as_begun=as_begun)
    if not steps:
        raise UsageError(
            f"no step of {name} is left to go on with: all have gone well",
            hint=f"start another run: `nbflow trigger {run.dag_id}`",
        )
    return steps
