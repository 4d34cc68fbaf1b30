"""Writes small notebooks for tests: a cell is its tags and its source."""

from __future__ import annotations

import json
from typing import Any

from nbflow import notebook
from nbflow.model import Document, Outline


def code(source: str = "", *tags: str, **metadata: Any) -> dict[str, Any]:
    if tags:
        metadata["tags"] = list(tags)
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": metadata,
        "outputs": [],
        "source": source,
    }


def text(source: str, *tags: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {"tags": list(tags)}, "source": source}


def as_json(*cells: dict[str, Any], **metadata: Any) -> str:
    found = {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(found)


def document(*cells: dict[str, Any], name: str = "book", **metadata: Any) -> Document:
    return notebook.parse(as_json(*cells, **metadata), name=name)


def outlined(*cells: dict[str, Any], name: str = "book", **metadata: Any) -> Outline:
    return notebook.outline(document(*cells, name=name, **metadata))


def codes(outline: Outline) -> list[str]:
    return [diagnostic.code for diagnostic in outline.diagnostics]


def steps(outline: Outline) -> dict[str, list[int]]:
    """The positions of each step's cells, counted from 0."""
    index = {cell.id: cell.index for cell in outline.document.cells}
    return {step.name: [index[cell] for cell in step.cells] for step in outline.steps}


def roles(outline: Outline) -> str:
    """One letter for each cell: Parameters, sEtup, Step, Leading, sKip, Text."""
    letters = {
        "parameters": "P",
        "setup": "E",
        "step": "S",
        "leading": "L",
        "skip": "K",
        "text": "T",
    }
    return "".join(letters[outline.roles[cell.id]] for cell in outline.document.cells)
