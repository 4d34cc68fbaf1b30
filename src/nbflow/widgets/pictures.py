"""Findings, differences and outputs as HTML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from nbflow.api import COLOURS
from nbflow.widgets.toolkit import badge, escape, prose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbflow.api import Difference, Inspected, Published

__all__ = ["difference_html", "findings_html", "outputs_html", "plain", "published_html"]

_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_LINES = 200
"""Lines of a text that are shown."""


def plain(text: str) -> str:
    """A text without a terminal's colours."""
    return _COLOURS.sub("", text)


def findings_html(inspected: Inspected, *, said: str | None = None) -> str:
    """What is wrong with a notebook, each with its cell and what helps.

    Args:
        inspected: the notebook.
        said: what stands at a field already.
    """
    found = [one for one in inspected.diagnostics if not said or said not in one.message]
    if not found:
        return ""
    cells = inspected.pipeline.document.by_id
    items = []
    for one in found:
        cell = cells.get(one.cell or "")
        place = f"cell {cell.index + 1}" if cell else ""
        place += f", line {one.line}" if cell and one.line else ""
        soft = f' <span class="nbflow-soft">{escape(place)}</span>' if place else ""
        items.append(
            f"<li>{badge(one.severity)} <code>{escape(one.code)}</code>{soft}"
            f"<div>{prose(one.message)}</div>"
            f'<div class="nbflow-note">{prose(one.hint)}</div></li>'
        )
    return f'<ul class="nbflow-list" aria-label="Findings">{"".join(items)}</ul>'


def difference_html(found: Difference) -> str:
    """What publishing would change."""
    items = []
    for one in found.changes:
        details = f' <span class="nbflow-soft">{escape("; ".join(one.details))}</span>'
        items.append(
            f'<li><span class="nbflow-badge" style="color:{COLOURS[one.sort]}">{one.mark}</span> '
            f"{escape(one.part)}: {escape(one.name)}{details * bool(one.details)}</li>"
        )
    listed = f'<ul class="nbflow-list" aria-label="Changes">{"".join(items)}</ul>'
    text = (
        f"<details><summary>DAG file</summary><pre>{escape(found.text)}</pre></details>"
        if found.text and found.published is not None
        else ""
    )
    return f"<div>{escape(found.summary)}</div>{listed * bool(items)}{text}"


def published_html(done: Published) -> str:
    """What came of publishing."""
    where = f"<code>{escape(done.dag)}</code>"
    if done.url and done.url.startswith(("http://", "https://")):
        where = (
            f'<a href="{escape(done.url)}" target="_blank" rel="noopener">{escape(done.url)}</a>'
        )
    return f"<div>{badge('success')} {escape(done.dag_id)}: {escape(done.summary)}</div>{where}"


def outputs_html(notebook: Mapping[str, Any]) -> str:
    """The outputs of an executed notebook, each below the first line of its cell.

    HTML that the notebook made is shown as it is: it is the author's own.
    """
    parts = []
    for cell in notebook["cells"]:
        shown = "".join(map("".join, map(_output, cell.get("outputs", ()))))
        if shown:
            source = "".join(cell["source"]).strip()
            first = source.splitlines()[0] if source else ""
            parts.append(f'<div class="nbflow-note"><code>{escape(first)}</code></div>{shown}')
    return "".join(parts) or '<div class="nbflow-note">No cell has shown anything.</div>'


def _output(output: Mapping[str, Any]) -> Iterator[str]:
    kind = output["output_type"]
    if kind == "stream":
        yield _pre("".join(output["text"]))
    elif kind == "error":
        yield _pre("\n".join(output["traceback"]))
    else:
        yield _data(output.get("data", {}))


def _data(data: Mapping[str, Any]) -> str:
    for mime in ("image/png", "image/jpeg"):
        if mime in data:
            source = f"data:{mime};base64,{''.join(data[mime])}"
            return f'<div><img alt="figure" src="{escape(source)}"></div>'
    for mime in ("image/svg+xml", "text/html"):
        if mime in data:
            return f"<div>{''.join(data[mime])}</div>"
    return _pre("".join(data.get("text/plain", "")))


def _pre(text: str) -> str:
    lines = plain(text).rstrip("\n").split("\n")
    cut = [f"… {len(lines) - _LINES} lines before"] if len(lines) > _LINES else []
    return f"<pre>{escape(chr(10).join(cut + lines[-_LINES:]))}</pre>"
