"""A notebook that brings back what a step was given, so that a person can look into it."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow import runtime
from nbflow.bundles import code_cell, literal
from nbflow.errors import NotebookError, StoreError
from nbflow.host.ledgers import BUNDLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbflow.model import Document, Failure, Run

__all__ = ["debug_notebook", "given_to"]

_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_LEFT_OUT = {"parameters", "begin", "save"}
_PAPERMILL = {"injected-parameters", "papermill-error-cell-tag"}
_WHEN = {
    "begin": "while its working folder was made",
    "given": "while its parameters were set",
    "load": "while it loaded what it needs",
    "save": "while it saved what later steps need, after its last cell",
}


def debug_notebook(
    notebook: Mapping[str, Any],
    *,
    run: Run,
    step: str,
    folder: Path,
    document: Document | None = None,
    failure: Failure | None = None,
) -> dict[str, Any]:
    """The notebook, as an nbformat 4.5 dictionary; it runs in any Jupyter that has nbflow.

    It ends with the cell that failed, if one did. It works in a folder of its own and saves
    nothing.

    Args:
        notebook: the step notebook as it was executed.
        run: the run.
        step: the step's name.
        folder: the run's.
        document: the author's notebook, to say which cell of it failed.
        failure: how the step failed, None where it did not.

    Raises:
        NotebookError: the step ran in another language than Python.
        StoreError: what the steps before it left is not there.
    """
    orders = notebook["metadata"].get("nbflow", {}).get("orders")
    if orders is None:
        raise NotebookError(
            f"step {step!r} of run {run.run_id} is no Python step: it takes nothing from others",
            hint="Run its cells in the notebook itself.",
        )
    require_inputs(orders, folder)
    place = None if failure is None else failure.cell or _generated(notebook)
    head = _head(run, step, failure, _named(place, document), place)
    cells = [
        _text("nbflow-debug", head),
        _code("nbflow-begin", _begin(orders, given_to(notebook), folder), hidden=True),
    ]
    cells += (_code(cell["id"], "".join(cell["source"])) for cell in _up_to(place, notebook))
    if failure is not None:
        note = _text("nbflow-failure", _about(failure, _named(place, document)))
        cells.insert(-1 if cells[-1]["id"] == place else len(cells), note)
    kept = ("kernelspec", "language_info")
    metadata = {key: notebook["metadata"][key] for key in kept if key in notebook["metadata"]}
    metadata["nbflow_debug"] = {"dag_id": run.dag_id, "run_id": run.run_id, "step": step}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def require_inputs(orders: Mapping[str, Any], folder: Path) -> None:
    """See that all that a step takes from those before it is there.

    Raises:
        StoreError: something is not; names the step that should have left it.
    """
    store = runtime.open_store(str(folder))
    needs = orders["needs"]
    for name in orders["ancestors"]:
        manifest = runtime.read_manifest(store, name)
        hint = f"Go on with the run first, so that {name!r} runs: `nbflow run NB --resume`."
        if manifest is None:
            wanted = sorted(variable for variable, step in needs.items() if step == name)
            what = f", from which it takes {', '.join(wanted)}" if wanted else ""
            raise StoreError(
                f"step {orders['step']!r} comes after {name!r}{what}, and {name!r} has left "
                f"nothing in {folder}",
                hint=hint,
            )
        gone = [path for path in runtime.addresses(manifest) if not store.exists(path)]
        if gone:
            raise StoreError(f"what step {name!r} left is gone: {min(gone)} in {folder}", hint=hint)


def _up_to(place: str | None, notebook: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The author's cells and those that bring things back, to the one that failed."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and _belongs(cell):
            yield cell
            if cell["id"] == place:
                return


def _generated(notebook: Mapping[str, Any]) -> str | None:
    """The id of the cell of ours that failed."""
    for cell in notebook["cells"]:
        errors = (one for one in cell.get("outputs", ()) if one["output_type"] == "error")
        if "role" in cell.get("metadata", {}).get("nbflow", {}) and any(errors):
            found: str = cell["id"]
            return found
    return None


def _belongs(cell: Mapping[str, Any]) -> bool:
    metadata = cell.get("metadata", {})
    role = metadata.get("nbflow", {}).get("role", "")
    return role not in _LEFT_OUT and not _PAPERMILL.intersection(metadata.get("tags", ()))


def given_to(notebook: Mapping[str, Any]) -> dict[str, str]:
    """The values that the run gave to the step's runtime."""
    given: dict[str, str] = notebook["metadata"].get("papermill", {}).get("parameters", {})
    return {**dict(_assigned(notebook)), **given}


def _assigned(notebook: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for cell in notebook["cells"]:
        if cell.get("metadata", {}).get("nbflow", {}).get("role") == "parameters":
            for statement in ast.parse("".join(cell["source"])).body:
                if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                    yield statement.targets[0].id, ast.literal_eval(statement.value)


def _begin(orders: Mapping[str, Any], given: Mapping[str, str], folder: Path) -> str:
    own = folder / BUNDLE / "files"
    files = str(own.resolve()) if own.is_dir() else given.get("nbflow_files", "")
    text = json.dumps(orders, ensure_ascii=False, sort_keys=True)
    return (
        "# What the step was given. It works in a folder of its own, and nothing is saved.\n"
        "import nbflow.runtime as _nbflow\n\n"
        "_nbflow.begin(\n"
        f"    {literal(text)},\n"
        f"    params={literal(given.get('nbflow_params', '{}'))},\n"
        f"    run={literal(str(folder.resolve()))},\n"
        f"    files={literal(files)},\n"
        f"    attempt={literal(given.get('nbflow_attempt', '1'))},\n"
        "    saving=False,\n"
        ")"
    )


def _named(cell: str | None, document: Document | None) -> str:
    known = None if document is None or cell is None else document.by_id.get(cell)
    if known is not None:
        return f"in cell {known.index + 1} of the notebook"
    return "" if cell is None else _WHEN.get(cell.removeprefix("nbflow-"), f"in cell {cell}")


def _head(run: Run, step: str, failure: Failure | None, place: str, cell: str | None) -> str:
    title = f"# Step `{step}` of run `{run.dag_id}/{run.run_id}`"
    if failure is None:
        said = "The cells below are those of the step."
    else:
        said = f"It failed {place or 'before or after its cells'}: {_error(failure)}"
        said += "" if cell is None else "\n\nThe last cell below is the one that failed."
    return (
        f"{title}\n\n{said}\n\nThe first cells bring back what the step was given: parameters, "
        "definitions, variables, files, random state. They work in a folder of their own; nothing "
        "that you do here changes the run."
    )


def _about(failure: Failure, place: str) -> str:
    lines = [_COLOURS.sub("", line).rstrip() for line in failure.traceback]
    block = "\n".join(f"    {line}" for line in lines)
    said = f"**It failed here{f' ({place})' if place else ''}:** {_error(failure)}"
    return f"{said}\n\n{block}" if lines else said


def _error(failure: Failure) -> str:
    first = next(iter(failure.evalue.splitlines()), "")
    return f"`{failure.ename}: {first}`" if "`" not in first else f"{failure.ename}: {first}"


def _text(cell_id: str, source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": cell_id, "metadata": {}, "source": source}


def _code(cell_id: str, source: str, *, hidden: bool = False) -> dict[str, Any]:
    return code_cell(cell_id, source, {"jupyter": {"source_hidden": True}} if hidden else {})
