"""What Airflow runs at once where a pipeline over data intervals is published."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from nbflow.planning import last_interval

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Interval", "at_once", "describe_at_once", "start_of"]

Interval = tuple[datetime, datetime]
"""Its two ends, aware datetimes in the schedule's time zone."""


def at_once(new: Mapping[str, Any], old: Mapping[str, Any], *, now: datetime) -> Interval | None:
    """The interval that Airflow runs at once where a version comes after another one.

    Airflow runs the last interval that is over as soon as the DAG is there and not paused, unless
    the DAG has had a run of its schedule whose interval ended then or later: so if it has had none,
    or none since its times changed. (`CronDataIntervalTimetable.next_dagrun_info`; that schedules
    count from now on where there is no interval, see `bundles.schedules`.) With `catchup` it runs
    all of them, as was asked for.

    Args:
        new: the manifest of what is to be published.
        old: the manifest of what is published; empty where nothing is.
        now: an aware datetime.
    """
    schedule, before = new.get("schedule") or {}, old.get("schedule") or {}
    if not schedule.get("interval") or schedule.get("catchup"):
        return None
    times = ("at", "timezone", "start")
    if before.get("interval") and all(schedule.get(one) == before.get(one) for one in times):
        return None
    zone = schedule.get("timezone") or "UTC"
    found = last_interval(schedule.get("at"), timezone=zone, before=now)
    start = start_of(schedule)
    return None if found is None or (start is not None and start > found[0]) else found


def describe_at_once(interval: Interval) -> str:
    """In words, to stand behind a DAG's name; with what must not have been for it."""
    start, end = (f"{one:%a %Y-%m-%d %H:%M}" for one in interval)
    return (
        f"Airflow runs the last interval, {start} to {end} {interval[1]:%Z}, as soon as it has it,"
        " unless its schedule has had a run for that end or later"
    )


def start_of(schedule: Mapping[str, Any]) -> datetime | None:
    """The day from which a schedule counts, as an aware datetime; None where none is named."""
    if not schedule.get("start"):
        return None
    first = datetime.fromisoformat(str(schedule["start"]))
    return (
        first if first.tzinfo else first.replace(tzinfo=ZoneInfo(schedule.get("timezone") or "UTC"))
    )
