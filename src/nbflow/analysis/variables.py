"""Where in a notebook its variables get their last values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow.analysis.scopes import bound_names
from nbflow.analysis.source import parse_cell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbflow.model import Pipeline

__all__ = ["last_bound"]


def last_bound(pipeline: Pipeline) -> dict[str, str]:
    """The step in which each variable has the value that it has at the notebook's end.

    What parameters and setup cells bind is there in every step, so the last one has it.
    """
    if not pipeline.steps:
        return {}
    last = pipeline.steps[-1].name
    everywhere = _bound(pipeline, (*pipeline.parameter_cells, *pipeline.setup))
    found = dict.fromkeys({*everywhere, *(one.name for one in pipeline.parameters)}, last)
    for step in pipeline.steps:
        found |= dict.fromkeys({*step.binds, *_bound(pipeline, step.cells)}, step.name)
    return found


def _bound(pipeline: Pipeline, cells: Iterable[str]) -> set[str]:
    """Names that some cells bind at their top level, constants and definitions too."""
    trees = (parse_cell(pipeline.document.cell(cell).source).tree for cell in cells)
    return {name for tree in trees if tree is not None for name in bound_names(tree.body)[0]}
