"""Which cells run in every step, and which in which step."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbflow.analysis.definitions import Form, impure_calls
from nbflow.analysis.walk import Walk
from nbflow.model import Outline, Role, StepOutline

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.analysis.source import Code

__all__ = ["Layout", "lay_out"]


@dataclass(frozen=True)
class Layout:
    """Where each code cell runs.

    Attributes:
        parameter_cells, setup: ids of the cells that run in every step.
        steps: all steps, `start` included.
        given: parameters that are injected; the others are computed once, in `start`.
    """

    parameter_cells: tuple[str, ...]
    setup: tuple[str, ...]
    steps: tuple[StepOutline, ...]
    given: frozenset[str]


def lay_out(outline: Outline, codes: Mapping[str, Code]) -> Layout:
    """Decide where untagged leading cells and computed parameters run."""
    parameter_cells = outline.cells(Role.PARAMETERS)
    setup, leading = outline.cells(Role.SETUP), outline.cells(Role.LEADING)
    names = frozenset(parameter.name for parameter in outline.parameters)
    trial = _trial(outline, codes)
    computes = any(
        form is Form.COMPUTATION for cell in leading for form in trial.forms.get(cell, [])
    )
    several = len(outline.steps) + computes > 1
    once = several and _is_impure(parameter_cells, codes, trial)
    if once:
        computed = frozenset(p.name for p in outline.parameters if p.computed)
        computes = computes or _reads(leading, codes, computed)
        names -= computed
    start = _ordered(outline, (parameter_cells if once else ()) + (leading if computes else ()))
    steps = outline.steps
    if start:
        taken = {step.name for step in steps}
        steps = (StepOutline(_free("start", taken), start), *steps)
    return Layout(
        parameter_cells=() if once else parameter_cells,
        setup=setup if computes else _ordered(outline, setup + leading),
        steps=steps,
        given=names,
    )


def _trial(outline: Outline, codes: Mapping[str, Code]) -> Walk:
    walk = Walk()
    roles = (Role.PARAMETERS, Role.SETUP, Role.LEADING)
    cells = [
        (cell, codes[cell.id])
        for cell in outline.document.cells
        if cell.id in codes and outline.roles.get(cell.id) in roles
    ]
    walk.step("", cells, index=-1)
    return walk


def _is_impure(cells: tuple[str, ...], codes: Mapping[str, Code], walk: Walk) -> bool:
    """Whether a default may be another value when it is computed again."""
    for cell in cells:
        tree = codes[cell].tree
        body = [] if tree is None else [n for n in tree.body if not isinstance(n, ast.Expr)]
        if impure_calls(body, walk.names):
            return True
    return False


def _reads(cells: tuple[str, ...], codes: Mapping[str, Code], names: frozenset[str]) -> bool:
    trees = [codes[cell].tree for cell in cells]
    nodes = [node for tree in trees if tree is not None for node in ast.walk(tree)]
    return any(isinstance(node, ast.Name) and node.id in names for node in nodes)


def _ordered(outline: Outline, cells: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(cell.id for cell in outline.document.cells if cell.id in set(cells))


def _free(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    count = 1
    while f"{name}_{count}" in taken:
        count += 1
    return f"{name}_{count}"
