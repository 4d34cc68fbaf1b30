"""The notebooks of a run of several as one, for a page: contents, then stage by stage."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from nbflow.api import headers
from nbflow.model import RunState, format_elapsed, split_item

if TYPE_CHECKING:
    from nbflow.api.parts import Part
    from nbflow.model import Run, StepRun

__all__ = ["book"]

_WIDGETS = "application/vnd.jupyter.widget-state+json"
_UNFIT = re.compile(r"[^\w-]+")


def book(
    run: Run, chapters: Sequence[tuple[Part, Mapping[str, Any]]], *, manifest: Mapping[str, Any]
) -> dict[str, Any]:
    """One notebook of several: with a table of contents, a heading for each, and ids that differ.

    Args:
        run: the run.
        chapters: its parts in their order, each with its merged notebook.
        manifest: of the run's bundle; it knows stages that have no notebook, or did not begin.
    """
    cells = [_text("contents", _contents(run, [part for part, _ in chapters], manifest))]
    for part, merged in chapters:
        prefix = _UNFIT.sub("-", part.name).strip("-")
        title = headers.plain(_title(part, manifest))
        cells.append(_text(f"stage-{prefix}", f'<a id="{_anchor(part.name)}"></a>\n\n# {title}'))
        cells += (_renamed(cell, prefix) for cell in merged["cells"])
    notebooks = [merged for _, merged in chapters]
    return {
        "cells": cells,
        "metadata": _metadata(notebooks),
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _contents(run: Run, own: Sequence[Part], manifest: Mapping[str, Any]) -> str:
    """The run, and its stages in a table; those with a notebook are links to it."""
    lines = [
        f"# {headers.plain(run.dag_id)}",
        "",
        *headers.overview(run, manifest),
        "",
        "| stage | state | time | |",
        "|---|---|---|---|",
    ]
    begun = {part.stage for part in own}
    names = [one["name"] for one in manifest.get("stages", ())]
    for stage in dict.fromkeys([*names, *begun]):
        for part in own:
            if part.stage == stage:
                link = f"[{headers.plain(part.name)}](#{_anchor(part.name)})"
                lines.append(_row(link, part.run.state, part.run.steps, _item(part, manifest)))
        if stage not in begun:
            steps = [one for one in run.steps if one.name.partition(".")[0] == stage]
            state = steps[0].state if steps else RunState.QUEUED
            note = headers.plain((steps[0].note if steps else None) or "")
            lines.append(_row(headers.plain(stage), state, steps, note))
    return "\n".join(lines)


def _row(name: str, state: RunState, steps: Iterable[StepRun], note: str) -> str:
    return f"| {name} | {headers.marked(state)} | {_time(steps)} | {note} |"


def _time(steps: Iterable[StepRun]) -> str:
    """How long any of them ran: not what lies between, as before a run was resumed."""
    ran = sorted(
        (one.started, one.ended) for one in steps if one.started and one.ended and not one.kept
    )
    total, known = timedelta(), datetime.min.replace(tzinfo=UTC)
    for start, end in ran:
        total += max(end - max(start, known), timedelta())
        known = max(known, end)
    return format_elapsed(total) if ran else ""


def _title(part: Part, manifest: Mapping[str, Any]) -> str:
    for stage in manifest.get("stages", ()):
        if stage["name"] == part.stage:
            return f"{part.name} ({stage['notebook']})"
    return part.name


def _item(part: Part, manifest: Mapping[str, Any]) -> str:
    """What a stage that goes over a list was given this time."""
    for stage in manifest.get("stages", ()):
        name = stage.get("foreach")
        if stage["name"] == part.stage and name in part.run.parameters:
            return headers.values({name: part.run.parameters[name]})
    return ""


def _anchor(name: str) -> str:
    stage, item = split_item(name)
    return f"stage-{stage}" + ("" if item is None else f"-{item}")


def _text(cell_id: str, source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": f"nbflow-{cell_id}", "metadata": {}, "source": source}


def _renamed(cell: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """A cell with an id of its own in the book; the header's links lead to such ids."""
    renamed = {**cell, "id": f"{prefix}--{cell['id']}"}
    if (cell["metadata"].get("nbflow") or {}).get("role") == "header":
        renamed["source"] = cell["source"].replace("(#cell-id=", f"(#cell-id={prefix}--")
    return renamed


def _metadata(notebooks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """That of the first, by which code is coloured, with the widgets of all."""
    first = dict(notebooks[0]["metadata"]) if notebooks else {}
    widgets = [one for one in map(_widgets, notebooks) if one]
    if widgets:
        state = {key: value for one in widgets for key, value in one["state"].items()}
        first["widgets"] = {_WIDGETS: {**widgets[0], "state": state}}
    return first


def _widgets(notebook: Mapping[str, Any]) -> Mapping[str, Any] | None:
    found = (notebook["metadata"].get("widgets") or {}).get(_WIDGETS)
    return found if found and "state" in found else None
