"""End a run, so that people see later that somebody did, and go on with one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nbflow.model import RunState
from nbflow.remote.paging import pages
from nbflow.remote.reading import CANCELLED, read_run, run_path

if TYPE_CHECKING:
    from nbflow.remote.connection import Connection

__all__ = ["cancel", "resume"]


def cancel(connection: Connection, dag_id: str, run_id: str) -> None:
    """End a run. Airflow has no state for it: the run counts as failed, with a note."""
    doing = f"cancel the run {run_id} of {dag_id}"
    path = run_path(dag_id, run_id)
    note = connection.get(path, doing=doing).get("note")
    connection.patch(
        path,
        {"state": "failed", "note": "\n".join(filter(None, [note, CANCELLED]))},
        doing=doing,
        update_mask=["state", "note"],
    )


def resume(connection: Connection, dag_id: str, run_id: str) -> tuple[str, ...]:
    """Run failed steps again, and what follows them; the names of all that will.

    Cancelling skips the steps that had not begun, so of a run without a failed step these run too.
    """
    doing = f"resume the run {run_id} of {dag_id}"
    path = run_path(dag_id, run_id)
    data = connection.get(path, doing=doing)
    tasks = list(pages(connection, f"{path}/taskInstances", key="task_instances", doing=doing))
    run = read_run(data, url=connection.url, tasks=tasks)
    cancelled = run.state is RunState.CANCELLED
    if cancelled or not any(task["state"] in {"failed", "upstream_failed"} for task in tasks):
        done = {RunState.SUCCESS, RunState.SKIPPED} if cancelled else {RunState.SUCCESS}
        pairs = zip(tasks, run.steps, strict=True)
        again = [_named(task) for task, step in pairs if step.state not in done]
        which: dict[str, Any] = {"task_ids": again, "only_failed": False}
        if not again:
            return ()
    else:
        which = {"only_failed": True, "include_downstream": True}
    answer = connection.post(
        f"/api/v2/dags/{quote(dag_id, safe='~')}/clearTaskInstances",
        {"dag_run_id": run_id, "dry_run": False, "reset_dag_runs": True, **which},
        doing=doing,
    )
    if cancelled:
        kept = [line for line in data["note"].splitlines() if line != CANCELLED]
        connection.patch(path, {"note": "\n".join(kept) or None}, doing=doing, update_mask="note")
    return tuple(sorted({str(one["task_id"]) for one in answer["task_instances"]}))


def _named(task: dict[str, Any]) -> Any:
    index = task.get("map_index", -1)
    return task["task_id"] if index < 0 else [task["task_id"], index]
