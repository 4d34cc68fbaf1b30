"""The notebook as its author runs it: the pipeline's cells in the notebook's order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow import runtime
from nbflow.bundles import literal, parameter_order

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbflow.model import Document, Parameter, Pipeline

__all__ = ["steps_of", "whole_notebook"]

GIVEN = "nbflow-given"
"""Id of the cell with given values."""


def steps_of(pipeline: Pipeline) -> dict[str, str | None]:
    """The pipeline's cells in the notebook's order, with their steps; None for every step."""
    steps: dict[str, str | None] = dict.fromkeys((*pipeline.parameter_cells, *pipeline.setup))
    steps |= {cell: step.name for step in pipeline.steps for cell in step.cells}
    code = (cell.id for cell in pipeline.document.cells if cell.kind == "code")
    return {cell: steps[cell] for cell in code if cell in steps}


def whole_notebook(pipeline: Pipeline, *, given: Mapping[str, Any]) -> dict[str, Any]:
    """The notebook to be run in one kernel, as an nbformat dictionary without outputs.

    Args:
        pipeline: what the notebook means.
        given: values by parameter as JSON has them. They come in a cell of their own behind the
            parameters, as papermill does it.
    """
    steps = steps_of(pipeline)
    binding = {parameter.cell for parameter in pipeline.parameters}
    last = next((cell for cell in reversed(steps) if cell in binding), None)
    cells: list[dict[str, Any]] = []
    for cell_id in steps:
        cell = pipeline.document.cell(cell_id)
        cells.append(_code(cell.id, cell.source, cell.tags))
        if cell.id == last:
            cells += _given(pipeline.parameters, given)
    return {
        "cells": cells,
        "metadata": _metadata(pipeline.document),
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _given(parameters: tuple[Parameter, ...], given: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    lines = []
    for one in parameters:
        if one.name not in given or (one.computed and given[one.name] is None):
            continue  # None for a computed default is the wire's word for "not given"
        value = runtime.from_wire(one.name, given[one.name], order=parameter_order(one))
        lines.append(f"{one.name} = {literal(value)}")
    if lines:
        yield _code(GIVEN, "\n".join(lines), ("injected-parameters",))


def _code(cell_id: str, source: str, tags: tuple[str, ...]) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": cell_id,
        "metadata": {"tags": list(tags)} if tags else {},
        "outputs": [],
        "source": source,
    }


def _metadata(document: Document) -> dict[str, Any]:
    known = document.metadata.get("kernelspec") or {}
    kernelspec = {
        "display_name": known.get("display_name") or document.kernel,
        "language": document.language,
        "name": document.kernel,
    }
    return {"kernelspec": kernelspec, "language_info": {"name": document.language}}
