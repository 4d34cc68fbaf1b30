"""Runs of a schedule for times that have passed, exactly once."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nbflow.remote.failures import Refused, Unreachable
from nbflow.remote.paging import pages
from nbflow.remote.triggering import refuse_unsendable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbflow.remote.connection import Connection

_PATH = "/api/v2/backfills"
_ATTEMPTS = 4


@dataclass(frozen=True)
class Backfill:
    """What a backfill is to run.

    Attributes:
        dag_id: the DAG.
        start, end: aware datetimes; runs for the times of the schedule between them, both included.
        reprocess: which runs that are there run again: `none`, `failed` or `completed`.
        max_active: how many of them may be under way at once.
        parameters: values as JSON has them.
    """

    dag_id: str
    start: datetime
    end: datetime
    reprocess: str = "none"
    max_active: int = 10
    parameters: Mapping[str, Any] | None = None

    def body(self) -> dict[str, Any]:
        """As Airflow's REST API takes it."""
        return {
            "dag_id": self.dag_id,
            "from_date": self.start.isoformat(),
            "to_date": self.end.isoformat(),
            "reprocess_behavior": self.reprocess,
            "max_active_runs": self.max_active,
            "dag_run_conf": dict(self.parameters or {}),
        }


@dataclass(frozen=True)
class DatedRun:
    """A run of a schedule's time.

    Attributes:
        run_id: its id, which Airflow makes of the time at which it may begin.
        start, end: of its data interval, aware datetimes; equal where the schedule has times only.
    """

    run_id: str
    start: datetime
    end: datetime


def timezone_of(connection: Connection, dag_id: str) -> str:
    """The time zone that Airflow reads a DAG's dates in."""
    path = f"/api/v2/dags/{quote(dag_id, safe='')}/details"
    return str(connection.get(path, doing=f"show {dag_id}").get("timezone") or "UTC")


def missing_runs(connection: Connection, asked: Backfill) -> tuple[datetime, ...]:
    """The times that a backfill would run; nothing is started.

    Raises:
        UsageError: a value cannot travel through Airflow.
        Refused: Airflow would not start it.
        Unreachable: nobody answers.
    """
    for name, value in (asked.parameters or {}).items():
        refuse_unsendable(value, place=name)
    doing = f"backfill {asked.dag_id}"
    try:
        answer = connection.post(f"{_PATH}/dry_run", asked.body(), doing=doing)
    except Refused as error:
        raise _explained(error, asked.dag_id) from error
    found = (one.get("logical_date") for one in answer.get("backfills") or ())
    return tuple(datetime.fromisoformat(one) for one in found if one)


def dated_runs(
    connection: Connection, dag_id: str, times: Sequence[datetime]
) -> dict[datetime, DatedRun]:
    """The runs that a DAG has for times of its schedule, by time; those that are there.

    Raises:
        Refused: Airflow does not tell.
        Unreachable: nobody answers.
    """
    if not times:
        return {}
    found = pages(
        connection,
        f"/api/v2/dags/{quote(dag_id, safe='')}/dagRuns",
        key="dag_runs",
        doing=f"list the runs of {dag_id}",
        logical_date_gte=min(times).isoformat(),
        logical_date_lte=max(times).isoformat(),
        order_by="logical_date",
    )
    known: dict[datetime, DatedRun] = {}
    for one in found:
        said = [one.get(name) for name in ("data_interval_start", "data_interval_end")]
        at = datetime.fromisoformat(one["logical_date"])
        start, end = (at if text is None else datetime.fromisoformat(text) for text in said)
        known[at] = DatedRun(str(one["dag_run_id"]), start, end)
    return {time: known[time] for time in times if time in known}


def start_backfill(connection: Connection, asked: Backfill) -> int:
    """Start a backfill; its number.

    Where the answer is lost, it is looked for before it is asked for again.

    Raises:
        Refused: Airflow does not start it.
        Unreachable: nobody answers.
    """
    doing = f"backfill {asked.dag_id}"
    before = _latest(connection, asked.dag_id)
    lost: Unreachable | None = None
    for attempt in range(_ATTEMPTS):
        try:
            return int(connection.post(_PATH, asked.body(), doing=doing)["id"])
        except Unreachable as error:
            lost = error
        except Refused as error:
            raise _explained(error, asked.dag_id) from error
        with suppress(Refused, Unreachable):
            found = _latest(connection, asked.dag_id)
            if found > before:
                return found
        time.sleep(0.5 * 2**attempt)
    assert lost is not None
    raise lost


def _latest(connection: Connection, dag_id: str) -> int:
    """The number of a DAG's latest backfill, of which only one can go; -1 where there was none."""
    answer = connection.get(
        _PATH, doing=f"list the backfills of {dag_id}", dag_id=dag_id, order_by="-id", limit=1
    )
    return max((int(one["id"]) for one in answer.get("backfills") or ()), default=-1)


def _explained(error: Refused, dag_id: str) -> Refused:
    """The same, with a hint that fits."""
    hint = error.hint
    if error.status == 409:
        hint = f"wait until that one is done: `nbflow runs {dag_id}` shows its runs"
    elif "non-periodic" in error.message:
        hint = "give the notebook a `schedule` with times, and publish it"
    return Refused(error.message, status=error.status, hint=hint, foreign=error.foreign)
