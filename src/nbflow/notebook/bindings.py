"""Finds what a parameters cell binds at its top level, with source and comment."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nbflow.notebook.python import COMMAND

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_DIRECTIVE = re.compile(r"#\s*(?:noqa|type:|pragma|fmt:|pylint:|ruff:|%%|!|@param\b)", re.I)


@dataclass(frozen=True)
class Binding:
    """One assignment of one name.

    Attributes:
        name: what is bound.
        value: the assigned expression, None where it cannot be told apart.
        reads: names that the right side mentions.
        annotation: of the name, or None.
        plain: assigned unconditionally, and nothing but that.
        source: the value's source text.
        help: the comment behind it or above it alone, or None.
        line: counted from 1.
    """

    name: str
    value: ast.expr | None
    reads: frozenset[str]
    annotation: ast.expr | None
    plain: bool
    source: str
    help: str | None
    line: int


@dataclass(frozen=True)
class _Comment:
    text: str
    alone: bool


def bindings(tree: ast.Module, source: str) -> list[Binding]:
    """The names that a cell binds by assignment, in order, those in blocks included."""
    comments = _comments(source)
    lines = source.split("\n")
    found: list[Binding] = []
    for statement, plain in _assignments(tree.body, plain=True):
        note = _help(statement, comments, lines)
        found.extend(
            replace(binding, plain=plain and binding.plain, help=note)
            for binding in _of_statement(statement, lines)
        )
    return found


def unbound_annotations(tree: ast.Module, source: str) -> list[tuple[str, int]]:
    """Names that are annotated and get no value anywhere in the cell, with their lines."""
    bound = {binding.name for binding in bindings(tree, source)}
    return [
        (statement.target.id, statement.lineno)
        for statement in tree.body
        if isinstance(statement, ast.AnnAssign)
        and statement.value is None
        and isinstance(statement.target, ast.Name)
        and statement.target.id not in bound
    ]


def _assignments(
    body: Sequence[ast.stmt], *, plain: bool
) -> Iterator[tuple[ast.Assign | ast.AnnAssign | ast.AugAssign, bool]]:
    """Assignments at the top level, and in blocks that do not loop."""
    for statement in body:
        match statement:
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
                yield statement, plain
            case ast.If():
                yield from _assignments((*statement.body, *statement.orelse), plain=False)
            case ast.With():
                yield from _assignments(statement.body, plain=False)
            case ast.Try():
                handlers = [inner for handler in statement.handlers for inner in handler.body]
                inside = (*statement.body, *handlers, *statement.orelse, *statement.finalbody)
                yield from _assignments(inside, plain=False)
            case ast.Match():
                inside = tuple(inner for case in statement.cases for inner in case.body)
                yield from _assignments(inside, plain=False)


def _of_statement(
    statement: ast.Assign | ast.AnnAssign | ast.AugAssign, lines: Sequence[str]
) -> Iterator[Binding]:
    if isinstance(statement, ast.Assign):
        for target in statement.targets:
            yield from _of_target(target, statement.value, statement, lines)
    elif isinstance(statement.target, ast.Name) and statement.value is not None:
        annotated = isinstance(statement, ast.AnnAssign)
        yield Binding(
            name=statement.target.id,
            value=statement.value if annotated else None,
            reads=_names(statement.value) | (set() if annotated else {statement.target.id}),
            annotation=statement.annotation if isinstance(statement, ast.AnnAssign) else None,
            plain=annotated,
            source=_segment(statement.value if annotated else statement, lines),
            help=None,
            line=statement.lineno,
        )


def _names(value: ast.expr) -> frozenset[str]:
    return frozenset(node.id for node in ast.walk(value) if isinstance(node, ast.Name))


def _of_target(
    target: ast.expr, value: ast.expr | None, statement: ast.Assign, lines: Sequence[str]
) -> Iterator[Binding]:
    if isinstance(target, ast.Name):
        source = _segment(value or statement.value, lines)
        yield Binding(
            name=target.id,
            value=value,
            reads=_names(value or statement.value),
            annotation=None,
            plain=True,
            source=source,
            help=None,
            line=target.lineno,
        )
    elif isinstance(target, ast.Starred):
        yield from _of_target(target.value, None, statement, lines)
    elif isinstance(target, (ast.Tuple, ast.List)):
        values: Sequence[ast.expr | None] = [None] * len(target.elts)
        if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
            starred = any(isinstance(e, ast.Starred) for e in (*target.elts, *value.elts))
            values = values if starred else value.elts
        for inner, inner_value in zip(target.elts, values, strict=True):
            yield from _of_target(inner, inner_value, statement, lines)


def _segment(node: ast.expr | ast.stmt, lines: Sequence[str]) -> str:
    """The node's source; of a command's output the command as the author wrote it."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == COMMAND:
        return lines[node.lineno - 1].split("=", 1)[-1].strip()
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    if any("\r" in line for line in lines):  # it ends a line too
        return ast.get_source_segment("\n".join(lines), node) or ""
    # What `ast` does as well, after it has split the whole cell each time.
    text = "\n".join(lines[first : last + 1]).encode()
    end = len(text) - len(lines[last].encode()) + (node.end_col_offset or 0)
    return text[node.col_offset : end].decode()


def _help(statement: ast.stmt, comments: dict[int, _Comment], lines: Sequence[str]) -> str | None:
    """The comment behind a statement, else those on the lines directly above it alone."""
    for line in (statement.end_lineno or statement.lineno, statement.lineno):
        behind = comments.get(line)
        if behind is not None and not behind.alone:
            return behind.text or None
    following = "".join(lines[statement.end_lineno or statement.lineno :][:1]).strip()
    if following and not following.startswith("#"):
        return None  # What stands above several lines is their heading.
    above: list[str] = []
    line = statement.lineno - 1
    while (comment := comments.get(line)) is not None and comment.alone:
        above.insert(0, comment.text)
        line -= 1
    return " ".join(text for text in above if text) or None


def _comments(source: str) -> dict[int, _Comment]:
    """The comments by line, without those that are meant for tools."""
    found: dict[int, _Comment] = {}
    reader = io.StringIO(source).readline
    try:
        for token in tokenize.generate_tokens(reader):
            if token.type == tokenize.COMMENT and not _DIRECTIVE.match(token.string):
                alone = not token.line[: token.start[1]].strip()
                text = token.string.lstrip("#").strip(" -=*#")
                found[token.start[0]] = _Comment(text, alone)
    except (tokenize.TokenError, SyntaxError):  # a line of IPython's; the lines before count
        pass
    return found
