"""Kubernetes resource quantities and durations: parsed once, then numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

# https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
_QUANTITY = re.compile(
    r"(?P<number>[+-]?(?:\d+\.?\d*|\.\d+))"
    r"(?P<suffix>[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?"
)
_SUFFIXES = {
    "": Decimal(1),
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "k": Decimal(10**3),
    "M": Decimal(10**6),
    "G": Decimal(10**9),
    "T": Decimal(10**12),
    "P": Decimal(10**15),
    "E": Decimal(10**18),
    "Ki": Decimal(2**10),
    "Mi": Decimal(2**20),
    "Gi": Decimal(2**30),
    "Ti": Decimal(2**40),
    "Pi": Decimal(2**50),
    "Ei": Decimal(2**60),
}
_DURATION = re.compile(r"(?P<count>\d+(?:\.\d+)?)(?P<unit>ms|s|m|h|d|w)")
_UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


@dataclass(frozen=True)
class Quantity:
    """An amount of a resource, kept as its author wrote it.

    Attributes:
        text: canonical Kubernetes notation (`500m`, `64Gi`).
    """

    text: str

    @property
    def amount(self) -> Decimal:
        """The amount in the base unit: cores, bytes or a count."""
        match = _QUANTITY.fullmatch(self.text)
        if match is None:
            raise ValueError(f"{self.text!r} is not a Kubernetes quantity")
        suffix = match["suffix"] or ""
        number = Decimal(match["number"])
        if suffix[:1] in {"e", "E"} and suffix not in _SUFFIXES:
            return number.scaleb(int(suffix[1:]))
        return number * _SUFFIXES[suffix]

    def __str__(self) -> str:
        return self.text


def parse_quantity(text: str | float) -> Quantity:
    """Read a quantity such as `2`, `500m`, `64Gi` or `1e3`.

    Raises:
        ValueError: the text is no quantity, or a negative one.
    """
    quantity = Quantity(str(text).strip())
    try:
        negative = quantity.amount < 0
    except ArithmeticError as error:
        raise ValueError(f"{quantity.text!r} is too large a quantity") from error
    if negative:
        raise ValueError(f"{quantity.text!r} is negative")
    return quantity


def parse_duration(text: str | float) -> timedelta:
    """Read a duration such as `30m`, `1h30m`, `2d` or a number of seconds.

    Raises:
        ValueError: the text is no duration, or an empty one.
    """
    try:
        total = _sum_of_parts(str(text).strip())
    except OverflowError as error:
        raise ValueError(f"{text!r} is too long a duration") from error
    if total <= timedelta():
        raise ValueError(f"{text!r} is not longer than nothing; write 1s or more")
    return total


def _sum_of_parts(text: str) -> timedelta:
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return timedelta(seconds=float(text))
    parts = list(_DURATION.finditer(text))
    if not parts or "".join(part.group() for part in parts) != text:
        raise ValueError(f"{text!r} is not a duration; write 90s, 30m, 1h30m or 2d")
    return sum((float(part["count"]) * _UNITS[part["unit"]] for part in parts), timedelta())


def format_duration(duration: timedelta) -> str:
    """Write a duration as `parse_duration` reads it: `1h30m`, `45s`, `1500ms`."""
    milliseconds = round(duration / timedelta(milliseconds=1))
    if milliseconds % 1000:
        return f"{milliseconds}ms"
    seconds = milliseconds // 1000
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
