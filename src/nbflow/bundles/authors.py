"""The author's notebook as a bundle keeps it: what outputs are merged into when a run ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.model import Cell, Document

_KEPT = ("kernelspec", "nbflow")


def author_notebook(document: Document) -> dict[str, Any]:
    """The notebook without outputs, counts and what editors leave in its metadata.

    What an editor writes by itself (versions, scroll positions, timings) would make another bundle
    of the same code.
    """
    images = {cell["id"]: cell.get("attachments") for cell in document.raw.get("cells", ())}
    metadata = {key: document.metadata[key] for key in _KEPT if key in document.metadata}
    return {
        "cells": [_cell(cell, images.get(cell.id)) for cell in document.cells],
        "metadata": {**metadata, "language_info": {"name": document.language}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _cell(cell: Cell, images: Mapping[str, Any] | None) -> dict[str, Any]:
    metadata = {"tags": list(cell.tags)} if cell.tags else {}
    kept: dict[str, Any] = {
        "cell_type": cell.kind,
        "id": cell.id,
        "metadata": metadata,
        "source": cell.source,
    }
    if cell.kind == "code":
        kept |= {"execution_count": None, "outputs": []}
    elif images:
        kept |= {"attachments": images}
    return kept
