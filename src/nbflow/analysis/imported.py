"""What a notebook's code imports that neither Python nor the notebook's folder brings."""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbflow.analysis.source import LINE, parse_cell, parse_statements
from nbflow.model import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nbflow.model import Outline

__all__ = ["Import", "imports"]

_MISSING = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
_WRITTEN = re.compile(r"\s*%%(?:writefile|file)\s+(?:-a\s+|--append\s+)?(\S+)")
_ASKING = frozenset({"import_module", "__import__"})


@dataclass(frozen=True)
class Import:
    """A module that the code asks for.

    Attributes:
        names: what it may be, the longest first: `from a.b import c` means `a.b.c` or `a.b`.
        cell: the id of the cell, None where a file beside the notebook imports it.
        file: the path of that file, None for a cell.
        line: the line there, counted from 1.
        optional: whether the code goes on where the module is missing.
    """

    names: tuple[str, ...]
    cell: str | None
    file: str | None
    line: int
    optional: bool = False

    @property
    def top(self) -> str:
        """The first part of its name."""
        return self.names[0].partition(".")[0]


def imports(outline: Outline) -> tuple[Import, ...]:
    """The imports of the cells that run, and of the modules beside the notebook that these use.

    Those of the standard library and of modules that lie beside the notebook, or that a cell
    writes, are left out, and so is code that cannot be parsed.
    """
    left_out = sys.stdlib_module_names | {"__main__"} | _local(outline)
    found: dict[Import, None] = {}
    for tree, cell, file in _trees(outline):
        for names, line, optional in _asked([tree], optional=False):
            one = Import(names, cell, file, line, optional)
            if one.top not in left_out:
                found[one] = None
    return tuple(found)


def _trees(outline: Outline) -> Iterator[tuple[ast.Module, str | None, str | None]]:
    for cell in outline.document.cells:
        role = outline.roles.get(cell.id, Role.TEXT)
        if cell.kind == "code" and role not in {Role.SKIP, Role.TEXT}:
            tree = parse_cell(cell.source).tree
            if tree is not None:
                yield tree, cell.id, None
    for path, text in sorted(outline.beside.items()):
        tree = parse_statements(text)
        if tree is not None:
            yield tree, None, path


def _local(outline: Outline) -> set[str]:
    """Top-level names that the notebook's folder has, or has once a cell wrote them."""
    sources = (cell.source for cell in outline.document.cells if cell.kind == "code")
    written = [match[1] for source in sources if (match := _WRITTEN.match(source))]
    paths = [path.removeprefix("./") for path in (*outline.beside, *written)]
    return {path.removesuffix(".py").partition("/")[0] for path in paths if path.endswith(".py")}


def _asked(
    nodes: Iterable[ast.AST], *, optional: bool
) -> Iterator[tuple[tuple[str, ...], int, bool]]:
    """What nodes import, in the order of the text."""
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield _shorter(alias.name), node.lineno, optional
        elif isinstance(node, ast.ImportFrom):
            if node.module and not node.level:
                for alias in node.names:
                    yield _shorter(f"{node.module}.{alias.name}"), node.lineno, optional
        elif isinstance(node, ast.Try) and _catches(node.handlers):
            yield from _asked(node.body, optional=True)
            rest = (*node.handlers, *node.orelse, *node.finalbody)
            yield from _asked(rest, optional=optional)
        elif isinstance(node, ast.With) and _suppresses(node.items):
            yield from _asked(node.body, optional=True)
        else:
            if isinstance(node, ast.Call):
                yield from _called(node, optional=optional)
            yield from _asked(ast.iter_child_nodes(node), optional=optional)


def _shorter(dotted: str) -> tuple[str, ...]:
    parts = dotted.removesuffix(".*").split(".")
    return tuple(".".join(parts[:count]) for count in range(len(parts), 0, -1))


def _called(node: ast.Call, *, optional: bool) -> Iterator[tuple[tuple[str, ...], int, bool]]:
    """`importlib.import_module("name")` and `%load_ext name`."""
    texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
    name = _name(node.func)
    if name in _ASKING and texts and isinstance(texts[0], str) and _is_dotted(texts[0]):
        yield _shorter(texts[0]), node.lineno, optional
    elif name == LINE and texts[:1] == ["load_ext"] and _is_dotted(str(texts[-1])):
        yield _shorter(str(texts[-1])), node.lineno, True  # IPython has some of its own


def _is_dotted(name: str) -> bool:
    return all(part.isidentifier() for part in name.split("."))


def _catches(handlers: Iterable[ast.ExceptHandler]) -> bool:
    return any(handler.type is None or _names_missing(handler.type) for handler in handlers)


def _suppresses(items: Iterable[ast.withitem]) -> bool:
    calls = [item.context_expr for item in items if isinstance(item.context_expr, ast.Call)]
    return any(
        _name(call.func) == "suppress" and any(_names_missing(arg) for arg in call.args)
        for call in calls
    )


def _names_missing(node: ast.expr) -> bool:
    names = node.elts if isinstance(node, ast.Tuple) else [node]
    return any(_name(name) in _MISSING for name in names)


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
