"""Tells a parameter's type and default from its value and annotation."""

from __future__ import annotations

import ast
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbflow.model import ParameterKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.notebook.bindings import Binding

# The largest integer that a browser, and so Airflow's trigger form, keeps exactly.
BROWSER_SAFE = 2**53 - 1
_KINDS: tuple[tuple[type, ParameterKind], ...] = (
    (bool, ParameterKind.BOOL),
    (int, ParameterKind.INT),
    (float, ParameterKind.FLOAT),
    (str, ParameterKind.STR),
    (tuple, ParameterKind.TUPLE),
    (list, ParameterKind.LIST),
    (dict, ParameterKind.DICT),
)
_ANNOTATIONS = {
    **{kind.value: kind for _, kind in _KINDS},
    "List": ParameterKind.LIST,
    "Dict": ParameterKind.DICT,
    "Tuple": ParameterKind.TUPLE,
    "None": ParameterKind.NONE,
}
_COMPUTED = object()


@dataclass(frozen=True)
class Default:
    """A default as far as it can be told without running it."""

    kind: ParameterKind
    value: Any = None
    computed: bool = False
    nullable: bool = False
    constraints: Mapping[str, Any] = field(default_factory=dict)
    mismatch: str | None = None


@dataclass(frozen=True)
class _Annotated:
    kind: ParameterKind = ParameterKind.ANY
    nullable: bool = False
    choices: tuple[Any, ...] = ()


def typed_default(binding: Binding) -> Default:
    """The type and default of a binding."""
    declared = None if binding.annotation is None else _annotated(binding.annotation)
    value: Any = _plain(binding.value) if binding.plain and binding.value is not None else _COMPUTED
    if value is _COMPUTED:
        declared = declared or _Annotated()
        return Default(declared.kind, computed=True, nullable=declared.nullable)
    kind = next((kind for type_, kind in _KINDS if isinstance(value, type_)), ParameterKind.NONE)
    value = list(value) if isinstance(value, tuple) else value
    if declared is None:
        return Default(kind, value)
    return _declared(declared, kind, value, binding)


def _declared(declared: _Annotated, kind: ParameterKind, value: Any, binding: Binding) -> Default:
    """A plain default beside an annotation."""
    constraints = {"enum": list(declared.choices)} if declared.choices else {}
    if kind is ParameterKind.NONE:  # `x: int = None` means `int | None`, as it always did
        allowed = {**constraints, "enum": [*declared.choices, None]} if constraints else {}
        return Default(declared.kind, None, nullable=True, constraints=allowed)
    if declared.kind is ParameterKind.FLOAT and kind is ParameterKind.INT:
        try:
            kind, value = ParameterKind.FLOAT, float(value)
        except OverflowError:
            return Default(ParameterKind.FLOAT, computed=True, nullable=declared.nullable)
    if declared.kind is ParameterKind.ANY or declared.kind is kind:
        if declared.nullable and constraints:
            constraints = {"enum": [*declared.choices, None]}
        # What JSON cannot hold as it is needs its own type's wire form, whatever is annotated.
        known = declared.kind if _is_json(value, kind) else kind
        return Default(known, value, nullable=declared.nullable, constraints=constraints)
    assert binding.annotation is not None
    written = ast.unparse(binding.annotation)
    return Default(kind, value, mismatch=f"{written!r}, and its default is of type {kind.value}")


def _is_json(value: Any, kind: ParameterKind) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return abs(value) <= BROWSER_SAFE
    return kind is not ParameterKind.TUPLE


def _plain(node: ast.expr) -> Any:
    """A literal's value, where JSON and a browser keep it; otherwise `_COMPUTED`.

    At the top level integers and floats of any size, and tuples, have a wire form of their own.
    """
    number = _number(node)
    if number is not _COMPUTED:
        return number
    items = node.elts if isinstance(node, ast.Tuple) else None
    value = _nested(ast.List(items, ast.Load()) if items is not None else node)
    return tuple(value) if items is not None and value is not _COMPUTED else value


