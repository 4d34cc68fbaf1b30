"""What a team may not use, and how that is said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

_TEMPLATE = re.compile(r"\{\{|\{%|\{#")


@dataclass(frozen=True)
class Fault:
    """Something that a team may not use.

    Attributes:
        field: where it is said.
        value: what is said there.
        allowed: what may be said there, in words.
    """

    field: str
    value: Any
    allowed: str

    def __str__(self) -> str:
        said = self.value if isinstance(self.value, Words) else repr(self.value)
        return f"{self.field} is {said}; {self.allowed}"


class Words(str):
    """A value that is told in words, and not quoted."""

    __slots__ = ()


def is_template(value: object) -> bool:
    """Whether Airflow would put something else in its place when the task runs."""
    return isinstance(value, str) and _TEMPLATE.search(value) is not None


def matched(
    field: str, value: Any, patterns: Iterable[str] | None, *, what: str, whose: str
) -> Iterator[Fault]:
    """A fault where a name matches none of the patterns; None allows every name.

    A template allows nobody to say what it will be, so it matches nothing.
    """
    if patterns is None:
        return
    patterns = tuple(patterns)
    may = f"{whose} may use the {what}: {', '.join(patterns)}" if patterns else ""
    may = may or f"{whose} may use no {what}"
    if not isinstance(value, str):
        yield Fault(field, Words("known only when it runs"), may)
    elif is_template(value):
        yield Fault(field, Words(f"{value!r}, known only when it runs"), may)
    elif not any(fnmatchcase(value, one) for one in patterns):
        yield Fault(field, value, may)
