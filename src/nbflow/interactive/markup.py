"""HTML and text that look well wherever they are shown: in light and dark themes, in a terminal."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from nbflow.api import COLOURS, MARKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["badge", "bar", "block", "escape", "prose", "table", "text_table"]

_TABLE = "border-collapse:collapse;background:transparent;color:inherit;margin:4px 0"
_CELL = "text-align:left;vertical-align:top;padding:2px 12px 2px 6px;background:transparent"
_CODE = re.compile(r"`([^`]+)`")
_WIDEST = 60


def escape(value: object) -> str:
    """Any value as text within HTML."""
    return html.escape(str(value), quote=True)


def prose(text: str) -> str:
    """A sentence, in which code stands in backquotes; HTML."""
    return _CODE.sub(r"<code>\1</code>", escape(text))


def bar(done: int, total: int, *, state: str) -> str:
    """How many of something are done, in the colour of a state; HTML."""
    if not total:
        return ""
    part, colour = 100 * done / total, COLOURS.get(state, "#8888")
    ends = "border-radius:4px;height:7px;display:inline-block"
    return (
        '<span style="white-space:nowrap">'
        f'<span style="{ends};width:84px;overflow:hidden;border:1px solid #8884">'
        f'<span style="{ends};width:{part:.0f}%;vertical-align:top;'
        f'background-color:{colour}"></span></span> {done}/{total}</span>'
    )


def badge(word: str) -> str:
    """A state or a severity, in its colour; HTML."""
    colour = COLOURS.get(word)
    shade = f"color:{colour};font-weight:600;" if colour else ""
    mark = MARKS.get(word, "")  # type: ignore[call-overload] # a severity has none
    text = escape(f"{mark} {word}".strip())
    return f'<span style="{shade}white-space:nowrap">{text}</span>'


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; `columns` are texts, the cells of `rows` are HTML."""
    head = "".join(f'<th style="{_CELL};white-space:nowrap">{escape(one)}</th>' for one in columns)
    body = "".join(
        "<tr>" + "".join(f'<td style="{_CELL}">{cell}</td>' for cell in row) + "</tr>"
        for row in rows
    )
    return f'<table style="{_TABLE}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def block(title: str, *parts: str) -> str:
    """Parts in HTML under a title, which is HTML too."""
    inner = "".join(part for part in parts if part)
    return f'<div style="color:inherit;background:transparent"><div>{title}</div>{inner}</div>'


def text_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table for a terminal; long cells are cut."""
    lines = [list(columns), *([_short(cell) for cell in row] for row in rows)]
    widths = [max(len(line[index]) for line in lines) for index in range(len(columns))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"
