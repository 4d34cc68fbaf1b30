"""The Python files beside a notebook that it imports or runs."""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nbflow.model import Document

_IMPORTED = re.compile(r"^[ \t]*(?:import|from)[ \t]+([A-Za-z_][\w., \t]*)", re.MULTILINE)
_RUN = re.compile(r"^[ \t]*%run[ \t]+(?:-i[ \t]+)?([\w./-]+\.py)\b", re.MULTILINE)
_MOST = 200


def scripts(document: Document, folder: Path) -> dict[str, str]:
    """The texts of the modules and scripts beside a notebook that it uses, by path.

    Args:
        document: the notebook.
        folder: where it lies.
    """
    found: dict[str, str] = {}
    waiting = [cell.source for cell in document.cells if cell.kind == "code"]
    while waiting and len(found) < _MOST:
        text = waiting.pop()
        for path in [*_modules(text, folder), *_run(text, folder)]:
            name = path.relative_to(folder).as_posix()
            if name not in found:
                found[name] = _read(path)
                waiting.append(found[name])
    return found


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace")
    except OSError:  # what cannot be read cannot be imported either
        return ""


def _modules(text: str, folder: Path) -> Iterator[Path]:
    for names in _IMPORTED.findall(text):
        for name in names.partition(" import ")[0].split(","):
            top = name.strip().partition(" ")[0].partition(".")[0]
            if not top:
                continue
            if (folder / f"{top}.py").is_file():
                yield folder / f"{top}.py"
            yield from _those(sorted(islice((folder / top).rglob("*.py"), _MOST)))


def _run(text: str, folder: Path) -> Iterator[Path]:
    paths = [Path(name) for name in _RUN.findall(text)]
    yield from _those(folder / path for path in paths if ".." not in path.parts)


def _those(paths: Iterable[Path]) -> Iterator[Path]:
    yield from (path for path in paths if path.is_file())
