"""A notebook as it was read, before anything is made of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

CellKind = Literal["code", "markdown", "raw"]


@dataclass(frozen=True)
class Cell:
    r"""One cell.

    Attributes:
        id: unique within the notebook; made from the position where the file has none.
        index: position among all cells of the notebook, counted from 0.
        kind: what nbformat calls `cell_type`.
        source: the text, with `\\n` line ends.
        tags: as in the metadata, in order, foreign ones included.
        metadata: the cell's other metadata.
    """

    id: str
    index: int
    kind: CellKind
    source: str
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def first_line(self) -> str:
        """How its source begins; empty for an empty one."""
        return next(iter(self.source.strip().splitlines()), "")


@dataclass(frozen=True)
class Document:
    """A notebook.

    Attributes:
        name: the file's stem.
        cells: all cells in the file's order.
        kernel: the kernelspec's name (`python3` where the file names none).
        language: lower case (`python`, `r`, `julia`, …).
        metadata: the notebook's metadata.
        raw: the notebook as an nbformat 4 dictionary, ids filled in; what merging starts from.
            Never changed in place.
        repaired: pairs of a cell's id here and the id in the file, where that one was taken by
            an earlier cell or not valid.
    """

    name: str
    cells: tuple[Cell, ...]
    kernel: str = "python3"
    language: str = "python"
    metadata: Mapping[str, Any] = field(default_factory=dict, compare=False)
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    repaired: tuple[tuple[str, str], ...] = ()

    @cached_property
    def by_id(self) -> Mapping[str, Cell]:
        """The cells by their ids."""
        return {cell.id: cell for cell in self.cells}

    def cell(self, cell_id: str) -> Cell:
        """The cell with this id; KeyError where there is none."""
        return self.by_id[cell_id]
