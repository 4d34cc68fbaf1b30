"""What is wrong with a schedule: cron expressions, Airflow's presets, time zones, starts."""

from __future__ import annotations

import re
from datetime import datetime

from nbflow.model.guesses import nearest

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
# Each field's name, least and greatest number, words for numbers.
_FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of the month", 1, 31, {}),
    ("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, start=1)}),
    ("day of the week", 0, 7, {name: number for number, name in enumerate(_DAYS)}),
)
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_ITEM = re.compile(r"(\*|[0-9a-z]+)(?:-([0-9a-z]+))?(?:/([0-9]+))?")
# The last day of a month; the second Monday; the last Friday.
_SPECIAL = {
    "day of the month": re.compile(r"l|\?"),
    "day of the week": re.compile(r"\?|\w+#[1-5]|l[0-7]"),
}


def schedule_fault(text: str) -> str | None:
    """What is wrong with a schedule (a preset or a cron expression of five fields), or None."""
    stripped = text.strip()
    if stripped.startswith("@"):
        if stripped in PRESETS:
            return None
        return f"{text!r} is not one of {', '.join(PRESETS)}{_guess(stripped, PRESETS)}"
    written = stripped.lower().split()
    if len(written) != len(_FIELDS):
        return f"{text!r} has {len(written)} fields, and a cron expression has five"
    found: list[set[int]] = []
    for field, (name, least, most, words) in zip(written, _FIELDS, strict=True):
        numbers: set[int] = set()
        for item in field.split(","):
            meant = _numbers(item, name, least, most, words)
            if meant is None:
                return f"{item!r} in {text!r} is no {name} (from {least} to {most})"
            numbers |= meant
        found.append(numbers)
    _, _, days, months, _ = found
    if written[4] in {"*", "?"} and all(min(days) > _LONGEST_MONTHS[month - 1] for month in months):
        return f"{text!r} names a day that never comes"
    return None


def timezone_fault(name: str) -> str | None:
    """What is wrong with a time zone's IANA name, or None."""
    from zoneinfo import ZoneInfo, available_timezones

    if name == "UTC":
        return None
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; malformed; a folder of zones
        zones = available_timezones()
        if not zones:  # this machine has no list of time zones to compare with
            return None
        return f"{name!r} is not an IANA time zone{_guess(name, sorted(zones))}"
    return None


def start_fault(text: str) -> str | None:
    """What is wrong with a start date, or None."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return f"{text!r} is not an ISO date such as 2026-01-31"
    return None


def _numbers(item: str, name: str, least: int, most: int, words: dict[str, int]) -> set[int] | None:
    """The numbers that a part of a field means, or None where it means nothing."""
    special = _SPECIAL.get(name)
    if special is not None and special.fullmatch(item):
        return (
            {least}
            if "#" not in item or _number(item.partition("#")[0], words) is not None
            else None
        )
    match = _ITEM.fullmatch(item)
    if match is None:
        return None
    first, last, step = match.groups()
    if first == "*":
        start, stop = (least, most) if last is None else (None, None)
    else:
        start = _number(first, words)
        stop = _number(last, words) if last else (most if step else start)
    if start is None or stop is None or not least <= start <= stop <= most or step == "0":
        return None
    return set(range(start, stop + 1, int(step or 1)))


def _number(text: str, words: dict[str, int]) -> int | None:
    return int(text) if text.isdecimal() else words.get(text)


def _guess(wrong: str, known: tuple[str, ...] | list[str]) -> str:
    near = nearest(wrong, known)
    return f"; did you mean {near!r}?" if near else ""
