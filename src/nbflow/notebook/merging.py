"""Brings executed step notebooks back into the author's notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.notebook.marks import INJECTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from nbflow.model import Document

PROVENANCE = "nbflow_run"
HEADER = "header"
"""The role of the cell that says which run a merged notebook is of."""
_GIVEN = "nbflow-injected-parameters"
"""The id of a cell with given values."""
_WIDGETS = "application/vnd.jupyter.widget-state+json"
# What a generated cell was doing, by its role; `save` runs after the author's cells.
_WORDS = {
    "parameters": "while its parameters were set, before its first cell ran",
    "begin": "while its working folder was made, before its first cell ran",
    "given": "while its parameters were set, before its first cell ran",
    "load": "while it loaded what it needs from earlier steps, before its first cell ran",
    "save": "while it saved what later steps need, after its last cell had run",
}


def merge(
    document: Document,
    executed: Mapping[str, Mapping[str, Any]],
    *,
    provenance: Mapping[str, Any] | None = None,
    header: str | None = None,
    given: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The author's notebook with the outputs of a run.

    Cells are found by their ids. Those that several steps ran (setup, parameters) show the first
    step in which they failed, else the first in which they printed something. An error in a cell
    that nbflow added shows at the step's first or last cell. Outputs that the author's file had
    stored never show; cells that did not run have none. Executed cells count from 1.

    Args:
        document: the author's notebook.
        executed: executed step notebooks (nbformat dictionaries, complete or not) by step, in
            the notebook's order.
        provenance: where the outputs come from; kept in the metadata under `nbflow_run`.
        header: Markdown for a cell above all others; its role is `header`. One that the author's
            file had, as an earlier merged notebook has, never shows.
        given: code that sets what the run was given, by the id of the author's cell behind which
            it ran. It comes in a cell of its own, tagged as papermill's. One that the author's
            file had never shows: it did not run.
    """
    found = _candidates(document, executed.values())
    failures = dict(_failures(document, executed))
    count = 0
    kept = [cell for cell in document.raw.get("cells", ()) if not _is_left(cell)]
    taken = {cell["id"] for cell in kept}
    cells = [] if header is None else [_header(header, taken)]
    for cell in kept:
        if cell["cell_type"] != "code":
            cells.append(dict(cell))
            continue
        best = _best(found.get(cell["id"], ()))
        ran = best is not None and best.get("execution_count") is not None
        count += ran
        cells.append(_merged(cell, best, count if ran else None, failures.get(cell["id"], ())))
        if given and cell["id"] in given:
            count += ran
            cells.append(_given(given[cell["id"]], count if ran else None, taken))
    return {
        "cells": cells,
        "metadata": _metadata(document.raw.get("metadata", {}), executed.values(), provenance),
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _is_left(cell: Mapping[str, Any]) -> bool:
    """Whether a cell of the author's file is what an earlier execution left there."""
    tags = (cell.get("metadata") or {}).get("tags")
    injected = cell["cell_type"] == "code" and isinstance(tags, list) and INJECTED in tags
    return injected or _role(cell) == HEADER


def _header(text: str, taken: set[str]) -> dict[str, Any]:
    """The cell of the header."""
    metadata = {"nbflow": {"role": HEADER}}
    cell_id = _free("nbflow-header", taken)
    return {"cell_type": "markdown", "id": cell_id, "metadata": metadata, "source": text}


def _given(source: str, count: int | None, taken: set[str]) -> dict[str, Any]:
    """The cell with given values; it ran if the one above it did."""
    return {
        "cell_type": "code",
        "execution_count": count,
        "id": _free(_GIVEN, taken),
        "metadata": {"tags": [INJECTED]},
        "outputs": [],
        "source": source,
    }


def _free(cell_id: str, taken: set[str]) -> str:
    """The id, or one like it, that no cell of the author's has."""
    while cell_id in taken:
        cell_id += "-1"
    return cell_id


def _candidates(
    document: Document, notebooks: Iterable[Mapping[str, Any]]
) -> dict[str, list[Mapping[str, Any]]]:
    """The author's cells in the executed notebooks, by id."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for notebook in notebooks:
        for cell in notebook.get("cells", ()):
            cell_id = cell.get("id")
            if cell.get("cell_type") == "code" and not _role(cell) and cell_id in document.by_id:
                found.setdefault(cell_id, []).append(cell)
    return found


def _best(cells: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Of several executions of one cell, the one to show."""
    ran = [cell for cell in cells if cell.get("execution_count") is not None or cell.get("outputs")]
    failed = (cell for cell in ran if any(_errors(cell)))
    spoke = (cell for cell in ran if cell.get("outputs"))
    return next(failed, None) or next(spoke, None) or next(iter(ran), None)


def _merged(
    cell: Mapping[str, Any],
    best: Mapping[str, Any] | None,
    count: int | None,
    failures: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    outputs = _joined(_counted(output, count) for output in (best or {}).get("outputs") or ())
    metadata = {key: value for key, value in cell["metadata"].items() if key != "execution"}
    timing = ((best or {}).get("metadata") or {}).get("execution")
    if timing:
        metadata["execution"] = timing
    return {
        **cell,
        "metadata": metadata,
        "execution_count": count,
        "outputs": [*outputs, *failures],
    }


def _counted(output: Mapping[str, Any], count: int | None) -> dict[str, Any]:
    if output.get("output_type") == "execute_result":
        return {**output, "execution_count": count}
    return dict(output)


def _failures(
    document: Document, executed: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Errors of generated cells, with the author's cell where each step's belong."""
    for step, notebook in executed.items():
        own = _own_cells(document, notebook)
        before: list[dict[str, Any]] = []
        after: list[dict[str, Any]] = []
        for cell in notebook.get("cells", ()):
            role = _role(cell)
            errors = [_explained(error, step, role) for error in _errors(cell)] if role else []
            (after if role == "save" else before).extend(errors)
        if not own or not (before or after):
            continue
        if len(own) == 1:
            yield own[0], [*before, *after]
        else:
            yield own[0], before
            yield own[-1], after


def _own_cells(document: Document, notebook: Mapping[str, Any]) -> list[str]:
    """Ids of the author's cells that make the step, without setup and parameters."""
    orders = (notebook.get("metadata", {}).get("nbflow") or {}).get("orders") or {}
    listed = orders.get("cells")
    if listed:
        return [cell_id for cell_id in listed if cell_id in document.by_id]
    ids: list[str] = []
    for cell in notebook.get("cells", ()):
        if _role(cell) == "load":
            ids = []
        elif not _role(cell) and cell.get("id") in document.by_id:
            ids.append(cell["id"])
    return ids


def _explained(error: Mapping[str, Any], step: str, role: str) -> dict[str, Any]:
    when = _WORDS.get(role, "in a cell that nbflow added")
    return {
        "output_type": "error",
        "ename": error.get("ename", "Error"),
        "evalue": error.get("evalue", ""),
        "traceback": [f"nbflow: step {step!r} failed {when}.", *error.get("traceback", ())],
    }


def _errors(cell: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for output in cell.get("outputs") or ():
        if output.get("output_type") == "error":
            yield output


def _role(cell: Mapping[str, Any]) -> str:
    """The role of a generated cell; empty for a cell of the author's."""
    own = (cell.get("metadata") or {}).get("nbflow")
    role = own.get("role") if isinstance(own, dict) else None
    return role if isinstance(role, str) else ""


def _metadata(
    author: Mapping[str, Any],
    notebooks: Iterable[Mapping[str, Any]],
    provenance: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """The author's metadata, with the run's widgets instead of the stored ones."""
    metadata = {key: value for key, value in author.items() if key not in {"widgets", PROVENANCE}}
    state: dict[str, Any] = {}
    version: dict[str, Any] = {}
    for notebook in notebooks:
        widgets = ((notebook.get("metadata") or {}).get("widgets") or {}).get(_WIDGETS) or {}
        state |= widgets.get("state", {})
        version |= {key: value for key, value in widgets.items() if key != "state"}
    if state:
        metadata["widgets"] = {_WIDGETS: {**version, "state": state}}
    if provenance is not None:
        metadata[PROVENANCE] = dict(provenance)
    return metadata


def _joined(outputs: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Outputs with what one stream wrote in pieces in one piece, as Jupyter keeps it."""
    joined: list[dict[str, Any]] = []
    for output in outputs:
        last = joined[-1] if joined else {}
        if output["output_type"] == "stream" == last.get("output_type") and (
            output["name"] == last["name"]
        ):
            joined[-1] = {**last, "text": _text(last["text"]) + _text(output["text"])}
        else:
            joined.append(output)
    return joined


def _text(written: str | list[str]) -> str:
    return written if isinstance(written, str) else "".join(written)
