"""Reads which values a metrics cell names."""

from __future__ import annotations

import ast

from nbflow.notebook.python import parse_python


def metric_names(source: str) -> tuple[str, ...]:
    """The names in lines `print(name)` and `name` of a cell, in order, each once.

    Other statements are the cell's own business; a cell that is not Python names none.
    """
    try:
        tree = parse_python(source)
    except SyntaxError:
        return ()
    names: dict[str, None] = {}
    for statement in tree.body:
        if isinstance(statement, ast.Expr):
            names |= dict.fromkeys(_names(statement.value))
    return tuple(names)


def _names(value: ast.expr) -> list[str]:
    if isinstance(value, ast.Name):
        return [value.id]
    if isinstance(value, ast.Tuple):
        return [name for item in value.elts for name in _names(item)]
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        plain = all(isinstance(item, ast.Name) for item in value.args)
        if value.func.id == "print" and plain:
            return [name for item in value.args for name in _names(item)]
    return []
