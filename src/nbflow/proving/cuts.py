"""The hardest cut: each cell a step of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbflow.model import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.model import Cell, Document, Outline

__all__ = ["cut_every_cell"]

_KEPT = {Role.PARAMETERS, Role.SETUP, Role.SKIP, Role.TEXT}
_SETUP = {"setup", "imports", "functions"}
# What the author says of a step's place or order is about steps that are no more.
_DROPPED = ("step", "block", "prev", "notebook", "cache", "timeout", "retries")


def cut_every_cell(outline: Outline) -> Document:
    """The notebook tagged anew: each code cell that computes is a step, named by its position.

    Parameters, setup and `skip` cells stay what they are; so do cells that only name metrics.
    Every coarser cut hands on no more than this one does.

    Args:
        outline: the notebook as its tags stand.
    """
    document = outline.document
    cells = tuple(_cut(cell, outline.roles.get(cell.id, Role.TEXT)) for cell in document.cells)
    return replace(document, cells=cells, metadata=_without_steps(document.metadata))


def _cut(cell: Cell, role: Role) -> Cell:
    if role is Role.SETUP and not _SETUP.intersection(cell.tags):
        return replace(cell, tags=(*cell.tags, "setup"))  # it was setup by what stands above it
    if cell.kind != "code" or role in _KEPT or not cell.source.strip():
        return cell
    if "pipeline-metrics" in cell.tags:
        return cell
    kept = tuple(tag for tag in cell.tags if tag.partition(":")[0] not in _DROPPED)
    return replace(cell, tags=(*kept, f"step:cell_{cell.index + 1}"))


def _without_steps(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata without options of steps that are no more."""
    own = metadata.get("nbflow")
    if not isinstance(own, dict):
        return dict(metadata)
    return {**metadata, "nbflow": {key: value for key, value in own.items() if key != "steps"}}
