"""Checks a schedule: cron expressions, Airflow's presets, time zones, starts."""

from __future__ import annotations

import re
from datetime import datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

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
_FIELDS: tuple[tuple[str, int, int, tuple[str, ...]], ...] = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of the month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 7, _DAYS),
    ("second", 0, 59, ()),
)
_ITEM = re.compile(r"(?:\*|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>\d+))?")


def schedule_fault(text: str) -> str | None:
    """What is wrong with a schedule, or None.

    Args:
        text: a preset, or a cron expression of five fields (a sixth one counts seconds).
    """
    stripped = text.strip()
    if stripped.startswith("@"):
        if stripped in PRESETS:
            return None
        nearest = get_close_matches(stripped, PRESETS, n=1)
        guess = f"; did you mean {nearest[0]!r}?" if nearest else ""
        return f"{text!r} is not one of {', '.join(PRESETS)}{guess}"
    fields = stripped.split()
    if len(fields) not in {5, 6}:
        return f"{text!r} has {len(fields)} fields, and a cron expression has five"
    for written, (name, least, most, names) in zip(fields, _FIELDS, strict=False):
        for item in written.lower().split(","):
            if not _is_item(item, name, least, most, names):
                return f"{item!r} in {text!r} is no {name} (from {least} to {most})"
    return None


def timezone_fault(name: str) -> str | None:
    """What is wrong with a time zone's name, or None."""
    from zoneinfo import ZoneInfo, available_timezones

    if name == "UTC":
        return None
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; malformed; a folder of zones
        zones = available_timezones()
        if not zones:  # this machine has no list of time zones to compare with
            return None
        nearest = get_close_matches(name, sorted(zones), n=1)
        guess = f"; did you mean {nearest[0]!r}?" if nearest else ""
        return f"{name!r} is not an IANA time zone{guess}"
    return None


def start_fault(text: str) -> str | None:
    """What is wrong with a start date, or None."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return f"{text!r} is not an ISO date such as 2026-01-31"
    return None


def _is_item(item: str, name: str, least: int, most: int, names: Sequence[str]) -> bool:
    if name == "day of the month" and item in {"l", "?"}:
        return True
    if name == "day of the week":
        if item == "?":
            return True
        item = re.sub(r"(?<=\w)#[1-5]$|^l(?=\w)", "", item)  # the second Monday, the last Friday
    match = _ITEM.fullmatch(item)
    if match is None or match["step"] == "0":
        return False
    first, last = (_number(match[part], least, names) for part in ("first", "last"))
    bounds = [number for number in (first, last) if number is not None]
    if any(not least <= number <= most for number in bounds):
        return False
    if match["step"] is not None and first is not None and match["last"] is None:
        return True  # 5/15: from 5 on
    return len(bounds) < 2 or bounds[0] <= bounds[1]


def _number(text: str | None, least: int, names: Sequence[str]) -> int | None:
    if text is None:
        return None
    if text in names:
        return names.index(text) + (1 if least == 1 else 0)
    return int(text) if text.isdecimal() else -1
