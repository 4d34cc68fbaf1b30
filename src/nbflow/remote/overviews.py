"""Many DAGs and runs at a glance, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nbflow.remote import reading
from nbflow.remote.paging import MOST_AT_ONCE, pages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from nbflow.model import Run
    from nbflow.remote.connection import Connection

__all__ = ["DagState", "dag_states", "dags_like", "latest_of_each", "look", "page_of_runs"]

_NAMED = 25
"""DAGs that are asked for by name at once."""


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


def dag_states(connection: Connection, dag_ids: Iterable[str]) -> dict[str, DagState]:
    """What Airflow says of each of these DAGs that it knows."""
    found: dict[str, DagState] = {}
    for names in _batched(dag_ids, _NAMED):
        answer = connection.get(
            "/api/v2/dags",
            doing="list DAGs",
            dag_id_prefix_pattern="|".join(names),  # which others may begin with, too
            limit=MOST_AT_ONCE,
        )
        told = {str(one["dag_id"]): one for one in answer.get("dags") or ()}
        for name in names:
            if name not in told and int(answer.get("total_entries", 0)) > MOST_AT_ONCE:
                told |= _alone(connection, name)
            if name in told:
                found[name] = _state(told[name], connection.url)
    return found


def dags_like(
    connection: Connection, *, paused: bool | None = None, last_state: str | None = None
) -> frozenset[str]:
    """The DAGs that are paused, or not; or whose newest run is in a state, by Airflow's name."""
    query: dict[str, Any] = {"paused": paused, "last_dag_run_state": last_state}
    asked = {name: value for name, value in query.items() if value is not None}
    listed = pages(connection, "/api/v2/dags", key="dags", doing="list DAGs", **asked)
    return frozenset(str(one["dag_id"]) for one in listed)


def _alone(connection: Connection, dag_id: str) -> dict[str, Any]:
    path = f"/api/v2/dags/{quote(dag_id, safe='')}"
    found = connection.find(path, doing=f"show {dag_id}")
    return {} if found is None else {dag_id: found}


def _state(told: Mapping[str, Any], url: str) -> DagState:
    moment = told.get("next_dagrun_run_after")
    return DagState(
        str(told["dag_id"]),
        paused=bool(told.get("is_paused")),
        next_run=datetime.fromisoformat(moment) if isinstance(moment, str) else None,
        owners=tuple(told.get("owners") or ()),
        broken=bool(told.get("has_import_errors")),
        url=reading.dag_url(url, dag_id=str(told["dag_id"])),
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
    runs, total = _listed(connection, wanted, limit=MOST_AT_ONCE)
    for run in runs:
        found.setdefault(run.dag_id, run)
    for dag_id in wanted if total > MOST_AT_ONCE else ():
        if dag_id not in found:
            runs, _ = _listed(connection, [dag_id], limit=1)
            found |= {one.dag_id: one for one in runs}
    return found


def _listed(
    connection: Connection, dag_ids: Sequence[str], *, limit: int
) -> tuple[tuple[Run, ...], int]:
    answer = connection.post(
        "/api/v2/dags/~/dagRuns/list",
        {"dag_ids": list(dag_ids), "order_by": "-run_after", "page_limit": limit},
        doing="list the latest runs",
    )
    return _runs(answer, connection.url), int(answer.get("total_entries", 0))


def _batched(names: Iterable[str], size: int) -> Iterator[tuple[str, ...]]:
    """So many at a time."""
    rest = iter(names)
    while part := tuple(islice(rest, size)):
        yield part


def _runs(answer: Mapping[str, Any], url: str) -> tuple[Run, ...]:
    return tuple(reading.read_run(item, url=url) for item in answer.get("dag_runs") or ())
