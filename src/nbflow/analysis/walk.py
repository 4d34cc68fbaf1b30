"""The walk over a notebook: its cells in order, step by step."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from nbflow.analysis.definitions import Form, Names, form_of
from nbflow.analysis.live import Live
from nbflow.analysis.namespaces import Notebook
from nbflow.analysis.records import Bound, Facts, Place, Record, Statement
from nbflow.analysis.scopes import bound_names
from nbflow.analysis.statements import Statements
from nbflow.analysis.symbolic import Symbolic
from nbflow.analysis.values import IMMUTABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nbflow.analysis.source import Code
    from nbflow.model import Cell

__all__ = ["Walk"]

_DEFINING = frozenset({Form.DEFINITION, Form.CONSTANT, Form.AMENDMENT})


class Walk:
    """What is known while the cells are walked, in the order in which they would run.

    Attributes:
        notebook: names and what they stand for.
        constants: names whose last binding was a plain value.
        forms: what each top-level statement is, by cell.
        opaque: names whose texts another run may replace: the parameters.
    """

    def __init__(
        self, opaque: Iterable[str] = (), *, beside: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self.opaque = frozenset(opaque)
        self.notebook = Notebook()
        self.notebook.scripts.update(beside)
        for path, text in beside.items():
            self.notebook.beside.add(path, text)
        self.constants: set[str] = set()
        self.forms: dict[str, list[Form]] = {}
        self.lazy_annotations = False

    @property
    def names(self) -> Names:
        """What the names mean now."""
        notebook = self.notebook
        return Names(notebook.env.get, self.constants, notebook.is_class, notebook.beside.is_beside)

    def step(
        self,
        name: str,
        cells: Sequence[tuple[Cell, Code]],
        *,
        index: int,
        metrics: Iterable[tuple[str, str]] = (),
    ) -> Record:
        """Walk the cells of a step, or those that run in every step (index -1)."""
        record = Record(name, index)
        live = Live(self.notebook, record)
        if cells:
            record.first, record.last = cells[0][0].index, cells[-1][0].index
        wanted = list(metrics)
        for cell, code in cells:
            self._cell(live, cell, code)
            for metric, where in wanted:
                if where == cell.id:
                    self._metric(live, metric, cell)
        record.definite = live.definite
        return record

    def _hide(self, live: Live) -> None:
        """A parameter's text is not known before the run."""
        if live.record.index >= 0:
            return
        for name in self.opaque:
            value = self.notebook.env.get(name)
            if value is not None and value.text is not None:
                self.notebook.put(name, replace(value, text=None))

    def _metric(self, live: Live, name: str, cell: Cell) -> None:
        line = 1 + next((n for n, text in enumerate(cell.source.split("\n")) if name in text), 0)
        live.record.metrics[name] = cell.id
        live.load(name, Place(cell.index, line, cell.id), soft=True)

    def behind(self, name: str) -> list[str]:
        """Definitions that a variable's pickle needs, and what their bodies read."""
        facts = Facts()
        place = Place(0, 1, "")
        walker = Statements(self.notebook, Symbolic(self.notebook, facts), place)
        carried = self.notebook.env.get(name, IMMUTABLE).carries - {name}
        for definition in sorted(carried):
            walker.load(definition, place)
        return sorted(facts.reads)

    def _cell(self, live: Live, cell: Cell, code: Code) -> None:
        forms = self.forms.setdefault(cell.id, [])
        if code.tree is None:
            live.lose(Place(cell.index, code.line or 1, cell.id), "")
            forms.append(Form.COMPUTATION)
            return
        walker = Statements(self.notebook, live, Place(cell.index, 1, cell.id))
        walker.lazy_annotations = self.lazy_annotations
        lines = code.text.split("\n")
        for node in code.tree.body:
            forms.append(self._statement(live, walker, node, lines))
        self.lazy_annotations = walker.lazy_annotations
        self._hide(live)
        last = code.tree.body[-1] if code.tree.body else None
        live.shown = live.shown or _shows(last)

    def _statement(self, live: Live, walker: Statements, node: ast.stmt, lines: list[str]) -> Form:
        self.notebook.statement += 1
        form = form_of(node, self.names)
        live.heard, live.jumped = {}, False
        changes = self.notebook.altered
        try:
            walker.visit(node)
        except RecursionError:
            live.lose(walker.place(node), "too deeply nested code")
        heard, live.heard = live.heard, None
        if hasattr(node, "decorator_list") and self.notebook.altered > changes:
            form = Form.COMPUTATION  # a decorator or base does something that must happen once
        names, _ = bound_names([node])
        if form is Form.CONSTANT and not names.isdisjoint(heard or ()):
            form = Form.COMPUTATION  # of what the name was before, which the source does not tell
        self.constants -= names
        if form is Form.CONSTANT:
            self.constants |= names
        star = isinstance(node, ast.ImportFrom) and any(a.name == "*" for a in node.names)
        if form not in _DEFINING:
            if live.record.index < 0:
                self._setup_inputs(live.record, names, heard or ())
            return form
        amended = _amended(node) if form is Form.AMENDMENT else _registered(node, self.names)
        statement = Statement(
            self.notebook.statement,
            tuple(sorted(names)),
            _text(node, lines),
            walker.place(node) if not hasattr(node, "decorator_list") else _first(walker, node),
            constant=form is Form.CONSTANT,
            amends=amended,
            star=star,
            eager={name: at for name, at in (heard or {}).items() if name not in names},
        )
        if amended in (heard or {}):
            statement.eager[amended] = (heard or {})[amended]
        if walker.lazy_annotations and "annotations" in live.record.bound:
            statement.eager.setdefault("annotations", live.record.bound["annotations"].definition)
        live.record.statements.append(statement)
        self._defined(live, statement, names, amended)
        return form

    def _setup_inputs(self, record: Record, names: set[str], heard: Iterable[str]) -> None:
        for name in names:
            record.inputs.setdefault(name, set()).update(heard)

    def _defined(self, live: Live, statement: Statement, names: set[str], amended: str) -> None:
        record = live.record
        if record.index < 0:
            self._setup_inputs(record, names, statement.eager)
        for name in names:
            bound = record.bound.get(name)
            if bound is not None and name in live.definite:
                bound.definition = statement
        value = self.notebook.env.get(amended)
        if amended and value is not None and value.defs:
            bound = record.bound.setdefault(amended, Bound(statement.place))
            bound.definition = statement
            bound.value = value


