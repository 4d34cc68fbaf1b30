"""Runs of a schedule for days that have passed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from nbflow import targets
from nbflow.api.operating import parameters_of
from nbflow.api.values import resolve
from nbflow.errors import SettingsError, TargetError, UsageError
from nbflow.remote import Backfill, missing_runs, start_backfill, timezone_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nbflow.model import Parameter
    from nbflow.remote import Airflow
    from nbflow.settings import Settings

__all__ = ["Backfilled", "backfill"]


@dataclass(frozen=True)
class Backfilled:
    """What a backfill runs.

    Attributes:
        dag_id: the DAG.
        number: Airflow's number of the backfill; None where nothing was started.
        start, end: aware datetimes, in the schedule's time zone.
        runs: the logical dates of its runs, aware, in that time zone.
        reprocess: which runs that are there run again.
        max_active: how many of them may be under way at once.
        paused: the DAG is paused, so that they wait.
        url: the DAG's page in Airflow's web pages.
    """

    dag_id: str
    number: int | None
    start: datetime
    end: datetime
    runs: tuple[datetime, ...]
    reprocess: str
    max_active: int
    paused: bool
    url: str

    def as_json(self) -> dict[str, Any]:
        """For programs; times are ISO 8601."""
        return {
            "dag_id": self.dag_id,
            "backfill": self.number,
            "from": self.start.isoformat(),
            "to": self.end.isoformat(),
            "runs": [one.isoformat() for one in self.runs],
            "reprocess": self.reprocess,
            "max_active_runs": self.max_active,
            "paused": self.paused,
            "url": self.url,
        }


def backfill(
    dag_id: str,
    *,
    client: Airflow,
    current: Settings,
    start: str,
    end: str,
    parameters: Mapping[str, Any] | None = None,
    known: Iterable[Parameter] | None = None,
    reprocess: str = "none",
    max_active: int = 10,
    dry_run: bool = False,
) -> Backfilled:
    """Run a schedule for days that have passed; nothing is started where every run is there.

    Args:
        dag_id: the DAG.
        client: the Airflow that has it.
        current: where it was published, which knows the schedule's time zone.
        start: ISO date or time of the first run; read in the schedule's time zone.
        end: of the last one; a date includes its day.
        parameters: values by name; its defaults for the others.
        known: its parameters, where `parameters_of` was asked already.
        reprocess: which runs that are there run again: `none`, `failed` or `completed`.
        max_active: how many of the runs may be under way at once.
        dry_run: only tell which runs there would be.

    Raises:
        UsageError: a date cannot be read, or a parameter is unknown or ill-typed.
        RemoteError: there is no such DAG, it has no times, or Airflow refuses.
    """
    known = parameters_of(dag_id, client=client) if known is None else known
    zone = _zone(_timezone(dag_id, client=client, current=current))
    asked = Backfill(
        dag_id,
        start=_moment(start, zone),
        end=_moment(end, zone, whole_day=True),
        reprocess=reprocess,
        max_active=max_active,
        parameters=resolve(parameters or {}, parameters=known),
    )
    if asked.start > asked.end:
        raise UsageError(f"the backfill ends at {end}, before it begins at {start}")
    runs = missing_runs(client.connection, asked)
    started = bool(runs) and not dry_run
    return Backfilled(
        dag_id,
        number=start_backfill(client.connection, asked) if started else None,
        start=asked.start,
        end=asked.end,
        runs=tuple(one.astimezone(zone) for one in runs),
        reprocess=reprocess,
        max_active=max_active,
        paused=client.is_paused(dag_id),
        url=client.dag_url(dag_id),
    )


def _moment(text: str, zone: tzinfo, *, whole_day: bool = False) -> datetime:
    """A time that a person has written; a date is its first moment, or its last."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        pass
    else:
        first = datetime(day.year, day.month, day.day, tzinfo=zone)
        if not whole_day:
            return first
        return first.replace(hour=23, minute=59, second=59, microsecond=999999)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{text!r} is no date", hint="write 2026-01-31, or 2026-01-31T06:00"
        ) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


def _zone(name: str) -> tzinfo:
    """The time zone of this name; UTC for a shift without a name, which only other DAGs have."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError):
        return UTC


def _timezone(dag_id: str, *, client: Airflow, current: Settings) -> str:
    """The schedule's time zone: Airflow does not tell the one of a timetable."""
    with suppress(SettingsError, TargetError):  # Airflow may be there where the target is not
        for _, target in targets.every_target(current):
            there = target.edition(dag_id)
            schedule = there.manifest().get("schedule") if there else None
            if schedule:
                return str(schedule["timezone"])
    return timezone_of(client.connection, dag_id)
