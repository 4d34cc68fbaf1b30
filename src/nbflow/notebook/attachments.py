"""Finds the files beside a notebook that have to travel with it."""

from __future__ import annotations

import os
import posixpath
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from nbflow.model import Diagnostic
from nbflow.notebook import rules
from nbflow.notebook.modules import module_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nbflow.model import FileUse, Pipeline

MAX_BYTES = 50 * 1024 * 1024
_HIDDEN_FOLDERS = {"__pycache__", "node_modules"}
_SYSTEM_FOLDERS = ("/dev/", "/proc/", "/sys/", "/tmp/", "/etc/", "/usr/")  # noqa: S108
_SHOWN = 3


@dataclass
class _Found:
    files: dict[str, Path] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def add(self, paths: Iterable[Path], folder: Path) -> None:
        """Take files in by their paths relative to the folder."""
        for path in paths:
            self.files[path.relative_to(folder).as_posix()] = path


def attachments(
    pipeline: Pipeline, *, folder: Path, max_bytes: int = MAX_BYTES
) -> tuple[dict[str, bytes], tuple[Diagnostic, ...]]:
    """The files beside a notebook that it uses.

    These are the local modules that it imports, and what those import; the files and folders
    that the code reads before any step writes them; what the globs in `metadata.nbflow.files`
    match; notebooks that steps run. Hidden files are left out.

    Args:
        pipeline: what the notebook means.
        folder: the notebook's folder; nothing outside it travels.
        max_bytes: the most that all files together may have; with more, none is returned.

    Returns:
        Contents by path relative to the folder, sorted by path, and what was found wrong.
    """
    found = _Found()
    modules, broken = module_files(pipeline.modules, folder=folder)
    found.add(modules, folder)
    found.diagnostics.extend(rules.BAD_MODULE.at(message) for message in broken)
    for use, written in _needed(pipeline):
        _attach_use(use, written, folder, found)
    for pattern in pipeline.options.files:
        _attach_declared(f"metadata.nbflow.files: {pattern!r}", pattern, None, folder, found)
    for step in pipeline.steps:
        if step.notebook is not None:
            cell = step.cells[0] if step.cells else None
            what = f"the notebook {step.notebook!r} of step {step.name!r}"
            _attach_declared(what, step.notebook, cell, folder, found)
    contents = _read(found, max_bytes)
    return contents, tuple(found.diagnostics)


@dataclass(frozen=True)
class _Written:
    """What the notebook writes.

    Attributes:
        before: paths written before a use.
        made: folders that are made anywhere.
        folders: those of `before` that are made folders, and the folders around written files.
    """

    before: frozenset[str]
    made: frozenset[str]
    folders: frozenset[str]

    def replaces(self, path: str) -> bool:
        """Whether the notebook writes a path itself before it reads it."""
        files = self.before - self.folders
        return path in files or any(path.startswith(f"{other}/") for other in files)

    def explains(self, path: str) -> bool:
        """Whether a path that is not beside the notebook may come from the notebook."""
        inside = any(path.startswith(f"{folder}/") for folder in self.folders & self.made)
        return inside or path in self.folders or any(fnmatchcase(p, path) for p in self.before)


def _needed(pipeline: Pipeline) -> Iterator[tuple[FileUse, _Written]]:
    """The uses that read what was there before the notebook ran, each path once.

    Yields:
        The use, and what was written before it.
    """
    order = {cell.id: cell.index for cell in pipeline.document.cells}
    made = frozenset(_plain(use.path) for use in pipeline.files if use.folder)
    written: set[str] = set()
    folders: set[str] = set()
    seen: set[tuple[str, bool]] = set()
    for use in sorted(pipeline.files, key=lambda use: (order.get(use.cell, -1), use.line)):
        path = _plain(use.path)
        key = (path, use.optional and path in made)  # only asks: what is in it may be read later
        so_far = _Written(frozenset(written), made, frozenset(folders))
        if use.reads and key not in seen and not so_far.replaces(path):
            seen.add(key)
            yield use, so_far
        if use.writes:
            written.add(path)
            folders.update(_parents(path), {path} if use.folder else ())


def _parents(path: str) -> Iterator[str]:
    while path := posixpath.dirname(path):
        if path == "/":
            return
        yield path


