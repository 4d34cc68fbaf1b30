"""What executed notebooks say of themselves, read without their cells where that is possible."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nbflow.host.executions import USAGE

if TYPE_CHECKING:
    from collections.abc import Collection

    from nbflow.runtime import Entry, Store

__all__ = ["glance"]

_TAIL = 64 << 10
"""Bytes at the end of a notebook that are read first."""
_MARK = b'\n "metadata": {'
"""Where a notebook's own metadata begins, as we, nbformat and papermill write it: nothing else of
this name stands one blank from the margin, and a string has no line ends in JSON."""


def glance(
    store: Store, folder: str, entry: Entry, *, beside: Collection[str] = ()
) -> dict[str, Any] | None:
    """The metadata of an executed notebook; its cells too where it is small, or they are needed.

    A large notebook is mostly pictures; its last part tells what the attempt used and how it ended.

    Args:
        store: where it is.
        folder: in the store.
        entry: the notebook's, in that folder.
        beside: names in that folder; one may be of what the notebook's kernel said of itself.

    Returns:
        None where it is gone, or no notebook.

    Raises:
        StoreError, OSError: the store cannot be reached.
    """
    path = f"{folder}/{entry.name}"
    own = entry.name.removesuffix(".ipynb") + USAGE
    try:
        found = _glance(store, path, entry)
        if found is not None and own in beside:
            about = found["metadata"].setdefault("nbflow", {})
            about.setdefault("usage", json.loads(store.read(f"{folder}/{own}")))
    except (FileNotFoundError, ValueError, AttributeError):
        return None
    return found


def _glance(store: Store, path: str, entry: Entry) -> dict[str, Any] | None:
    if entry.size is not None and entry.size > _TAIL:
        tail = bytes(store.buffer(path, offset=entry.size - _TAIL, size=_TAIL))
        about = _metadata(tail)
        if about is not None and _says_all(about):
            return {"cells": [], "metadata": about}
    notebook = json.loads(store.read(path))
    return notebook if isinstance(notebook.get("metadata"), dict) else None


def _metadata(tail: bytes) -> dict[str, Any] | None:
    _, mark, rest = tail.rpartition(_MARK)
    try:
        found = json.loads(b"{" + mark + rest)["metadata"] if mark else None
    except ValueError:  # it has changed in between, or someone else wrote it
        return None
    return found if isinstance(found, dict) else None


def _says_all(about: dict[str, Any]) -> bool:
    """It went well, or what ended it stands beside what it used."""
    own, papermill = about.get("nbflow"), about.get("papermill")
    if isinstance(papermill, dict) and papermill.get("exception"):
        return False
    return not isinstance(own, dict) or "usage" not in own or "stopped_by" in own