def _first(walker: Statements, node: ast.AST) -> Place:
    decorators = getattr(node, "decorator_list", [])
    return walker.place(decorators[0] if decorators else node)


def _amended(node: ast.stmt) -> str:
    target: ast.AST | None = None
    if isinstance(node, ast.Assign):
        target = node.targets[0]
    elif isinstance(node, ast.AnnAssign):
        target = node.target
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        target = node.value.args[0] if node.value.args else node.value.func
    while isinstance(target, ast.Attribute):
        target = target.value
    return target.id if isinstance(target, ast.Name) else ""


def _registered(node: ast.stmt, names: Names) -> str:
    """The function of the notebook that a decorator adds this one to, or empty."""
    for part in getattr(node, "decorator_list", []):
        if isinstance(part, ast.Attribute) and names.is_own(part.value):
            return part.value.id if isinstance(part.value, ast.Name) else ""
    return ""


def _text(node: ast.stmt, lines: list[str]) -> str:
    """A statement's source, decorators included."""
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    last = node.end_lineno or node.lineno
    part = lines[first - 1 : last]
    if not part:
        return ast.unparse(node)
    if node.end_col_offset is not None:
        rest = part[-1].encode()[node.end_col_offset :].decode(errors="replace").strip()
        if rest and not rest.startswith("#"):
            part[-1] = part[-1].encode()[: node.end_col_offset].decode(errors="replace")
    if not decorators and node.col_offset:
        before = part[0].encode()[: node.col_offset].decode(errors="replace")
        if before.strip():
            part[0] = part[0].encode()[node.col_offset :].decode(errors="replace")
    indent = re.match(r"\s*", part[0])
    width = len(indent[0]) if indent else 0
    if width:
        part = [line[width:] if not line[:width].strip() else line for line in part]
    return "\n".join(part)


def _shows(node: ast.stmt | None) -> bool:
    """Whether a cell that ends so leaves its value in `_`."""
    if not isinstance(node, ast.Expr):
        return False
    call = node.value
    name = call.func.id if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) else ""
    return name not in {"print", "display"} and not name.startswith("_nbflow_")
