"""Given values, as they come over the wire, become what the notebook's parameters are."""

from __future__ import annotations

import copy
import json
import re
from typing import TYPE_CHECKING, Any

from nbflow.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.runtime.orders import ParameterOrder

__all__ = ["conform", "from_wire", "given_values", "is_default", "plain_defaults"]

_INT = re.compile(r"[+-]?[0-9]+")
_FLOAT = re.compile(r"-?[0-9]+([.][0-9]*)?([eE][-+]?[0-9]+)?")
_FLOATS = {"Infinity", "-Infinity", "NaN"}
_MISSING = object()


def given_values(text: str, parameters: Mapping[str, ParameterOrder]) -> dict[str, Any]:
    """The values given to a run, typed, from their JSON text.

    Raises:
        UsageError: no JSON object, an unknown parameter, or a value of the wrong type.
    """
    try:
        given = json.loads(text or "{}")
    except ValueError as error:
        raise UsageError(f"the parameters given to this run are not JSON: {error}") from None
    if not isinstance(given, dict):
        raise UsageError(f"the parameters given to this run are no JSON object: {text[:80]}")
    unknown = sorted(set(given) - set(parameters))
    if unknown:
        known = ", ".join(sorted(parameters)) or "none"
        raise UsageError(f"unknown parameter {unknown[0]!r}", hint=f"known parameters: {known}")
    values = {name: from_wire(name, given[name], order=parameters[name]) for name in given}
    return {name: value for name, value in values.items() if value is not _MISSING}


def plain_defaults(parameters: Mapping[str, ParameterOrder]) -> dict[str, Any]:
    """The defaults that are plain literals, each a value of its own."""
    return {
        name: tuple(order.default) if order.kind == "tuple" else copy.deepcopy(order.default)
        for name, order in parameters.items()
        if not order.computed
    }


def from_wire(name: str, value: Any, *, order: ParameterOrder) -> Any:
    """One given value in the type of its parameter.

    Raises:
        UsageError: the value has another type.
    """
    if value is None:
        if order.computed:
            return _MISSING
        if order.nullable or order.default is None:
            return None
    if order.kind in {"any", "none"}:
        return value if order.default is None else conform(value, like=order.default)
    converted = _convert(value, order)
    if converted is _MISSING:
        raise UsageError(
            f"parameter {name!r} is {value!r}, which is no {order.kind}",
            hint=f"give a value such as {order.default!r}" if order.default is not None else None,
        )
    return converted


def is_default(name: str, value: Any, *, order: ParameterOrder) -> bool:
    """Whether a typed value is what the author's own cell gives the parameter.

    An executor sends every parameter, also those that nobody touched; and a wire may have made
    1.0 of the author's 1.
    """
    return not order.computed and _alike(value, from_wire(name, order.default, order=order))


def _alike(left: Any, right: Any) -> bool:
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(_alike, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return list(left) == list(right) and all(_alike(left[key], right[key]) for key in left)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left == right) or (left != left and right != right)  # NaN


def _convert(value: Any, order: ParameterOrder) -> Any:
    match order.kind:
        case "bool" | "str":
            return value if type(value).__name__ == order.kind else _MISSING
        case "int":
            return _int(value)
        case "float":
            return _float(value)
        case "list" | "tuple" if isinstance(value, list | tuple):
            like = order.default if order.default is not None else []
            items = conform(list(value), like=list(like))
            return tuple(items) if order.kind == "tuple" else items
        case "dict" if isinstance(value, dict):
            return conform(value, like=order.default or {})
    return _MISSING


def _int(value: Any) -> Any:
    if isinstance(value, str) and _INT.fullmatch(value.strip()):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if type(value) is int else _MISSING


def _float(value: Any) -> Any:
    if isinstance(value, str):
        return float(value) if value in _FLOATS or _FLOAT.fullmatch(value) else _MISSING
    try:
        return float(value) if type(value) in {int, float} else _MISSING
    except OverflowError:
        return _MISSING


def conform(value: Any, *, like: Any) -> Any:
    """The value with whole numbers made floats where the default has floats.

    A browser writes 1.0 as 1. Lists conform by position, and as a whole where the default holds
    floats only; dictionaries by key.
    """
    if isinstance(like, float) and type(value) is int:
        return float(value)
    if isinstance(value, list) and isinstance(like, list):
        rest = 0.0 if like and all(isinstance(item, float) for item in like) else None
        return [
            conform(item, like=like[index] if index < len(like) else rest)
            for index, item in enumerate(value)
        ]
    if isinstance(value, dict) and isinstance(like, dict):
        return {key: conform(item, like=like.get(key)) for key, item in value.items()}
    return value
