"""From a cell's text to Python's syntax tree, magics included."""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass

__all__ = ["CELL", "LINE", "SHELL", "Code", "parse_cell", "parse_expression", "parse_statements"]

# What magics become: calls of names that no notebook binds.
LINE = "_nbflow_line_magic"
CELL = "_nbflow_cell_magic"
SHELL = "_nbflow_shell"

# Cell magics whose body is Python that runs in the notebook's namespace.
_PYTHON_BODIES = frozenset(
    {"time", "capture", "prun", "mprun", "memray", "memit", "lprun", "debug"}
)
_BENCHMARKS = frozenset({"timeit"})
_STATEMENT_MAGICS = frozenset({"time", "prun", "lprun", "memit", "mprun"})

_ASSIGNED = re.compile(
    r"^(?P<left>[^=!%?#'\"()]+(?:\[[^\]]*\])?\s*=)\s*(?P<sign>[!%])(?P<rest>\S.*)$"
)
_HELP = re.compile(r"^\??\??\s*[%\w.*]+\s*\?{1,2}$|^\?{1,2}\s*[%\w.*]+\s*$")
_OPTIONS = re.compile(r"^(?:\s*-\w+(?:\s+\d+)?)*\s*")


@dataclass(frozen=True)
class Code:
    r"""A cell as Python.

    Attributes:
        tree: None where the cell is not Python.
        text: what the tree was made of; as many lines as the cell.
        message, line: the syntax error where there is one.
    """

    tree: ast.Module | None
    text: str
    message: str = ""
    line: int | None = None


def parse_cell(text: str) -> Code:
    """Read a cell as IPython would; a syntax error is part of the answer."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    first = text.lstrip().partition("\n")[0]
    if first.startswith("%%") and not first.startswith("%%%"):
        return _cell_magic(text)
    return _parse(text)


def parse_statements(text: str) -> ast.Module | None:
    """Python or IPython statements; None where they are neither."""
    return _parse(text).tree


def parse_expression(text: str) -> ast.expr | None:
    """A Python expression; None where it is none."""
    tree = _parse(text.strip()).tree
    if tree is None or len(tree.body) != 1 or not isinstance(tree.body[0], ast.Expr):
        return None
    return tree.body[0].value


def _parse(text: str) -> Code:
    try:
        return Code(_compile(text), text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        replaced = _without_magics(_dedented(text))
    try:
        return Code(_compile(replaced), text)
    except SyntaxError as error:
        return Code(None, text, error.msg or "invalid syntax", error.lineno)
    except (ValueError, RecursionError, MemoryError) as error:
        return Code(None, text, str(error) or type(error).__name__)


def _compile(text: str) -> ast.Module:
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = compile(text, "<cell>", "exec", flags | ast.PyCF_ONLY_AST, dont_inherit=True)
        compile(tree, "<cell>", "exec", flags, dont_inherit=True)
    assert isinstance(tree, ast.Module)
    return tree


def _dedented(text: str) -> str:
    """IPython takes the first line's indentation away from every line."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip())]
    if not indent:
        return text
    lines = text.split("\n")
    return "\n".join(line[len(indent) :] if line.startswith(indent) else line for line in lines)


# --- cell magics


def _cell_magic(text: str) -> Code:
    blank = text[: len(text) - len(text.lstrip())]
    first, _, body = text.lstrip().partition("\n")
    name, _, arguments = first[2:].strip().partition(" ")
    above = "\n" * blank.count("\n")
    arguments = arguments.strip()
    if name in _PYTHON_BODIES:
        head = arguments if name in _STATEMENT_MAGICS and not arguments.startswith("-") else ""
        inner = parse_cell(body) if body.startswith("%%") else None
        text_inner = inner.text if inner is not None else body
        code = _parse(f"{above}{head}\n{text_inner}") if inner is None else _shifted(inner, above)
        if name == "capture" and code.tree is not None and re.match(r"[A-Za-z_]\w*", arguments):
            _append(code.tree, f"{arguments.split()[0]} = object()")
        return Code(code.tree, text, code.message, code.line)
    if name in _BENCHMARKS:
        return _benchmark(f"{above}{_OPTIONS.sub('', arguments)}\n{body}", text)
    call = f"{CELL}({name!r}, {arguments!r}, {body!r})"
    outputs = re.findall(r"--(?:out|err)\s+([A-Za-z_]\w*)", arguments)
    for target in outputs:
        call = f"{target} = {call}"
    return Code(_at_line(_compile(call), blank.count("\n") + 1), text)


