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
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = ["Cells", "reached"]

_HOOK = "__nbflow_defined__"
_WORD = re.compile(r"[^\W\d]\w*")
_DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


class Cells(ast.NodeTransformer):
    """Listens to the cells from its making on.

    Attributes:
        mentioned: the names that they mention.
    """

    def __init__(self, defined: Callable[[str], None]) -> None:
        """Begin to listen.

        Args:
            defined: called with the name of a class or function right after it was defined.
        """
        self.mentioned: set[str] = set()
        setattr(builtins, _HOOK, defined)
        running = shell()
        if running is not None:
            earlier = [one for one in running.ast_transformers if not isinstance(one, Cells)]
            running.ast_transformers[:] = [*earlier, self]

    def visit(self, node: ast.AST) -> Any:
        """Note the names of a cell, and have each definition announced."""
        for part in ast.walk(node):
            if isinstance(part, ast.Name):
                self.mentioned.add(part.id)
            elif isinstance(part, ast.Call) and _is_magic(part.func):
                words = (one.value for one in part.args if isinstance(one, ast.Constant))
                self.mentioned.update(_WORD.findall(" ".join(map(str, words))))
        _announce(node)
        return node


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
