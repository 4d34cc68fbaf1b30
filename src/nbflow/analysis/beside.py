"""What functions of modules beside the notebook change: their module, their arguments."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nbflow.analysis.purity import PURE_METHODS, is_mutator
from nbflow.analysis.source import parse_statements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Beside", "Called"]

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_MADE = ("__init__", "__new__", "__post_init__")


@dataclass
class Called:
    """What calls of a name change, whichever function of the package has it.

    Attributes:
        state: something that the module keeps.
        arguments: names and positions of those that it changes.
    """

    state: bool = False
    arguments: set[str | int] = field(default_factory=set)


class Beside:
    """The modules that lie beside the notebook, or that its cells write.

    Attributes:
        texts: their sources, by path.
    """

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self._known: dict[str, dict[str, Called]] = {}

    def add(self, path: str, text: str) -> None:
        """A module's source is known."""
        self.texts[path] = text
        self._known.clear()

    def is_beside(self, ref: str) -> bool:
        """Whether a dotted name belongs to such a module."""
        return bool(self._paths(ref.partition(".")[0]))

    def called(self, ref: str) -> Called | None:
        """What a call of a dotted name of such a module changes; None: it is no such name."""
        top, _, rest = ref.partition(".")
        if not rest or not self.is_beside(top):
            return None
        known = self._summary(top)
        name = rest.rpartition(".")[2]
        if name in known:
            return known[name]
        owner = rest.rpartition(".")[0].rpartition(".")[2]
        return Called(state=bool(owner) and owner not in known and _changes(name))

    def changes(self, modules: Iterable[str], name: str) -> list[str]:
        """Those of some modules that a method of theirs changes."""
        nothing = Called()
        own = sorted(top for top in modules if self.is_beside(top))
        return [top for top in own if self._summary(top).get(name, nothing).state]

    def _paths(self, top: str) -> list[str]:
        return [path for path in self.texts if top in path.removesuffix(".py").split("/")]

    def _summary(self, top: str) -> dict[str, Called]:
        if top not in self._known:
            trees = [parse_statements(self.texts[path]) for path in self._paths(top)]
            self._known[top] = _summary([tree for tree in trees if tree is not None])
        return self._known[top]


def _changes(name: str) -> bool:
    return is_mutator(name) or (name not in PURE_METHODS and not name[:1].isupper())


def _summary(trees: list[ast.Module]) -> dict[str, Called]:
    known: dict[str, Called] = defaultdict(Called)
    bodies = [body for tree in trees for body in _bodies(tree)]
    size = -1
    while size != (size := sum(c.state + len(c.arguments) for c in known.values())):
        for body in bodies:
            body.walk(known)
    return dict(known)