def _attach_use(use: FileUse, written: _Written, folder: Path, found: _Found) -> None:
    if not use.path.strip() or "://" in use.path or "\0" in use.path:
        return
    if use.path.startswith(_SYSTEM_FOLDERS):
        return
    path = _plain(use.path)
    if use.optional and path in written.made:
        return  # the notebook asks for a folder that it makes
    if _is_outside(path):
        message = f"the code reads {use.path!r}, which is outside the notebook's folder"
        found.diagnostics.append(rules.OUTSIDE_FILE.at(message, cell=use.cell, line=use.line))
        return
    files = _listed(path, folder) if use.listing else _matches(path, folder)
    if files is not None and any(_is_hidden_part(part) for part in path.split("/")):
        message = f"the code reads the hidden {use.path!r}, which does not travel with the notebook"
        found.diagnostics.append(rules.HIDDEN_FILE.at(message, cell=use.cell, line=use.line))
    elif files is not None:
        # What a step wrote before does not travel: a copy of it here is of an earlier run.
        own = (f for f in files if not written.replaces(f.relative_to(folder).as_posix()))
        found.add(own, folder)
    elif not _may_be_missing(use, path, written):
        message = f"the code reads {use.path!r}, which is not beside the notebook"
        hint = None
        if path == ".":
            message = "the code reads the notebook's own folder, which does not travel as a whole"
            hint = "Name the files that it needs in `metadata.nbflow.files`, such as `data/*.csv`."
        missing = rules.MISSING_FILE.at(message, cell=use.cell, line=use.line, hint=hint)
        found.diagnostics.append(missing)


def _may_be_missing(use: FileUse, path: str, written: _Written) -> bool:
    """Whether it is no mistake that there is nothing of a path."""
    if use.optional or written.explains(path):
        return True
    # Opened to change: made where it is not there. A pattern may match nothing.
    return use.writes or (use.listing and _is_pattern(path))


def _listed(path: str, folder: Path) -> list[Path] | None:
    """The files of a folder whose names are read; notebooks only where a pattern names them."""
    files = list(_files_in(folder)) if path == "." else _matches(path, folder)
    if files is None or path.endswith(".ipynb"):
        return files
    return [file for file in files if file.suffix != ".ipynb"]


def _is_pattern(path: str) -> bool:
    return any(char in path for char in "*?[")


def _attach_declared(
    what: str, pattern: str, cell: str | None, folder: Path, found: _Found
) -> None:
    path = _plain(pattern)
    outside = _is_outside(path)
    files = None if outside else _matches(path, folder)
    if files:
        found.add(files, folder)
        return
    why = "is outside the notebook's folder" if outside else "matches no file beside the notebook"
    found.diagnostics.append(rules.NO_SUCH_FILES.at(f"{what} {why}", cell=cell))


def _matches(path: str, folder: Path) -> list[Path] | None:
    """The file of this path, the files in the folder of this path, or what the glob matches.

    None where there is nothing of this name.
    """
    if path == ".":
        return None
    exact = folder / path
    try:
        if exact.exists():
            return list(_files_in(exact))
        if not _is_pattern(path):
            return None
        matches = [match for match in folder.glob(path) if not _is_hidden(match, folder)]
    except (OSError, ValueError):  # a path that this file system cannot have
        return None
    return [file for match in matches for file in _files_in(match)] or None


def _files_in(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        for parent, folders, names in os.walk(path):
            kept = (name for name in folders if not _is_left_out(Path(parent, name)))
            folders[:] = sorted(kept)
            for name in sorted(names):
                file = Path(parent, name)
                if not _is_hidden_name(name) and file.is_file():
                    yield file


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(_is_hidden_name(part) for part in path.relative_to(folder).parts)


def _is_hidden_part(part: str) -> bool:
    return part.startswith(".") and part != "."


def _is_left_out(folder: Path) -> bool:
    return _is_hidden_name(folder.name) or (folder / "pyvenv.cfg").exists()


def _is_hidden_name(name: str) -> bool:
    return name.startswith(".") or name in _HIDDEN_FOLDERS or name.endswith(".pyc")


def _plain(path: str) -> str:
    return posixpath.normpath(path.strip().replace("\\", "/"))


def _is_outside(path: str) -> bool:
    return path.startswith(("/", "~", "../")) or path == ".." or path[1:2] == ":"


def _read(found: _Found, max_bytes: int) -> dict[str, bytes]:
    sizes = {name: _size(path) for name, path in sorted(found.files.items())}
    total = sum(sizes.values())
    if total > max_bytes:
        largest = sorted(sizes, key=lambda name: (-sizes[name], name))[:_SHOWN]
        shown = ", ".join(f"{name!r} ({_megabytes(sizes[name])})" for name in largest)
        limit = _megabytes(max_bytes)
        message = f"the files of the notebook have {_megabytes(total)}, over {limit}: {shown}"
        found.diagnostics.append(rules.TOO_LARGE.at(message))
        return {}
    contents = {}
    for name in sizes:
        try:
            name.encode()  # the names of a bundle's files are text, wherever it is published
            contents[name] = found.files[name].read_bytes()
        except UnicodeEncodeError:
            message = f"the name of the file {name!r} beside the notebook is not UTF-8"
            found.diagnostics.append(rules.UNREADABLE_FILE.at(message, hint="Rename the file."))
        except OSError as error:
            message = f"the file {name!r} beside the notebook cannot be read: {error.strerror}"
            found.diagnostics.append(rules.UNREADABLE_FILE.at(message))
    return contents


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # gone since it was found, which reading it will tell
        return 0


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MB"
