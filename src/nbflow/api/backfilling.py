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
from nbflow.planning import next_runs
from nbflow.remote import Backfill, dated_runs, missing_runs, start_backfill, timezone_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nbflow.model import Parameter
    from nbflow.remote import Airflow, DatedRun
    from nbflow.settings import Settings

__all__ = ["Backfilled", "BackfilledRun", "backfill"]


@dataclass(frozen=True)
class BackfilledRun:
    """A run of a backfill.

    Attributes:
        start: the time of the schedule, or where its data interval begins; aware, in the schedule's
            time zone.
        end: where its data interval ends; `start` where the schedule has times and no intervals,
            None where that is not known before the run is there.
        run_id: Airflow's name of it, which holds the end of the interval in UTC; None where nothing
            was started.
    """

    start: datetime
    end: datetime | None
    run_id: str | None = None

    @property
    def times(self) -> str:
        """`2026-03-28 00:00+01:00 to 2026-03-29 00:00+01:00`; the one time where there is one."""
        ends = [self.start] if self.end in {None, self.start} else [self.start, self.end]
        return " to ".join(one.isoformat(" ", "minutes") for one in ends if one is not None)

    def as_json(self) -> dict[str, Any]:
        """For programs; times are ISO 8601."""
        return {
            "start": self.start.isoformat(),
            "end": None if self.end is None else self.end.isoformat(),
            "run_id": self.run_id,
        }


@dataclass(frozen=True)
class Backfilled:
    """What a backfill runs.

    Attributes:
        dag_id: the DAG.
        number: Airflow's number of the backfill; None where nothing was started.
        start, end: aware datetimes, in the schedule's time zone.
        timezone: that time zone's name.
        runs: its runs, in the order of their times.
        reprocess: which runs that are there run again.
        max_active: how many of them may be under way at once.
        paused: the DAG is paused, so that they wait.
        url: the DAG's page in Airflow's web pages.
    """

    dag_id: str
    number: int | None
    start: datetime
    end: datetime
    timezone: str
    runs: tuple[BackfilledRun, ...]
    reprocess: str
    max_active: int
    paused: bool
    url: str

    @property
    def summary(self) -> str:
        """`backfill 3 begins 31 runs`."""
        if not self.runs:
            ends = " and ".join(one.isoformat(" ", "minutes") for one in (self.start, self.end))
            return f"no run is missing between {ends} ({self.timezone})"
        count = f"{len(self.runs)} run{'' if len(self.runs) == 1 else 's'}"
        if self.number is None:
            return f"{count} would begin; times in {self.timezone}"
        return f"backfill {self.number} begins {count}; times in {self.timezone}"

    def as_json(self) -> dict[str, Any]:
        """For programs; times are ISO 8601."""
        return {
            "dag_id": self.dag_id,
            "backfill": self.number,
            "from": self.start.isoformat(),
            "to": self.end.isoformat(),
            "timezone": self.timezone,
            "runs": [one.as_json() for one in self.runs],
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
    schedule = _schedule(dag_id, current=current)
    timezone, zone = _zone(
        schedule["timezone"] if schedule else timezone_of(client.connection, dag_id)
    )
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
    times = missing_runs(client.connection, asked)
    number = start_backfill(client.connection, asked) if times and not dry_run else None
    begun = {} if number is None else dated_runs(client.connection, dag_id, times)
    return Backfilled(
        dag_id,
        number=number,
        start=asked.start,
        end=asked.end,
        timezone=timezone,
        runs=tuple(_run(time.astimezone(zone), begun.get(time), schedule) for time in times),
        reprocess=reprocess,
        max_active=max_active,
        paused=client.is_paused(dag_id),
        url=client.dag_url(dag_id),
    )


def _run(
    time: datetime, begun: DatedRun | None, schedule: Mapping[str, Any] | None
) -> BackfilledRun:
    """A run with its data interval; one that is not there has what its schedule gives it."""
    if begun is not None:
        zone = time.tzinfo
        start, end = begun.start.astimezone(zone), begun.end.astimezone(zone)
        return BackfilledRun(start, end, begun.run_id)
    if schedule is None:
        return BackfilledRun(time, None)
    if not schedule.get("interval"):
        return BackfilledRun(time, time)
    coming = next_runs(schedule["at"], timezone=schedule["timezone"], after=time, count=1)
    return BackfilledRun(time, coming[0])


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


def _zone(name: str) -> tuple[str, tzinfo]:
    """The time zone of this name; UTC for a shift without a name, which only other DAGs have."""
    try:
        return name, ZoneInfo(name)
    except (KeyError, ValueError):
        return "UTC", UTC


def _schedule(dag_id: str, *, current: Settings) -> Mapping[str, Any] | None:
    """What was published of the schedule: Airflow tells neither its time zone nor its intervals."""
    with suppress(SettingsError, TargetError):  # Airflow may be there where the target is not
        for _, target in targets.every_target(current):
            there = target.edition(dag_id)
            schedule: Mapping[str, Any] | None = there.manifest.get("schedule") if there else None
            if schedule:
                return schedule
    return None
