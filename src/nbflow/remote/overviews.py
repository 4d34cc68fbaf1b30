"""Many DAGs and runs at a glance, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nbflow.remote import reading
from nbflow.remote.failures import Refused
from nbflow.remote.paging import MOST_AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nbflow.model import Run
    from nbflow.remote.connection import Connection

__all__ = ["DagState", "dag_state", "latest_of_each", "look", "page_of_runs"]


@dataclass(frozen=True)
class DagState:
    """What Airflow says of a DAG.

    Attributes:
        dag_id: the DAG.
        paused: whether no new runs begin.
        next_run: when the next one begins, an aware datetime, or None.
        owners: who answers for it.
        broken: whether Airflow cannot import its file as it is now.
        url: its page.
    """

    dag_id: str
    paused: bool
    next_run: datetime | None
    owners: tuple[str, ...]
    broken: bool
    url: str


def look(connection: Connection) -> None:
    """Ask for as little as may be.

    Raises:
        Refused, Unreachable: Airflow does not let us in, or nobody answers.
    """
    connection.get("/api/v2/dags", doing="list DAGs", limit=1)


def dag_state(connection: Connection, dag_id: str) -> DagState | None:
    """What Airflow says of a DAG; None where it does not know it."""
    try:
        found = connection.get(f"/api/v2/dags/{quote(dag_id, safe='')}", doing=f"show {dag_id}")
    except Refused as error:
        if error.status == 404 and not error.foreign:
            return None
        raise
    moment = found.get("next_dagrun_run_after")
    return DagState(
        dag_id,
        paused=bool(found.get("is_paused")),
        next_run=datetime.fromisoformat(moment) if isinstance(moment, str) else None,
        owners=tuple(found.get("owners") or ()),
        broken=bool(found.get("has_import_errors")),
        url=reading.dag_url(connection.url, dag_id=dag_id),
    )


def page_of_runs(
    connection: Connection,
    dag_id: str | None,
    *,
    limit: int,
    offset: int = 0,
    states: Sequence[str] = (),
) -> tuple[tuple[Run, ...], int]:
    """Some of the runs of one DAG or of all, the newest first, without their steps.

    Args:
        connection: to which Airflow.
        dag_id: the DAG; all where None.
        limit: how many, at most 100.
        offset: how many newer ones are left out.
        states: Airflow's names of the states that they are in; any where none is named.

    Returns:
        The runs, and how many there are in all.
    """
    query: dict[str, Any] = {"state": list(states)} if states else {}
    answer = connection.get(
        f"/api/v2/dags/{quote(dag_id or '~', safe='~')}/dagRuns",
        doing=f"list the runs of {dag_id or 'all DAGs'}",
        limit=min(limit, MOST_AT_ONCE),
        offset=offset,
        order_by="-run_after",
        **query,
    )
    return _runs(answer, connection.url), int(answer.get("total_entries", 0))


def latest_of_each(connection: Connection, dag_ids: Iterable[str]) -> dict[str, Run]:
    """The newest run of each of these DAGs that has one, without its steps."""
    found: dict[str, Run] = {}
    wanted = list(dag_ids)
    if not wanted:
        return found
    # One answer tells of most of them; what runs seldom is asked for by itself.
    answer = connection.post(
        "/api/v2/dags/~/dagRuns/list",
        {"dag_ids": wanted, "order_by": "-run_after", "page_limit": MOST_AT_ONCE},
        doing="list the latest runs",
    )
    for run in _runs(answer, connection.url):
        found.setdefault(run.dag_id, run)
    if int(answer.get("total_entries", 0)) > MOST_AT_ONCE:
        for dag_id in wanted:
            if dag_id not in found:
                runs, _ = page_of_runs(connection, dag_id, limit=1)
                found |= {one.dag_id: one for one in runs}
    return found


def _runs(answer: Mapping[str, Any], url: str) -> tuple[Run, ...]:
    return tuple(reading.read_run(item, url=url) for item in answer.get("dag_runs") or ())
