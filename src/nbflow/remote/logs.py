"""The log of a task, in as many pieces as Airflow gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nbflow.model import split_item

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nbflow.remote.connection import Connection


_SOURCES = "::group::Log message source details"
_END = "::endgroup::"


def lines(found: Iterable[Any]) -> Iterator[Any]:
    """The entries of a log without those in which Airflow says where it looked for the log.

    A log server that does not answer is told of there, also where the log came from elsewhere.
    """
    inside = False
    for entry in found:
        event = str(entry.get("event", "") if isinstance(entry, dict) else entry)
        inside = inside or event.startswith(_SOURCES)
        if not inside:
            yield entry
        elif event.startswith(_END):
            inside = False


def entries(connection: Connection, dag_id: str, run_id: str, task: str, attempt: int) -> list[Any]:
    """All entries of the log of one attempt of a task, as Airflow gives them.

    The task of one item of a list is named `task[0]`.
    """
    name, item = split_item(task)
    parts = ("dags", dag_id, "dagRuns", run_id, "taskInstances", name, "logs", str(attempt))
    path = "/".join(["/api/v2", *(quote(part, safe="~") for part in parts)])
    found: list[Any] = []
    mapped = {} if item is None else {"map_index": item}
    query: dict[str, Any] = dict(mapped)
    while True:
        answer = connection.get(path, doing=f"show the log of {task}", **query)
        content = answer.get("content") or []
        found.extend(content)
        token = answer.get("continuation_token")
        # A task that still runs has a token without end, and nothing new at times.
        if not token or not content or query.get("token") == token:
            return found
        query = {**mapped, "token": token}