def _nested(node: ast.expr) -> Any:
    number = _number(node)
    if number is not _COMPUTED:
        safe = math.isfinite(number) if isinstance(number, float) else abs(number) <= BROWSER_SAFE
        return number if safe else _COMPUTED
    match node:
        case ast.Constant(value=None | bool()):
            return node.value
        case ast.Constant(value=str(text)):
            return text if _is_text(text) else _COMPUTED
        case ast.List():
            items = [_nested(item) for item in node.elts]
            return _COMPUTED if any(item is _COMPUTED for item in items) else items
        case ast.Dict():
            return _object(node)
    return _COMPUTED


def _object(node: ast.Dict) -> Any:
    result = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
            return _COMPUTED
        inner = _nested(value)
        if inner is _COMPUTED or not _is_text(key.value):
            return _COMPUTED
        result[key.value] = inner
    return result


def _number(node: ast.expr) -> Any:
    """The value of a number with signs before it."""
    sign = 1
    while isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        sign = -sign if isinstance(node.op, ast.USub) else sign
        node = node.operand
    if isinstance(node, ast.Constant) and type(node.value) in {int, float}:
        value = node.value
        assert isinstance(value, (int, float))
        return -value if sign < 0 else value
    return _COMPUTED


def _is_text(text: str) -> bool:
    """Whether UTF-8 can say it; a lone surrogate cannot be said."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _annotated(node: ast.expr) -> _Annotated:
    match node:
        case ast.Constant(value=None):
            return _Annotated(ParameterKind.NONE)
        case ast.Constant(value=str()):
            return _quoted(str(node.value))
        case ast.Name() | ast.Attribute():
            return _Annotated(_ANNOTATIONS.get(_last(node), ParameterKind.ANY))
        case ast.BinOp(op=ast.BitOr()):
            return _union([node.left, node.right])
        case ast.Subscript():
            return _subscripted(node)
    return _Annotated()


def _quoted(text: str) -> _Annotated:
    try:
        return _annotated(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError, RecursionError):
        return _Annotated()


def _subscripted(node: ast.Subscript) -> _Annotated:
    name = _last(node.value)
    inside = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if name == "Optional":
        return _union([inside[0], ast.Constant(None)])
    if name == "Union":
        return _union(inside)
    if name in {"Annotated", "Final"} and inside:
        return _annotated(inside[0])
    if name == "Literal":
        return _choices(inside)
    return _Annotated(_ANNOTATIONS.get(name, ParameterKind.ANY))


def _union(nodes: list[ast.expr]) -> _Annotated:
    parts = [_annotated(node) for node in nodes]
    kinds = {part.kind for part in parts}
    nullable = ParameterKind.NONE in kinds or any(part.nullable for part in parts)
    kinds.discard(ParameterKind.NONE)
    kind = kinds.pop() if len(kinds) == 1 else ParameterKind.ANY
    choices = tuple(choice for part in parts for choice in part.choices)
    return _Annotated(
        kind, nullable, choices if all(p.choices or _is_none(p) for p in parts) else ()
    )


def _is_none(part: _Annotated) -> bool:
    return part.kind is ParameterKind.NONE


def _choices(nodes: list[ast.expr]) -> _Annotated:
    values = [_nested(node) for node in nodes]
    kinds = {
        next((kind for type_, kind in _KINDS if isinstance(value, type_)), ParameterKind.NONE)
        for value in values
    }
    if any(value is _COMPUTED for value in values):
        return _Annotated()
    nullable = ParameterKind.NONE in kinds
    kinds.discard(ParameterKind.NONE)
    kind = kinds.pop() if len(kinds) == 1 else ParameterKind.ANY
    return _Annotated(kind, nullable, tuple(value for value in values if value is not None))


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""
