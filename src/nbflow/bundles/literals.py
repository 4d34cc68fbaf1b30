"""Values as Python source. The one place where text becomes code."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta
from typing import Any

_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_COMMON = {ord(char): written for char, written in _ESCAPES.items()}
_UNITS = (
    ("days", timedelta(days=1)),
    ("hours", timedelta(hours=1)),
    ("minutes", timedelta(minutes=1)),
    ("seconds", timedelta(seconds=1)),
    ("milliseconds", timedelta(milliseconds=1)),
    ("microseconds", timedelta(microseconds=1)),
)


def literal(value: Any) -> str:
    """Python source, on one line and as ruff formats it, that evaluates to `value`.

    For None, booleans, numbers, text, lists, tuples, dictionaries and timedeltas. What JSON cannot
    say, such as an infinite float, is written as a call.

    Raises:
        TypeError: a value of another type.
    """
    match value:
        case None | bool():
            return repr(value)
        case str():
            return _text(value)
        case int():
            return _integer(value)
        case float():
            return _float(value)
        case timedelta():
            return _duration(value)
        case list():
            return f"[{', '.join(map(literal, value))}]"
        case tuple():
            comma = "," if len(value) == 1 else ""
            return f"({', '.join(map(literal, value))}{comma})"
        case dict():
            pairs = (f"{literal(key)}: {literal(inner)}" for key, inner in value.items())
            return f"{{{', '.join(pairs)}}}"
    raise TypeError(f"no Python literal for {type(value).__name__} {value!r}")


def text_block(text: str) -> str:
    """Python source of a triple-quoted string over several lines that evaluates to `text`.

    The text must end with a line end.
    """
    lines = "".join(_escape(char, quote="") if char != "\n" else "\n" for char in text)
    # No quote stands before the closing ones: the text ends with a line end.
    return '"""\\\n' + lines.replace('"""', '""\\"') + '"""'


def comment_text(text: str) -> str:
    """Text made fit for one line of a comment or docstring: no line end, quote or escape in it."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    return re.sub(r"\s+", " ", shown).replace("\\", "/").replace('"', "'").strip()


def jinja_text(text: str) -> str:
    """Text as a Jinja template that renders to it."""
    return re.sub(r"\{[{%#]*", lambda found: "{{ '%s' }}" % found.group(), text)  # noqa: UP031


def width(source: str) -> int:
    """Columns that one line of source takes, at most."""
    if source.isascii():
        return len(source)
    return sum(
        1 if char.isascii() or unicodedata.east_asian_width(char) not in "WF" else 2
        for char in source
    )


def _text(value: str) -> str:
    quote = "'" if value.count('"') > value.count("'") else '"'
    escaped = value.translate({**_COMMON, ord(quote): f"\\{quote}"})
    if not escaped.isprintable():
        escaped = "".join(_escape(char, quote=quote) for char in value)
    return quote + escaped + quote


def _escape(char: str, *, quote: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char == quote:
        return f"\\{char}"
    if char.isprintable():
        return char
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _integer(value: int) -> str:
    # Python reads and writes decimal integers of at most 4300 digits.
    return hex(value) if abs(value) >= 10**4000 else repr(int(value))


def _float(value: float) -> str:
    written = repr(float(value)).replace("e+", "e")  # ruff's spelling
    return written if written.strip("-")[0].isdigit() else f'float("{written}")'


def _duration(value: timedelta) -> str:
    name, unit = next((pair for pair in _UNITS if not value % pair[1]), _UNITS[-1])
    return f"timedelta({name}={value // unit})" if value else "timedelta(0)"
