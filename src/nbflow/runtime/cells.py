"""What the author's cells define and mention, heard while IPython compiles them."""

from __future__ import annotations

import ast
import builtins
import re
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from nbflow.runtime.shell import shell
from nbflow.runtime.slots import roots

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

__all__ = ["Cells", "reached"]

_HOOK = "__nbflow_defined__"
_WORD = re.compile(r"[^\W\d]\w*")
_DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


class Cells(ast.NodeTransformer):
    """Listens to the cells from its making on.

    Attributes:
        mentioned: the names that they mention before they bind them, if they do.
        places: by name, the cells that mention it, in the order in which they ran.
    """

    def __init__(
        self,
        defined: Callable[[str], None],
        importing: Callable[[str], None],
        ids: Sequence[str] = (),
    ) -> None:
        """Begin to listen.

        Args:
            defined: called with the name of a class or function right after it was defined.
            importing: called with the name of each module that a cell is about to import.
            ids: of the cells that are going to run, in their order.
        """
        self.mentioned: set[str] = set()
        self.places: dict[str, list[str]] = {}
        self._own: set[str] = set()
        self._importing = importing
        self._ids = iter(ids)
        self._count, self._place = 0, ""
        setattr(builtins, _HOOK, defined)
        running = shell()
        if running is not None:
            earlier = [one for one in running.ast_transformers if not isinstance(one, Cells)]
            running.ast_transformers[:] = [*earlier, self]

    def visit(self, node: ast.AST) -> Any:
        """Note the names of a cell, and have each definition announced."""
        body = getattr(node, "body", [])
        if not _is_generated(body):
            self._locate(node)
            for name in _imported(node):
                self._importing(name)
        self._block(body)
        _announce(node)
        return node

    def _locate(self, node: ast.AST) -> None:
        count = getattr(shell(), "execution_count", 0)
        if count != self._count:  # else a cell magic compiles what is in its cell
            self._count, self._place = count, next(self._ids, "")
        for name in {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}:
            found = self.places.setdefault(name, [])
            if self._place and self._place not in found:
                found.append(self._place)

    def _block(self, body: list[ast.stmt]) -> None:
        """Note what statements mention that these cells have not bound before."""
        for statement in body:
            first, bound, inner = _parts(statement)
            for part in (found for one in first for found in ast.walk(one)):
                if isinstance(part, ast.Name):
                    self._mention(part.id)
                elif isinstance(part, ast.Call) and _is_magic(part.func):
                    words = (one.value for one in part.args if isinstance(one, ast.Constant))
                    for word in _WORD.findall(" ".join(map(str, words))):
                        self._mention(word)
            self._own |= bound
            self._block(inner)

    def _mention(self, name: str) -> None:
        if name not in self._own:
            self.mentioned.add(name)


def _imported(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Import):
            yield from (one.name for one in part.names)
        elif isinstance(part, ast.ImportFrom) and part.module and not part.level:
            yield part.module


def _is_generated(body: list[ast.stmt]) -> bool:
    """Whether a cell is one of ours, which the author's stand between."""
    return any(isinstance(p, ast.Name) and p.id == "_nbflow" for one in body for p in ast.walk(one))


def _parts(node: ast.stmt) -> tuple[list[ast.AST], set[str], list[ast.stmt]]:
    """What a statement evaluates first, the names it then binds for certain, and its block."""
    if isinstance(node, ast.Assign) and all(map(_is_plain_target, node.targets)):
        return [node.value], {name for one in node.targets for name in _targets(one)}, []
    if isinstance(node, ast.AnnAssign) and node.value and isinstance(node.target, ast.Name):
        return [node.annotation, node.value], {node.target.id}, []
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [], {(one.asname or one.name).partition(".")[0] for one in node.names}, []
    if isinstance(node, _DEFINITIONS):
        return [node], {node.name}, []
    if isinstance(node, ast.With | ast.AsyncWith):
        targets = [one.optional_vars for one in node.items if one.optional_vars is not None]
        if all(map(_is_plain_target, targets)):
            bound = {name for one in targets for name in _targets(one)}
            return [one.context_expr for one in node.items], bound, node.body
    return [node], set(), []


def _is_plain_target(node: ast.expr) -> bool:
    if isinstance(node, ast.Tuple | ast.List):
        return all(map(_is_plain_target, node.elts))
    return isinstance(node, ast.Name)


def _targets(node: ast.expr) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def _is_magic(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and function.attr.startswith(("run_", "system"))


def _announce(node: ast.AST) -> None:
    """Behind each definition that binds a name of the notebook, a call that tells of it."""
    for name in ("body", "orelse", "finalbody", "handlers", "cases"):
        block = getattr(node, name, None)
        if not isinstance(block, list):
            continue
        for one in list(block):
            if not isinstance(one, _DEFINITIONS):
                _announce(one)
                continue
            call = ast.parse(f"{_HOOK}({one.name!r})").body[0]
            for part in ast.walk(call):
                ast.copy_location(part, one)
            block.insert(block.index(one) + 1, call)


def reached(names: Iterable[str], space: Mapping[str, Any]) -> set[str]:
    """The names, and those that the notebook's classes and functions among them go on to use."""
    known = roots(space)
    found: set[str] = set()
    waiting = set(names)
    while waiting:
        name = waiting.pop()
        found.add(name)
        value = known.get(name)
        if value is None:  # an object of a class of the notebook brings the class along
            kind = type(space.get(name))
            more = {kind.__qualname__} if kind.__module__ == "__main__" else set()
        else:
            more = set(_used(value))
        waiting |= more - found
    return found


def _used(value: Any) -> Iterator[str]:
    if isinstance(value, type):
        for one in value.__mro__:
            if one.__module__ == "__main__":
                yield one.__qualname__
                for member in vars(one).values():
                    function = getattr(member, "fget", None) or getattr(member, "__func__", member)
                    yield from _used(function) if isinstance(function, FunctionType) else ()
        return
    code = getattr(getattr(value, "__wrapped__", value), "__code__", None)
    yield from _names(code) if isinstance(code, CodeType) else ()
    for cell in getattr(value, "__closure__", None) or ():
        try:
            inner = cell.cell_contents
        except ValueError:
            continue
        if isinstance(inner, FunctionType):
            yield from _names(inner.__code__)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
