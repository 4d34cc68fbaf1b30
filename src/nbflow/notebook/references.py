"""Reads `${…}` in values, and the conditions of stages."""

from __future__ import annotations

import ast
import re
from typing import Any

from nbflow.model import Condition, Operation, Reference, references_in

__all__ = ["escaped", "read_condition", "read_value"]

_REFERENCE = re.compile(r"\$\{(?:([A-Za-z][A-Za-z0-9_-]*)\.)?([A-Za-z_][A-Za-z0-9_]*)\}")
_BEGINS = re.compile(r"(?<!\$)\$\{")
_STANDS_FOR = "REFERENCE_{}_"
_COMPARISONS = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
}
_TURNED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OPPOSITES = {"==": "!=", "!=": "==", "in": "not in", "not in": "in", "is": "is not"}
_OPPOSITES |= {"is not": "is"}
_WORDS = {"true": True, "false": False, "null": None}


def read_value(value: Any) -> Any:
    """A value with its references understood; `$${` is the text `${`.

    Raises:
        ValueError: a text has a reference in it that is not the whole text, or is none.
    """
    if isinstance(value, list):
        return [read_value(item) for item in value]
    if isinstance(value, dict):
        return {key: read_value(item) for key, item in value.items()}
    if not isinstance(value, str):
        return value
    match = _REFERENCE.fullmatch(value)
    if match:
        return Reference(match[2], match[1])
    if _BEGINS.search(value):
        whole = "a reference is the whole value" if _REFERENCE.search(value) else "no reference"
        raise ValueError(f"{value!r}: {whole}; write $${{ for the text ${{")
    return value.replace("$${", "${")


def escaped(value: Any) -> Any:
    """A value as `read_value` reads it: references as text, other text that looks so escaped."""
    match value:
        case Reference():
            return str(value)
        case str():
            return value.replace("${", "$${")
        case list() | tuple():
            return [escaped(item) for item in value]
        case dict():
            return {key: escaped(item) for key, item in value.items()}
    return value


def read_condition(text: str) -> Condition:
    """Read a condition: references and plain values, compared and joined.

    Raises:
        ValueError: it is something else.
    """
    references: list[Reference] = []

    def stand_in(match: re.Match[str]) -> str:
        references.append(Reference(match[2], match[1]))
        return f" {_STANDS_FOR.format(len(references) - 1)} "

    source = _REFERENCE.sub(stand_in, text)
    if "${" in source:
        raise ValueError(f"{text!r}: what begins with ${{ is no reference")
    try:
        tree = ast.parse(source.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        raise ValueError(f"{text!r} is no condition") from None
    known = {_STANDS_FOR.format(index): one for index, one in enumerate(references)}
    return Condition(text, _operand(tree, known))


def _operand(node: ast.expr, known: dict[str, Reference]) -> Any:
    match node:
        case ast.BoolOp():
            word = "and" if isinstance(node.op, ast.And) else "or"
            return Operation(word, tuple(_operand(one, known) for one in node.values))
        case ast.UnaryOp(op=ast.Not()):
            return _negated(_operand(node.operand, known))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
        case ast.Compare():
            return _comparison(node, known)
        case ast.Name() if node.id in known:
            return known[node.id]
        case ast.Name() if node.id in _WORDS:
            return _WORDS[node.id]
        case ast.Constant(value=None | bool() | int() | float()):
            return node.value
        case ast.Constant(value=str() as text):
            if any(one.strip() in text for one in known):
                raise ValueError("a reference stands in quotes; write it without them")
            return text
        case ast.List() | ast.Tuple():
            return [_operand(one, known) for one in node.elts]
    raise ValueError(f"{_written(node, known)!r} is not evaluated in a condition")


def _comparison(node: ast.Compare, known: dict[str, Reference]) -> Any:
    operands = [_operand(one, known) for one in (node.left, *node.comparators)]
    for one in node.ops:
        if type(one) not in _COMPARISONS:
            raise ValueError("`is` is not evaluated in a condition; write ==")
    pairs = zip(node.ops, operands, operands[1:], strict=False)
    parts = tuple(_compared(_COMPARISONS[type(one)], left, right) for one, left, right in pairs)
    return parts[0] if len(parts) == 1 else Operation("and", parts)


def _compared(operator: str, left: Any, right: Any) -> Operation:
    """A comparison as a careful colleague writes it: a plain value stands on the right."""
    if operator in _TURNED and not _refers(left) and _refers(right):
        operator, left, right = _TURNED[operator], right, left
    if right is None or isinstance(right, bool):
        operator = {"==": "is", "!=": "is not"}.get(operator, operator)
    return Operation(operator, (left, right))


def _negated(operand: Any) -> Operation:
    if isinstance(operand, Operation) and operand.operator in _OPPOSITES:
        return Operation(_OPPOSITES[operand.operator], operand.operands)
    return Operation("not", (operand,))


def _refers(operand: Any) -> bool:
    return any(True for _ in references_in(operand))


def _written(node: ast.expr, known: dict[str, Reference]) -> str:
    text = ast.unparse(node)
    for stands, reference in known.items():
        text = text.replace(stands, str(reference))
    return text