def _bodies(tree: ast.Module) -> Iterator[_Body]:
    outer = {
        name.asname or name.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    for node in tree.body:
        if isinstance(node, _Function):
            yield _Body(node, outer)
        elif isinstance(node, ast.ClassDef):
            yield from _methods(node, outer)


def _methods(node: ast.ClassDef, outer: set[str]) -> Iterator[_Body]:
    assigned = [part.targets for part in node.body if isinstance(part, ast.Assign)]
    shared = {t.id for targets in assigned for t in targets if isinstance(t, ast.Name)}
    for part in node.body:
        if isinstance(part, _Function):
            yield _Body(part, outer, owner=node.name, shared=shared)
        elif isinstance(part, ast.ClassDef):
            yield from _methods(part, outer)


class _Body:
    """A function, and what its names stand for."""

    def __init__(
        self, node: _Function, outer: set[str], *, owner: str = "", shared: Iterable[str] = ()
    ) -> None:
        self.node, self.outer, self.owner, self.shared = node, outer, owner, set(shared)
        given = node.args
        self.given = [a.arg for a in [*given.posonlyargs, *given.args]]
        named = [*self.given, *(a.arg for a in given.kwonlyargs)]
        named += [a.arg for a in (given.vararg, given.kwarg) if a is not None]
        self.roots: dict[str, set[str]] = {name: {name} for name in named}
        self.kept = {
            name
            for name, default in [
                *zip(reversed(self.given), reversed(given.defaults), strict=False),
                *zip((a.arg for a in given.kwonlyargs), given.kw_defaults, strict=True),
            ]
            if default is not None and not isinstance(default, ast.Constant)
        }
        self.free = {n for p in ast.walk(node) if isinstance(p, ast.Global) for n in p.names}
        self._bind()

    def _bind(self) -> None:
        """What local names may share with what came from outside."""
        for node in ast.walk(self.node):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                self.roots.setdefault(node.id, set())
        for _ in range(2):
            for node in ast.walk(self.node):
                if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                    self._share(targets, node.value)
                elif isinstance(node, ast.For | ast.comprehension):
                    self._share([node.target], node.iter)

    def _share(self, targets: Iterable[ast.expr], value: ast.expr) -> None:
        held = self._behind(value)
        for target in targets:
            for part in ast.walk(target):
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                    self.roots[part.id] |= held

    def _behind(self, node: ast.expr) -> set[str]:
        """Parameters and outer names whose objects an expression may be a part of."""
        if isinstance(node, ast.Name):
            if node.id in self.free:
                return {f"<{node.id}>"}
            return self.roots.get(node.id, {f"<{node.id}>"})
        if isinstance(node, ast.Attribute):
            first = self.given[:1] == [getattr(node.value, "id", "")]
            own = {f"<{self.owner}>"} if first and node.attr in self.shared else set()
            typed = {f"<{self.owner}>"} if node.attr == "__class__" else set()
            return self._behind(node.value) | own | typed
        if isinstance(node, ast.Subscript | ast.Starred):
            return self._behind(node.value)
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id == "type":
                return {f"<{self.owner}>"}
            parts = [node.func.value] if isinstance(node.func, ast.Attribute) else node.args
            return set().union(*map(self._behind, parts))
        if isinstance(node, ast.BoolOp | ast.IfExp | ast.NamedExpr | ast.Tuple | ast.List):
            parts = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
            return set().union(*map(self._behind, parts))
        return set()

    def walk(self, known: dict[str, Called]) -> None:
        """Note what it changes, with what is known of those that it calls."""
        changed: set[str] = set()
        stored = {n.id for n in ast.walk(self.node) if isinstance(n, ast.Name) and _is_written(n)}
        state = bool(self.free & stored)
        for node in ast.walk(self.node):
            if isinstance(node, ast.Attribute | ast.Subscript) and _is_written(node):
                changed |= self._written(node)
            elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                changed |= self.roots.get(node.target.id, set())
            elif isinstance(node, ast.Call):
                called, objects = self._called(node, known)
                changed |= objects
                state |= called
        self._note(known, changed, state=state)

    def _written(self, node: ast.Attribute | ast.Subscript) -> set[str]:
        first = self.given[:1] == [getattr(node.value, "id", "")]
        if self.owner and first and isinstance(node, ast.Attribute):
            augmented = {getattr(d, "id", "") for d in self.node.decorator_list} & {"classmethod"}
            return {f"<{self.owner}>"} if augmented else {self.given[0]}
        return self._behind(node.value)

    def _called(self, node: ast.Call, known: dict[str, Called]) -> tuple[bool, set[str]]:
        function = node.func
        if isinstance(function, ast.Attribute):
            name = function.attr
            behind = self._behind(function.value)
            library = behind <= {f"<{one}>" for one in self.outer}
            if name not in known:
                return False, behind if _changes(name) and not library else set()
        else:
            name, behind = getattr(function, "id", ""), set()
        called = known[name] if name in known else Called()
        method = isinstance(function, ast.Attribute) and "self" in called.arguments
        objects = behind if method else set()
        for position, argument in enumerate(node.args):
            if position in called.arguments or position + method in called.arguments:
                objects = objects | self._behind(argument)
        for keyword in node.keywords:
            if keyword.arg in called.arguments:
                objects = objects | self._behind(keyword.value)
        return called.state, objects

    def _note(self, known: dict[str, Called], changed: set[str], *, state: bool) -> None:
        mine = {name for name in changed if not name.startswith("<")}
        outer = {name for name in changed - mine if name[1:-1] not in self.outer}
        names = [self.node.name]
        if self.node.name in _MADE and self.owner:
            names.append(self.owner)
        for name in names:
            called = known[name]
            called.state |= state or bool(outer) or bool(mine & self.kept)
            shift = 1 if name != self.node.name else 0
            for one in mine:
                called.arguments.add(one)
                if one in self.given and self.given.index(one) >= shift:
                    called.arguments.add(self.given.index(one) - shift)


def _is_written(node: ast.Attribute | ast.Subscript | ast.Name) -> bool:
    return not isinstance(node.ctx, ast.Load)