def _shifted(inner: Code, above: str) -> Code:
    count = above.count("\n") + 1
    if inner.tree is not None:
        for node in inner.tree.body:
            ast.increment_lineno(node, count)
    line = inner.line + count if inner.line is not None else None
    return Code(inner.tree, inner.text, inner.message, line)


def _benchmark(body: str, text: str) -> Code:
    """What is timed runs in a function: it reads and changes, and binds nothing outside."""
    code = _parse(body)
    if code.tree is None:
        return Code(None, text, code.message, code.line)
    wrapper = _compile("lambda: None").body[0]
    module = _compile("def _nbflow_timed():\n    pass\n_nbflow_timed()")
    function = module.body[0]
    assert isinstance(function, ast.FunctionDef)
    function.body = code.tree.body or [wrapper]
    return Code(module, text)


def _append(tree: ast.Module, statement: str) -> None:
    added = _compile(statement).body
    last = tree.body[-1].end_lineno if tree.body else 1
    for node in added:
        ast.increment_lineno(node, (last or 1) - 1)
    tree.body.extend(added)


def _at_line(tree: ast.Module, line: int) -> ast.Module:
    for node in ast.walk(tree):
        if hasattr(node, "lineno"):
            node.lineno = node.end_lineno = line  # type: ignore[attr-defined]
    return tree


# --- line magics


def _without_magics(text: str) -> str:
    """The text with every magic line replaced by a call on the same line."""
    lines = text.split("\n")
    depth, quote = 0, ""
    number = 0
    while number < len(lines):
        line = lines[number]
        if not depth and not quote:
            count = _continued(lines, number) if _is_magic(line) else 1
            replaced = _replaced(
                " ".join(part.rstrip("\\") for part in lines[number : number + count])
            )
            if replaced is not None:
                lines[number : number + count] = [replaced, *[""] * (count - 1)]
                number += count
                continue
        depth, quote = _scan(line, depth, quote)
        number += 1
    return "\n".join(lines)


def _is_magic(line: str) -> bool:
    stripped = line.strip()
    return stripped[:1] in {"%", "!"} or _ASSIGNED.match(stripped) is not None


def _continued(lines: list[str], number: int) -> int:
    count = 1
    while lines[number + count - 1].endswith("\\") and number + count < len(lines):
        count += 1
    return count


def _replaced(line: str) -> str | None:
    stripped = line.strip()
    indent = line[: len(line) - len(line.lstrip())]
    assigned = _ASSIGNED.match(stripped)
    if assigned is not None:
        call = _shell(assigned["rest"]) if assigned["sign"] == "!" else _line(assigned["rest"])
        return f"{indent}{assigned['left']} {call}"
    if stripped.startswith("!"):
        return indent + _shell(stripped.lstrip("!"))
    if stripped.startswith("%") and not stripped.startswith("%%"):
        rest = stripped[1:].strip()
        name, _, statement = rest.partition(" ")
        if name in _STATEMENT_MAGICS and statement and not statement.strip().startswith("-"):
            return indent + statement.strip()
        return indent + _line(rest)
    if _HELP.match(stripped):
        return f"{indent}pass"
    return None


def _shell(command: str) -> str:
    return f"{SHELL}({command.strip()!r})"


def _line(rest: str) -> str:
    name, _, arguments = rest.strip().partition(" ")
    if name in _BENCHMARKS:
        arguments = _OPTIONS.sub("", arguments)
    return f"{LINE}({name!r}, {arguments.strip()!r})"


def _scan(line: str, depth: int, quote: str) -> tuple[int, str]:
    """Bracket depth and open quote at the end of a line."""
    position = 0
    while position < len(line):
        char = line[position]
        if quote:
            if char == "\\":
                position += 1
            elif line.startswith(quote, position):
                position += len(quote) - 1
                quote = ""
        elif char in "'\"":
            triple = char * 3
            quote = triple if line.startswith(triple, position) else char
            position += len(quote) - 1
        elif char == "#":
            break
        else:
            depth = max(depth + (char in "([{") - (char in ")]}"), 0)
        position += 1
    if len(quote) == 1 and not line.endswith("\\"):
        quote = ""
    return depth, quote
