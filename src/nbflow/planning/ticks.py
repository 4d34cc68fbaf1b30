"""When a schedule runs next, and ran last, as Airflow's scheduler counts it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

__all__ = ["last_interval", "next_runs"]

# https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/cron.html
_CRON = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@quarterly": "0 0 1 */3 *",
    "@yearly": "0 0 1 1 *",
}
_SILENT = {"@once", "@continuous"}
"""Schedules without times of their own."""
_BACK = (1, 24, 32 * 24, 400 * 24, 9 * 366 * 24)
"""Hours to look back for the two times before a moment; the last one has a February 29."""


def next_runs(
    schedule: str | None, *, timezone: str = "UTC", after: datetime, count: int = 5
) -> tuple[datetime, ...]:
    """The next times of a schedule, in its time zone; none for one that has no times.

    Where clocks change they are as Airflow's `CronTriggerTimetable` has them: a time that does not
    exist is moved on by the gap, of one that comes twice the later is taken; a schedule for every
    hour runs in both.

    Args:
        schedule: a cron expression of five fields, or one of Airflow's presets.
        timezone: its IANA name.
        after: an aware datetime; times after it.
        count: how many.

    Raises:
        ValueError: the schedule or the time zone is none.

    Example:
        >>> from datetime import UTC, datetime
        >>> spring = datetime(2026, 3, 28, 12, tzinfo=UTC)
        >>> for time in next_runs("30 2 * * *", timezone="Europe/Berlin", after=spring, count=2):
        ...     print(time.isoformat())
        2026-03-29T03:30:00+02:00
        2026-03-30T02:30:00+02:00
    """
    if schedule is None or schedule in _SILENT:
        return ()
    zone = ZoneInfo(timezone)
    found: list[datetime] = []
    now = after
    while len(found) < count:
        now = _next(_CRON.get(schedule, schedule), now, zone)
        found.append(now.astimezone(zone))
    return tuple(found)


def last_interval(
    schedule: str | None, *, timezone: str = "UTC", before: datetime
) -> tuple[datetime, datetime] | None:
    """The last interval between two times of a schedule that is over at a moment, in its time zone.

    None for a schedule that has no times, or had no two of them in years.

    Args:
        schedule: as for `next_runs`.
        timezone: its IANA name.
        before: an aware datetime, at which the interval is over.

    Raises:
        ValueError: the schedule or the time zone is none.

    Example:
        >>> from datetime import UTC, datetime
        >>> noon = datetime(2026, 11, 29, 12, tzinfo=UTC)
        >>> [f"{end:%d %H:%M}" for end in last_interval("@daily", before=noon)]
        ['28 00:00', '29 00:00']
    """
    if schedule is None or schedule in _SILENT:
        return None
    zone = ZoneInfo(timezone)
    for hours in _BACK:
        times: list[datetime] = []
        now = before - timedelta(hours=hours)
        while (now := _next(_CRON.get(schedule, schedule), now, zone)) <= before:
            times = [*times[-1:], now]
        if len(times) > 1:
            return times[0].astimezone(zone), times[1].astimezone(zone)
    return None


def _next(expression: str, now: datetime, zone: ZoneInfo) -> datetime:
    from croniter import croniter

    naive = now.astimezone(zone).replace(tzinfo=None, fold=0)
    cron = croniter(expression, start_time=naive)
    coming: datetime = cron.get_next(datetime)  # type: ignore[no-untyped-call]
    if cron.expanded[1] != ["*"]:
        return _aware(coming, zone)
    return (now + (coming - naive)).astimezone(UTC)


def _aware(naive: datetime, zone: ZoneInfo) -> datetime:
    """The moment that a clock on the wall shows a time."""
    early, late = (naive.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    # In the gap fold 0 is read with the offset before it, which gives the time after it; of a
    # time that comes twice, the later one is meant.
    exists = early.astimezone(zone).replace(tzinfo=None) == naive
    return late if exists else early
