"""Local scopes: functions, classes, comprehensions."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from nbflow.analysis.syntax import children
from nbflow.analysis.values import merge, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nbflow.analysis.values import Obj, Value

__all__ = ["Scope", "bound_names", "imported_name", "is_generator", "own_nodes", "parameters"]

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass
class Scope:
    """One scope below the notebook's own.

    Attributes:
        kind: what opened it.
        local: names that belong to it; for a class and a comprehension those bound so far.
        outer: names declared `global`.
        names: what is known of its names.
        parent: the scope around it, None for the notebook's.
        returns: what its function may return.
        cells: the object that stands for what functions made in it share with `nonlocal`.
    """

    kind: Literal["function", "class", "comprehension"]
    local: set[str] = field(default_factory=set)
    outer: set[str] = field(default_factory=set)
    names: dict[str, Value] = field(default_factory=dict)
    parent: Scope | None = None
    returns: list[Value] = field(default_factory=list)
    cells: frozenset[Obj] = field(default_factory=lambda: frozenset({number()}))

    def bind(self, name: str, value: Value, *, anew: bool) -> None:
        """Bind a name here."""
        self.local.add(name)
        before = self.names.get(name)
        self.names[name] = value if anew or before is None else merge(before, value)

    def chain(self) -> Iterator[Scope]:
        """This scope and those around it, inside out."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def store(self, objects: frozenset[Obj], held: frozenset[Obj]) -> None:
        """Note that `objects` now hold `held`."""
        for scope in self.chain():
            for name, value in scope.names.items():
                if value.reach & objects:
                    closed = value.closed and value.own.isdisjoint(held)
                    reach = value.reach | held
                    scope.names[name] = replace(value, reach=reach, items=None, closed=closed)


def own_nodes(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """All nodes of a body, without those of functions and classes inside of it."""
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, _FUNCTIONS):
            continue
        if isinstance(node, ast.ClassDef):
            waiting.extend([*node.decorator_list, *node.bases])
            continue
        waiting.extend(children(node))


def bound_names(body: Iterable[ast.AST]) -> tuple[set[str], set[str]]:
    """Names that a function's body binds, and those that it declares `global`."""
    bound: set[str] = set()
    outer: set[str] = set()
    free: set[str] = set()
    inside: set[int] = set()
    nodes = list(own_nodes(body))
    for node in nodes:
        if isinstance(node, _COMPREHENSIONS):
            targets = [target for g in node.generators for target in ast.walk(g.target)]
            inside.update(id(target) for target in targets)
    for node in nodes:
        if id(node) in inside:
            continue
        if isinstance(node, ast.Global):
            outer.update(node.names)
        elif isinstance(node, ast.Nonlocal):
            free.update(node.names)
        else:
            bound.update(_bound_by(node))
    return bound - outer - free, outer


def _bound_by(node: ast.AST) -> Iterable[str]:
    if isinstance(node, ast.Name):
        return () if isinstance(node.ctx, ast.Load) else (node.id,)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return (node.name,)
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [imported_name(alias) for alias in node.names if alias.name != "*"]
    if isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
        return (node.name,) if node.name else ()
    if isinstance(node, ast.MatchMapping):
        return (node.rest,) if node.rest else ()
    return ()


def imported_name(alias: ast.alias) -> str:
    """The name that an import binds."""
    return alias.asname or alias.name.partition(".")[0]


def is_generator(body: Iterable[ast.AST]) -> bool:
    """Whether a function with this body is a generator."""
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in own_nodes(body))


def parameters(arguments: ast.arguments) -> tuple[list[str], list[str], str | None, str | None]:
    """Names: positional, keyword-only, `*args`, `**kwargs`."""
    positional = [argument.arg for argument in [*arguments.posonlyargs, *arguments.args]]
    keyword = [argument.arg for argument in arguments.kwonlyargs]
    rest = arguments.vararg.arg if arguments.vararg else None
    keywords = arguments.kwarg.arg if arguments.kwarg else None
    return positional, keyword, rest, keywords
