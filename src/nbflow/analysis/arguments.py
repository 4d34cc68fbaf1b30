"""The arguments of a call, as written and by the names of a function's parameters."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from nbflow.analysis.scopes import parameters
from nbflow.analysis.values import IMMUTABLE, Kind, Obj, Value, merge, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nbflow.analysis.expressions import Expressions

__all__ = ["MUTABLE_DISPLAYS", "Arguments", "Given", "default_values"]

MUTABLE_DISPLAYS = ast.List | ast.Dict | ast.Set | ast.Call
_PLACEHOLDER = re.compile("\0(\\w+)\0")


@dataclass
class Arguments:
    """The arguments of a call.

    Attributes:
        values: of the positional ones.
        keywords: of the named ones.
        nodes: the named ones' source.
        spread: there are `*` or `**` arguments too.
    """

    values: list[Value] = field(default_factory=list)
    keywords: dict[str, Value] = field(default_factory=dict)
    nodes: dict[str, ast.expr] = field(default_factory=dict)
    spread: bool = False

    def get(self, position: int, *names: str) -> Value | None:
        """An argument by position or name; None where it is not given."""
        for name in names:
            if name in self.keywords:
                return self.keywords[name]
        return self.values[position] if 0 <= position < len(self.values) else None

    @property
    def all(self) -> list[Value]:
        """Every argument."""
        return [*self.values, *self.keywords.values()]

    def literal(self, name: str) -> object:
        """The value of a named argument that is a literal; `...` where it is not, or not given."""
        node = self.nodes.get(name)
        return node.value if isinstance(node, ast.Constant) else ...


class Given:
    """A call's arguments, by the parameters' names; `kept`: those left to a default object."""

    def __init__(
        self,
        walker: Expressions,
        arguments: ast.arguments,
        node: ast.Call,
        given: Arguments,
        receiver: Value | None,
        *,
        defaults: Mapping[str, Value],
    ) -> None:
        self.walker = walker
        self.renamed: dict[Obj, Obj] = {}
        self.values: dict[str, Value] = {}
        self.nodes: dict[str, ast.AST] = {}
        self.kept: set[str] = set()
        positional, keyword, rest, keywords = parameters(arguments)
        if receiver is not None and positional:
            self.values[positional[0]] = receiver
            if isinstance(node.func, ast.Attribute):
                self.nodes[positional[0]] = node.func.value
            positional = positional[1:]
        for position, value in enumerate(given.values):
            name = positional[position] if position < len(positional) else rest
            self._give(name, value, node.args[position])
        for named, value in given.keywords.items():
            name = named if named in positional or named in keyword else keywords
            self._give(name, value, given.nodes[named])
        self._defaults(arguments, defaults)

    def _give(self, name: str | None, value: Value, node: ast.AST) -> None:
        if name is None:
            return
        before = self.values.get(name)
        self.values[name] = value if before is None else merge(before, value)
        self.nodes.setdefault(name, node)

    def _defaults(self, arguments: ast.arguments, kept: Mapping[str, Value]) -> None:
        for name, default in default_values(arguments):
            if name in self.values:
                continue
            if isinstance(default, MUTABLE_DISPLAYS):
                self.kept.add(name)
                if name in kept:
                    self.values[name] = kept[name]
            elif isinstance(default, ast.Constant):
                text = default.value if isinstance(default.value, str) else None
                self.values[name] = Value(text=text)

    def actual(self, objects: Iterable[Obj]) -> frozenset[Obj]:
        """The objects that symbols stand for in this call."""
        found: set[Obj] = set()
        for obj in objects:
            if isinstance(obj, int):
                found.add(self.renamed.setdefault(obj, number()))
                continue
            if obj[0] == "u":
                found.add(obj)
                continue
            value = self.behind(obj)
            found |= value.own if obj[0] in {"p", "g"} else value.reach
        return frozenset(found)

    def behind(self, symbol: tuple[str, str]) -> Value:
        """The value that a symbol stands for in this call."""
        kind, name = symbol
        if kind in {"p", "pe"}:
            return self.values.get(name, IMMUTABLE)
        return self.walker.space.value(name) if kind in {"g", "ge"} else IMMUTABLE

    def root(self, symbol: tuple[str, str]) -> str:
        """The notebook's name behind a symbol, or empty."""
        kind, name = symbol
        return name if kind in {"g", "ge"} else self.walker.root(self.nodes.get(name))

    def path(self, text: str) -> str | None:
        """A path with the parameters' texts filled in."""
        for name in _PLACEHOLDER.findall(text):
            known = self.values.get(name, IMMUTABLE).text
            if known is None:
                return None
            text = text.replace(f"\0{name}\0", known)
        return text

    def value(self, value: Value, *, kind: Kind = Kind.PLAIN) -> Value:
        """A value of the function's, as the caller sees it."""
        items = value.items
        behind = [self.behind(symbol) for symbol in value.reach if isinstance(symbol, tuple)]
        whole = [self.behind(symbol) for symbol in value.own if isinstance(symbol, tuple)]
        known = value.tainted(*behind)
        return replace(
            known,
            classes=known.classes.union(*(part.classes for part in whole)),
            draws=known.draws or any(part.draws for part in whole),
            fills=known.fills or any(part.fills for part in whole),
            own=self.actual(value.own),
            reach=self.actual(value.reach),
            kind=kind or value.kind,
            text=self.path(value.text) if value.text is not None else None,
            items=tuple(self.value(item) for item in items) if items is not None else None,
        )


def default_values(arguments: ast.arguments) -> list[tuple[str, ast.expr]]:
    """The parameters that have a default, each with its expression."""
    positional = [*arguments.posonlyargs, *arguments.args]
    late = positional[len(positional) - len(arguments.defaults) :]
    pairs = [(a.arg, default) for a, default in zip(late, arguments.defaults, strict=True)]
    named = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return pairs + [(a.arg, default) for a, default in named if default is not None]
