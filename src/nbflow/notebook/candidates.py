"""Finds the cell of a notebook without parameters that could be its parameters cell."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nbflow.notebook.marks import marks
from nbflow.notebook.parameters import read_parameters
from nbflow.notebook.python import is_foreign, parse_python

if TYPE_CHECKING:
    from nbflow.model import Cell, Document

_IMPORTS = (ast.Import, ast.ImportFrom, ast.Pass)  # a line that only IPython knows is `pass`, too
_EMPTY: tuple[object, ...] = ([], {})


def parameters_candidate(document: Document) -> str | None:
    """The id of the first cell, but for imports, that gives plain values to names and does no more.

    None where a cell is said to have the parameters, and where there is no such cell.
    """
    read = [(cell, marks(cell)) for cell in document.cells if cell.kind == "code"]
    if any(found.kind == "parameters" for _, found in read):
        return None
    for cell, found in read:
        if found.kind in {"skip", "setup"} or not cell.source.strip():
            continue
        if found.step is not None or found.metrics or not found.foreign:
            return None
        body = _statements(cell)
        if not all(isinstance(statement, _IMPORTS) for statement in body):
            return cell.id if _is_plain(cell, body, document) else None
    return None


def _statements(cell: Cell) -> list[ast.stmt]:
    """What a cell does; a statement that stands for it where it is no Python."""
    try:
        return [ast.Break()] if is_foreign(cell.source) else parse_python(cell.source).body
    except SyntaxError:
        return [ast.Break()]


def _is_plain(cell: Cell, body: list[ast.stmt], document: Document) -> bool:
    if not all(isinstance(statement, ast.Assign | ast.AnnAssign) for statement in body):
        return False
    parameters, wrong = read_parameters([cell], constraints={}, language=document.language)
    # An empty list is rather one that steps fill.
    return not wrong and all(not one.computed and one.default not in _EMPTY for one in parameters)
