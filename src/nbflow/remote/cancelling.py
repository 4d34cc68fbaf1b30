"""End a run, so that people see later that somebody did, and go on with one."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nbflow.errors import UsageError
from nbflow.remote.failures import Refused
from nbflow.remote.paging import pages
from nbflow.remote.reading import CANCELLED, RESUMED, first_begun, run_path, was_cancelled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbflow.remote.connection import Connection

__all__ = ["cancel", "resume"]


_NOTE_MOST = 1000
"""Characters that Airflow takes as a run's note."""
_GOING = {"running", "deferred", "up_for_reschedule", "awaiting_input"}


def cancel(connection: Connection, dag_id: str, run_id: str) -> None:
    """End a run. Airflow has no state for it: the run counts as failed, with a note."""
    doing = f"cancel the run {run_id} of {dag_id}"
    path = run_path(dag_id, run_id)
    # Where one item of a task goes on, Airflow would mark all its items failed, the done ones too.
    for task_id, index in _items_beside_done_ones(connection, path, doing=doing):
        with _unless_it_has_ended():
            connection.patch(
                f"{path}/taskInstances/{quote(task_id, safe='~')}/{index}",
                {"new_state": "failed", "note": CANCELLED},
                doing=doing,
                update_mask=["new_state", "note"],
            )
    note = connection.get(path, doing=doing).get("note")
    connection.patch(
        path,
        {"state": "failed", "note": "\n".join(filter(None, [note, CANCELLED]))},
        doing=doing,
        update_mask=["state", "note"],
    )


def resume(connection: Connection, dag_id: str, run_id: str, *, as_begun: bool) -> tuple[str, ...]:
    """Run failed steps again, and what follows them; the names of all that will.

    Cancelling skips the steps that had not begun, so of a run without a failed step these run too.
    Their times do not tell them from those that a condition has skipped: a step that had been tried
    before the run went on keeps the times of that.

    They run as the DAG is published now. Of bundles without versions Airflow has nothing else; of
    others it can run the version that the run began with, and does where `as_begun`.

    Raises:
        UsageError: that version is not kept.
    """
    doing = f"resume the run {run_id} of {dag_id}"
    path = run_path(dag_id, run_id)
    data = connection.get(path, doing=doing)
    if as_begun and data.get("bundle_version") is None:
        raise UsageError(
            f"Airflow keeps one version of the DAG {dag_id}, the one that is published now",
            hint="leave --as-begun away, or publish to a target of `kind: git`, whose versions "
            "Airflow keeps",
        )
    tasks = list(pages(connection, f"{path}/taskInstances", key="task_instances", doing=doing))
    cancelled = was_cancelled(data)
    if cancelled or not any(task["state"] in {"failed", "upstream_failed"} for task in tasks):
        # What a condition has skipped Airflow skips again.
        again = [_named(task) for task in tasks if task["state"] != "success"]
        which: dict[str, Any] = {"task_ids": again, "only_failed": False}
        if not again:
            return ()
    else:
        which = {"only_failed": True, "include_downstream": True}
    answer = connection.post(
        f"/api/v2/dags/{quote(dag_id, safe='~')}/clearTaskInstances",
        {
            "dag_run_id": run_id,
            "dry_run": False,
            "reset_dag_runs": True,
            "run_on_latest_version": not as_begun,
            **which,
        },
        doing=doing,
    )
    note = _note_of_resumed(data)
    if note != data.get("note"):
        connection.patch(path, {"note": note}, doing=doing, update_mask="note")
    return tuple(sorted({str(one["task_id"]) for one in answer["task_instances"]}))


def _note_of_resumed(data: dict[str, Any]) -> str | None:
    """A run's note when it goes on: that it was cancelled is no more, when it began is."""
    lines = (data.get("note") or "").splitlines()
    lines = [line for line in lines if line != CANCELLED]
    begun = data.get("start_date")
    if begun and first_begun(data) is None:
        with_it = [*lines, f"{RESUMED}{begun}"]
        lines = with_it if len("\n".join(with_it)) <= _NOTE_MOST else lines
    return "\n".join(lines) or None


def _named(task: dict[str, Any]) -> Any:
    index = task.get("map_index", -1)
    return task["task_id"] if index < 0 else [task["task_id"], index]


@contextmanager
def _unless_it_has_ended() -> Iterator[None]:
    """Airflow refuses to fail what has failed by itself meanwhile."""
    try:
        yield
    except Refused as error:
        if error.status != 409:
            raise


def _items_beside_done_ones(
    connection: Connection, path: str, *, doing: str
) -> list[tuple[str, int]]:
    """The items under way, of tasks of which another item has gone well."""
    tasks = list(pages(connection, f"{path}/taskInstances", key="task_instances", doing=doing))
    items = [task for task in tasks if task.get("map_index", -1) >= 0]
    done = {task["task_id"] for task in items if task["state"] == "success"}
    return [
        (task["task_id"], task["map_index"])
        for task in items
        if task["task_id"] in done and task["state"] in _GOING
    ]
