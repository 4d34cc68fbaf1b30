"""Python source laid out as `ruff format` lays it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbflow.bundles.literals import literal, width

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LINE = 88


@dataclass(frozen=True)
class Code:
    """An expression that is source already, in one piece."""

    source: str


@dataclass(frozen=True)
class Call:
    """A call with arguments, the positional ones first; the keyword `**` unpacks its value."""

    function: str
    arguments: Sequence[Any] = ()
    keywords: Mapping[str, Any] | None = None


def lay_out(expression: Any, *, before: str = "", indent: int = 0, after: str = "") -> str:
    """An expression's source, over several lines where it does not fit in one.

    Args:
        expression: `Code`, `Call`, a list or dictionary of them, or a plain value.
        before: what stands before it on its first line, without the indent.
        indent: columns that its first line is indented by.
        after: what stands behind it on its last line.
    """
    flat = f"{before}{_flat(expression)}{after}"
    brackets = _brackets(expression)
    if brackets is None or ("\n" not in flat and indent + width(flat) <= LINE):
        return flat
    opening, items, closing = brackets
    inner = indent + 4
    lines = [
        " " * inner + lay_out(item, before=prefix, indent=inner, after=",")
        for prefix, item in items
    ]
    return "\n".join([f"{before}{opening}", *lines, f"{' ' * indent}{closing}{after}"])


def assign(name: str, expression: Any) -> str:
    """An assignment at a module's top level."""
    line = lay_out(expression, before=f"{name} = ")
    source = line.removeprefix(f"{name} = ")
    too_long = "\n" not in line and width(line) > LINE
    if too_long and width(source) + 4 <= LINE:
        return f"{name} = (\n    {source}\n)"
    return line


def _flat(expression: Any) -> str:
    match expression:
        case Code():
            return expression.source
        case Call():
            return (
                f"{expression.function}({', '.join(_pair(*item) for item in _items(expression))})"
            )
        case list():
            return f"[{', '.join(map(_flat, expression))}]"
        case dict():
            return f"{{{', '.join(_pair(*item) for item in _items(expression))}}}"
    return literal(expression)


def _pair(prefix: str, expression: Any) -> str:
    return f"{prefix}{_flat(expression)}"


def _items(expression: Any) -> list[tuple[str, Any]]:
    match expression:
        case Call():
            named = (expression.keywords or {}).items()
            return [("", item) for item in expression.arguments] + [
                (name if name == "**" else f"{name}=", item) for name, item in named
            ]
        case dict():
            return [(f"{literal(key)}: ", item) for key, item in expression.items()]
    return [("", item) for item in expression]


def _brackets(expression: Any) -> tuple[str, list[tuple[str, Any]], str] | None:
    """What opens and closes an expression that can stand on several lines, and what is inside."""
    if not isinstance(expression, Call | list | dict):
        return None
    items = _items(expression)
    if not items:
        return None
    match expression:
        case Call():
            return f"{expression.function}(", items, ")"
        case list():
            return "[", items, "]"
    return "{", items, "}"
