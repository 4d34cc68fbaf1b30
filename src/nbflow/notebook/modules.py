"""Finds the modules beside a notebook that its code imports."""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import TYPE_CHECKING

from nbflow.notebook.python import parse_python

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def module_files(names: Iterable[str], *, folder: Path) -> tuple[list[Path], list[str]]:
    """The source files of local modules, and of what they import in turn.

    Args:
        names: modules that the notebook imports; of dotted names the first part counts.
        folder: where they are looked for; a name that is not there is an installed module.

    Returns:
        The files, a package as all of its modules, and a message for each that is not Python.
    """
    waiting = sorted({name.split(".", 1)[0] for name in names if name})
    seen: set[str] = set()
    files: list[Path] = []
    broken: list[str] = []
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for file in _sources(name, folder):
            files.append(file)
            try:
                waiting.extend(_imported(file))
            except (SyntaxError, OSError, UnicodeDecodeError) as error:
                where = file.relative_to(folder).as_posix()
                line = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
                broken.append(f"the module {where!r} cannot be parsed{line}: {error}")
    return sorted(files), broken


def _sources(name: str, folder: Path) -> Iterator[Path]:
    """The files of a module or package; Python prefers the package."""
    package, module = folder / name, folder / f"{name}.py"
    if (package / "__init__.py").is_file() or (package.is_dir() and not module.is_file()):
        yield from _package_files(package)
    elif module.is_file():
        yield module


def _package_files(package: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(package):
        folders[:] = sorted(n for n in folders if not n.startswith((".", "__pycache__")))
        for name in sorted(names):
            if name.endswith(".py") and not name.startswith("."):
                yield Path(parent, name)


def _imported(file: Path) -> set[str]:
    """First parts of the absolute imports in a file, those in functions too."""
    names: set[str] = set()
    for node in ast.walk(parse_python(file.read_text("utf-8-sig"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".", 1)[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            names.add(node.module.split(".", 1)[0])
    return names
