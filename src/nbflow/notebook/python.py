"""Parses the Python of a cell, IPython's lines in it included."""

from __future__ import annotations

import ast
import re
import warnings

# What IPython understands and Python does not: `%magic`, `!command`, `?name`, `name?`,
# and `value = %magic`, `value = !command`.
_COMMAND = re.compile(r"\s*(?:[%!?].*|.*\?\??\s*)")
_ASSIGNED = re.compile(r"(?P<target>\s*[\w.,\[\]'\" ]+?=\s*)(?P<command>[%!].*)")
_CELL_MAGIC = re.compile(r"\s*%%(?P<name>\w+)")
# Cell magics that run the cell's Python in the notebook's namespace and keep what it binds.
_TRANSPARENT = {"time", "capture", "prun"}
COMMAND = "__command__"


def is_foreign(source: str) -> bool:
    """Whether a cell magic makes the cell something else than Python of the notebook."""
    match = _CELL_MAGIC.match(source)
    return match is not None and match["name"] not in _TRANSPARENT


def parse_python(source: str) -> ast.Module:
    """Parse a cell.

    A line that only IPython understands becomes `pass`, one that assigns a command's output an
    assignment of a call of `__command__`. Lines keep their numbers.

    Raises:
        SyntaxError: it is not Python, or too deeply nested.
    """
    lines = source.split("\n")
    while True:
        try:
            return _parse("\n".join(lines))
        except SyntaxError as error:
            number = (error.lineno or 0) - 1
            if not 0 <= number < len(lines):
                raise
            masked = _masked(lines[number])
            if masked is None or masked == lines[number]:
                raise
            lines[number] = masked


def _parse(source: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the kernel shows an invalid escape to the author
        try:
            return ast.parse(source)
        except (ValueError, RecursionError, MemoryError) as error:
            # null bytes, lone surrogates; nesting deeper than the parser's stack
            raise SyntaxError(str(error) or "too deeply nested") from None


def _masked(line: str) -> str | None:
    assigned = _ASSIGNED.fullmatch(line)
    if assigned is not None:
        return f"{assigned['target']}{COMMAND}()"
    if _COMMAND.fullmatch(line):
        return f"{line[: len(line) - len(line.lstrip())]}pass"
    return None
