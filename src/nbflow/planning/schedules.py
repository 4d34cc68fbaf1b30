"""Schedules that Airflow can read: what is wrong is said here, not by a DAG that will not load."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from nbflow.errors import SettingsError

if TYPE_CHECKING:
    from nbflow.model import PipelineOptions

# https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/cron.html
PRESETS = (
    "@once",
    "@continuous",
    "@hourly",
    "@daily",
    "@weekly",
    "@monthly",
    "@quarterly",
    "@yearly",
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTH_NUMBERS = {name: number for number, name in enumerate(_MONTHS, start=1)}
_DAY_NUMBERS = {name: number for number, name in enumerate(_DAYS)}
# Each field's name, least and greatest number, and words for numbers.
_FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day", 1, 31, {}),
    ("month", 1, 12, _MONTH_NUMBERS),
    ("day of the week", 0, 7, _DAY_NUMBERS),
)
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def check_schedule(options: PipelineOptions) -> None:
    """Refuse what would only break when Airflow reads the DAG.

    Raises:
        SettingsError: schedule, time zone, start or number of runs cannot be.
    """
    if options.schedule is not None and options.schedule not in PRESETS:
        _check_cron(options.schedule)
    try:
        ZoneInfo(options.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingsError(
            f"there is no time zone {options.timezone!r}",
            hint="write a name such as Europe/Berlin or UTC",
        ) from error
    if options.start is not None:
        try:
            datetime.fromisoformat(options.start)
        except ValueError as error:
            raise SettingsError(
                f"start {options.start!r} is not an ISO date",
                hint="write a date such as 2026-01-31",
            ) from error
    runs = options.max_active_runs
    if runs is not None and (runs < 1 or (runs > 1 and options.schedule == "@continuous")):
        raise SettingsError(
            f"max_active_runs is {runs}",
            hint="write 1 with the schedule @continuous, and 1 or more with others",
        )


def _check_cron(schedule: str) -> None:
    fields = schedule.split()
    if len(fields) != len(_FIELDS):
        raise _refused(schedule, f"has {len(fields)} fields in place of 5")
    found = []
    for text, (name, least, greatest, words) in zip(fields, _FIELDS, strict=True):
        numbers = _numbers(text, least, greatest, words)
        if numbers is None:
            raise _refused(schedule, f"has {text!r} for the {name} ({least} to {greatest})")
        found.append(numbers)
    _, _, days, months, _ = found
    if fields[4] == "*" and all(min(days) > _LONGEST_MONTHS[month - 1] for month in months):
        raise _refused(schedule, "names a day that never comes")


def _numbers(text: str, least: int, greatest: int, words: dict[str, int]) -> set[int] | None:
    """The numbers that a field of a cron expression means, or None where it means nothing."""
    found: set[int] = set()
    for part in text.lower().split(","):
        match = re.fullmatch(r"(\*|[0-9a-z]+)(?:-([0-9a-z]+))?(?:/([0-9]+))?", part)
        if match is None:
            return None
        first, last, step = match.groups()
        if first == "*":
            start, stop = (least, greatest) if last is None else (None, None)
        else:
            start = _number(first, words)
            stop = _number(last, words) if last else (greatest if step else start)
        if start is None or stop is None or not least <= start <= stop <= greatest or step == "0":
            return None
        found |= set(range(start, stop + 1, int(step or 1)))
    return found


def _number(text: str, words: dict[str, int]) -> int | None:
    return int(text) if text.isdecimal() else words.get(text)


def _refused(schedule: str, problem: str) -> SettingsError:
    return SettingsError(
        f"schedule {schedule!r} {problem}",
        hint=f"write five fields such as '0 6 * * 1-5', or one of {', '.join(PRESETS)}",
    )
