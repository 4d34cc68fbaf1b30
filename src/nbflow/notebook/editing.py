"""Changes `metadata.nbflow` in a notebook's file, and not a byte beside it."""

from __future__ import annotations

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any

from nbflow.errors import NotebookError, UsageError
from nbflow.notebook.documents import parse, read
from nbflow.notebook.schema import options_schema, violations
from nbflow.notebook.writing import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from nbflow.model import Document

__all__ = ["edit_options", "edited", "new_options", "raw_options"]

_KEY = "nbflow"
_SPACE = re.compile(r"[ \t\n\r]*")
_INDENT = re.compile(r"\{\r?\n([ \t]*)")
_MARK = b"\xef\xbb\xbf"
"""Which some editors put before UTF-8."""


def raw_options(document: Document) -> dict[str, Any]:
    """What `metadata.nbflow` says, as it is written; {} where it says nothing or makes no sense."""
    said = document.metadata.get(_KEY)
    return dict(said) if isinstance(said, dict) else {}


def new_options(document: Document, patch: Mapping[str, Any]) -> dict[str, Any]:
    """What `metadata.nbflow` would say after a change.

    Args:
        document: the notebook.
        patch: what is to change, as `edit_options` takes it.

    Raises:
        UsageError: the options would break their schema.
    """
    wanted = _patched(raw_options(document), patch)
    for where, message, hint in violations(wanted, options_schema()):
        raise UsageError(f"metadata.nbflow.{where} {message}", hint=hint)
    return wanted


def edited(document: Document, patch: Mapping[str, Any]) -> Document:
    """The notebook as it would be with other options, which may break their schema.

    Args:
        document: the notebook.
        patch: what is to change, as `edit_options` takes it.
    """
    options = _patched(raw_options(document), patch)
    return parse(json.dumps(_with(document.raw, options)), name=document.name)


def edit_options(path: Path, patch: Mapping[str, Any], *, seen: Mapping[str, Any]) -> bool:
    """Change a notebook's options in its file; cells, outputs and layout stay as they are.

    Args:
        path: the notebook.
        patch: keys of `metadata.nbflow` with their new values: None removes a key, objects are
            merged (https://www.rfc-editor.org/rfc/rfc7386).
        seen: the options as whoever decides on the change saw them.

    Returns:
        False where the file says all that already.

    Raises:
        NotebookError: it cannot be read or written, or its options are no longer those `seen`.
        UsageError: the options would break their schema.
    """
    document = read(path)
    options = raw_options(document)
    if options != seen:
        raise NotebookError(
            f"the options of {path.name} have changed since they were read",
            hint="Read the notebook again, then make the change again.",
        )
    if _patched(options, patch) == options:
        return False
    wanted = new_options(document, patch)
    before = path.read_bytes()
    mark = _MARK if before.startswith(_MARK) else b""
    after = _spliced(before.removeprefix(mark).decode(), wanted)
    if path.read_bytes() != before:
        raise NotebookError(f"{path.name} was written meanwhile", hint="Try again.")
    write_whole(mark + after.encode("utf-8", "backslashreplace"), path)
    return True


def _patched(options: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(options)
    for key, value in patch.items():
        if isinstance(value, dict):
            inner = result.get(key)
            value = _patched(inner if isinstance(inner, dict) else {}, value)
        if value is None or value == {}:
            result.pop(key, None)
        else:
            result[key] = value
    return result


def _with(raw: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    metadata = {key: value for key, value in raw["metadata"].items() if key != _KEY}
    return {**raw, "metadata": {**metadata, **({_KEY: options} if options else {})}}


def _spliced(text: str, options: Mapping[str, Any]) -> str:
    """The JSON text of a notebook with these options, otherwise as it was written."""
    start = _past_space(text, 0)
    found = _INDENT.match(text, start)
    unit = found[1] if found else None
    newline = "\r\n" if "{\r\n" in text[start : start + 3] else "\n"
    metadata = _find(text, start, "metadata")
    if metadata is None:
        whole = _dumped({_KEY: options}, unit, depth=1, newline=newline)
        return _inserted(text, start, "metadata", whole, unit, depth=1, newline=newline)
    inner = _find(text, metadata[1], _KEY)
    value = _dumped(options, unit, depth=2, newline=newline)
    if inner is not None:
        return text[: inner[1]] + value + text[inner[2] :]
    return _inserted(text, metadata[1], _KEY, value, unit, depth=2, newline=newline)


def _dumped(value: Any, unit: str | None, *, depth: int, newline: str) -> str:
    text = json.dumps(value, indent=unit, ensure_ascii=False)
    return text if unit is None else text.replace("\n", newline + unit * depth)


def _inserted(
    text: str, start: int, key: str, value: str, unit: str | None, *, depth: int, newline: str
) -> str:
    """With one more member in the object that begins at `start`, where its sorted place is."""
    member = f"{json.dumps(key)}: {value}"
    gap = " " if unit is None else newline + unit * depth
    members = list(_members(text, start))
    before = next((begin for name, begin, _, _ in members if name > key), None)
    if before is not None:
        return f"{text[:before]}{member},{gap}{text[before:]}"
    if members:
        end = members[-1][3]
        return f"{text[:end]},{gap}{member}{text[end:]}"
    close = _past_space(text, start + 1)
    first, last = ("", "") if unit is None else (gap, newline + unit * (depth - 1))
    return f"{text[: start + 1]}{first}{member}{last}{text[close:]}"


def _find(text: str, start: int, key: str) -> tuple[int, int, int] | None:
    """Where key and value of a member are; of two with one name the last one, which counts."""
    found = [place for name, *place in _members(text, start) if name == key]
    return (found[-1][0], found[-1][1], found[-1][2]) if found else None


def _members(text: str, start: int) -> Iterator[tuple[str, int, int, int]]:
    """Of the object that begins at `start`: each key, where it begins, and its value's ends."""
    decode = json.JSONDecoder().raw_decode
    at = _past_space(text, start + 1)
    while text[at] != "}":
        key, end = scanstring(text, at + 1, True)  # noqa: FBT003 - as json itself calls it
        value = _past_space(text, _past_space(text, end) + 1)
        _, after = decode(text, value)
        yield key, at, value, after
        at = _past_space(text, after)
        if text[at] == ",":
            at = _past_space(text, at + 1)


def _past_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    assert match is not None
    return match.end()
