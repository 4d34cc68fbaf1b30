"""Reads a notebook file: JSON of any nbformat becomes a document of nbformat 4.5."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, cast

from nbflow.errors import NotebookError
from nbflow.model import Cell, Document, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from nbflow.model import CellKind

_CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_KINDS = ("code", "markdown", "raw")
_SAVE_AGAIN = "Open the notebook in Jupyter and save it again, or restore it from a backup."
_KERNEL_LANGUAGES = {"ir": "r", "irkernel": "r", "bash": "bash"}


def read(path: Path) -> Document:
    """Read a notebook file.

    Raises:
        NotebookError: there is no such file, or it is not a notebook.
    """
    if path.is_dir():
        raise NotebookError(f"{path} is a folder, not a notebook", hint="Name a file in it.")
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise NotebookError(f"{path} does not exist", hint=_neighbours(path)) from None
    except OSError as error:
        reason = error.strerror or error
        raise NotebookError(f"{path} cannot be read: {reason}") from None
    try:
        return parse(_decode(content), name=path.stem)
    except NotebookError as error:
        raise NotebookError(f"{path}: {error.message}", hint=_hint(error, path)) from None


def parse(text: str, *, name: str) -> Document:
    """Make a document of a notebook's JSON text.

    Cells without an id get one from their position (`cell-0003`), cells with the id of an
    earlier one get it with a number behind; both are the same on every read.

    Args:
        text: the file's content.
        name: what the notebook goes by, the file's stem.

    Raises:
        NotebookError: the text is not a notebook.
    """
    notebook = _checked(_load(text.removeprefix("\ufeff")))
    if notebook["nbformat"] < 4:
        notebook = _upgraded(notebook)
    metadata = notebook["metadata"]
    ids, repaired = _unique_ids([cell.get("id") for cell in notebook["cells"]])
    cells = [
        _normalised(cell, cell_id) for cell, cell_id in zip(notebook["cells"], ids, strict=True)
    ]
    raw = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return Document(
        name=name,
        cells=tuple(_cell(cell, index) for index, cell in enumerate(cells)),
        kernel=_kernel(metadata),
        language=_language(metadata),
        metadata=metadata,
        raw=raw,
        repaired=repaired,
    )


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotebookError(
            "the file is UTF-16 text, and notebooks are UTF-8", hint="Save it as UTF-8."
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotebookError(
            f"the file is not UTF-8 text (byte {error.start + 1})",
            hint="Save it as UTF-8, if it is a notebook at all.",
        ) from None


def _load(text: str) -> Any:
    if not text.strip():
        raise NotebookError("the file is empty", hint="Save the notebook in Jupyter.")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise NotebookError(f"not JSON: {error.msg} at {where}", hint=_SAVE_AGAIN) from None
    except (RecursionError, ValueError) as error:
        raise NotebookError(f"not readable as JSON: {error}", hint=_SAVE_AGAIN) from None


def _checked(found: Any) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise _not_a_notebook(f"it holds {_kind(found)}, not an object")
    version = found.get("nbformat")
    if isinstance(version, bool) or not isinstance(version, int):
        raise _not_a_notebook("it has no `nbformat` number")
    if version > 4:
        raise NotebookError(
            f"the notebook has format {version}, and nbflow reads formats up to 4",
            hint="Save it as nbformat 4, or update nbflow.",
        )
    if version < 4:
        return found
    if not isinstance(found.get("cells"), list):
        raise _not_a_notebook("it has no list of `cells`")
    if not isinstance(found.get("metadata", {}), dict):
        raise _not_a_notebook("its `metadata` is not an object")
    for position, cell in enumerate(found["cells"], start=1):
        _check_cell(cell, position)
    return {**found, "metadata": found.get("metadata", {})}


def _check_cell(cell: Any, position: int) -> None:
    if not isinstance(cell, dict):
        raise _not_a_notebook(f"cell {position} is {_kind(cell)}, not an object")
    if cell.get("cell_type") not in _KINDS:
        raise _not_a_notebook(
            f"cell {position} is of type {cell.get('cell_type')!r}, not one of {', '.join(_KINDS)}"
        )
    source = cell.get("source")
    lines = isinstance(source, list) and all(isinstance(line, str) for line in source)
    if not lines and not isinstance(source, str):
        raise _not_a_notebook(f"the `source` of cell {position} is not text")
    if not isinstance(cell.get("metadata", {}), dict):
        raise _not_a_notebook(f"the `metadata` of cell {position} is not an object")
    outputs = cell.get("outputs", [])
    if not isinstance(outputs, list) or not all(isinstance(output, dict) for output in outputs):
        raise _not_a_notebook(f"the `outputs` of cell {position} are not a list of objects")


def _upgraded(notebook: dict[str, Any]) -> dict[str, Any]:
    """An older notebook as nbformat 4, through nbformat itself (slow to import)."""
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import nbformat

            old = nbformat.reads(json.dumps(notebook), as_version=4)  # type: ignore[no-untyped-call]
            upgraded = json.loads(json.dumps(old))
    except Exception as error:  # noqa: BLE001 - nbformat raises whatever it stumbles over
        old_format = notebook["nbformat"]
        raise _not_a_notebook(
            f"it says format {old_format} and cannot be upgraded ({type(error).__name__}: {error})"
        ) from None
    upgraded["metadata"].pop("orig_nbformat", None)
    for cell in upgraded["cells"]:
        cell.pop("id", None)  # nbformat draws them at random; ours come from the position
    return _checked(upgraded)


def _unique_ids(
    given: Sequence[object],
) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    """An id for every cell, and the pairs of new and old id where one had to be replaced."""
    valid = [
        cell_id if isinstance(cell_id, str) and _CELL_ID.fullmatch(cell_id) else None
        for cell_id in given
    ]
    taken = {cell_id for cell_id in valid if cell_id is not None}
    ids: list[str] = []
    used: set[str] = set()
    repaired: list[tuple[str, str]] = []
    for index, cell_id in enumerate(valid):
        chosen = cell_id
        if chosen is None or chosen in used:
            chosen = _free(f"cell-{index:04d}" if cell_id is None else cell_id, taken)
            taken.add(chosen)
            if given[index] is not None:
                repaired.append((chosen, str(given[index])))
        used.add(chosen)
        ids.append(chosen)
    return ids, tuple(repaired)


def _free(wanted: str, taken: set[str]) -> str:
    if wanted not in taken:
        return wanted
    numbered = (f"{wanted[:59]}-{number}" for number in range(2, len(taken) + 3))
    return next(candidate for candidate in numbered if candidate not in taken)


def _normalised(cell: Mapping[str, Any], cell_id: str) -> dict[str, Any]:
    """The cell as nbformat 4.5 with joined text, and nothing missing."""
    kind = cell["cell_type"]
    source = _text(cell["source"]).replace("\r\n", "\n").replace("\r", "\n")
    result: dict[str, Any] = {"cell_type": kind}
    if kind == "code":
        count = cell.get("execution_count")
        valid = isinstance(count, int) and not isinstance(count, bool)
        result["execution_count"] = count if valid else None
    result |= {"id": cell_id, "metadata": cell.get("metadata", {})}
    if kind == "code":
        result["outputs"] = [_output(output) for output in cell.get("outputs", [])]
    elif isinstance(cell.get("attachments"), dict):
        result["attachments"] = cell["attachments"]
    result["source"] = source
    return result


def _output(output: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(output)
    if "text" in result:
        result["text"] = _text(result["text"])
    data = result.get("data")
    if isinstance(data, dict):
        result["data"] = {
            mime: value if mime.endswith("json") else _text(value) for mime, value in data.items()
        }
    return result


def _text(value: Any) -> Any:
    """Lines as one text; anything else as it is."""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "".join(value)
    return value


def _cell(cell: Mapping[str, Any], index: int) -> Cell:
    tags = cell["metadata"].get("tags")
    listed = [tags] if isinstance(tags, str) else tags if isinstance(tags, list) else []
    names = dict.fromkeys(tag.strip() for tag in listed if isinstance(tag, str))
    malformed = tags is not None and (tags is not listed or len(listed) != sum(map(_is_text, tags)))
    return Cell(
        id=cell["id"],
        index=index,
        kind=cast("CellKind", cell["cell_type"]),
        source=cell["source"],
        tags=tuple(name for name in names if name),
        metadata={key: v for key, v in cell["metadata"].items() if key != "tags" or malformed},
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _kernel(metadata: Mapping[str, Any]) -> str:
    name = _nested(metadata, "kernelspec", "name")
    return name or "python3"


def _language(metadata: Mapping[str, Any]) -> str:
    declared = (
        _nested(metadata, "language_info", "name")
        or _nested(metadata, "kernelspec", "language")
        or ""
    ).lower()
    if not declared:
        kernel = _kernel(metadata).lower()
        declared = _KERNEL_LANGUAGES.get(kernel, "")
        declared = declared or ("julia" if kernel.startswith("julia") else "python")
    return "python" if declared in {"ipython", "python2", "python3"} else declared


def _nested(metadata: Mapping[str, Any], section: str, key: str) -> str | None:
    inner = metadata.get(section)
    value = inner.get(key) if isinstance(inner, dict) else None
    return value.strip() if isinstance(value, str) and value.strip() else None


def _not_a_notebook(reason: str) -> NotebookError:
    return NotebookError(f"not a notebook: {reason}", hint=_SAVE_AGAIN)


def _hint(error: NotebookError, path: Path) -> str | None:
    if path.suffix == ".py":
        return "A script is not a notebook; `jupytext --to ipynb` makes one of it."
    if path.suffix not in {".ipynb", ""}:
        return f"Files of notebooks end in .ipynb, and this one ends in {path.suffix}."
    return error.hint


def _neighbours(path: Path) -> str:
    try:
        names = sorted(found.name for found in path.parent.glob("*.ipynb"))
    except OSError:
        names = []
    if not path.parent.is_dir():
        return f"The folder {path.parent} does not exist either."
    # What all names have in common, their ending, says nothing of how alike they are.
    stems = [name.removesuffix(".ipynb") for name in names]
    near = nearest(path.name.removesuffix(".ipynb"), stems)
    if near is not None:
        return f"Did you mean '{near}.ipynb'?"
    return f"Notebooks there: {', '.join(names[:8])}." if names else "No notebook is in the folder."


def _kind(value: object) -> str:
    words = {list: "a list", str: "a string", bool: "a truth value", type(None): "null"}
    return words.get(type(value), "a number")
