"""Which files a step looked at before it wrote them."""

from __future__ import annotations

import fnmatch
import hashlib
import os
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbflow

if TYPE_CHECKING:
    from nbflow.runtime.workspace import Workspace

__all__ = ["INSTALLED", "Reads", "digest_of"]

_WORD = re.compile(r"[\w./*?\[\]-]+")
_COMMANDS = {"subprocess.Popen", "os.system", "os.posix_spawn"}
_LISTINGS = {"os.listdir", "os.scandir"}
INSTALLED = (
    *(
        f"{os.path.realpath(prefix)}/{libraries}/python"
        for prefix in {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}
        for libraries in ("lib", "lib64", "local/lib")
    ),
    *(f"{Path(place).resolve().parent}/" for place in (os.__file__, nbflow.__file__)),
)
"""Where Python, its packages and nbflow are: what is opened there is told by their versions."""
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_SYSTEM = ("/proc/", "/sys/", "/dev/")
_MANY = 5000
"""Of more files than this it is not watched which ones are read: all of them count."""


class Reads:
    """Listens to Python opening files and listing folders, and to commands that name them.

    What libraries read without Python, the file system tells: it notes when a file was read last.

    Attributes:
        files: paths read by the cells as they were before this step, also paths that were not
            there.
        folders: folders listed by them.
        written: paths that the step opened to write.
        outside: files elsewhere that were opened to read, by absolute path.
        made: files elsewhere that were opened to write.
        listed: folders elsewhere that were listed.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._root = str(workspace.folder) + os.sep
        self._cells = False
        self._listening = True
        self._early: set[str] = set()
        self._listed_early: set[str] = set()
        self.written: set[str] = set()
        self.files: set[str] = set()
        self.folders: set[str] = set()
        self.outside: set[str] = set()
        self.made: set[str] = set()
        self.listed: set[str] = set()
        self._watched = _watch_times(workspace)
        sys.addaudithook(self._hear)

    def start(self) -> None:
        """The author's cells begin."""
        self._cells = True

    def stop(self) -> None:
        """Listen no more; Python cannot take an audit hook away."""
        self._listening = False

    def seen(self) -> set[str]:
        """Paths that the step read as they were before it, in its setup or its cells.

        To be asked before anything else reads the files.
        """
        files = (getattr(one, "__file__", None) for one in list(sys.modules.values()))
        local = (path for path in files if isinstance(path, str) and path.startswith(self._root))
        modules = {path.removeprefix(self._root) for path in local}
        found = self.files | self._early | modules
        if self._watched is None:
            return found | {path for path in self._workspace.seeded if self._is_file(path)}
        return found | {path for path in self._watched if _was_read(self._root + path)}

    def record(self) -> dict[str, Any]:
        """What a manifest keeps as `seen`; to be asked before anything else reads the files."""
        files = {path: digest_of(self._workspace, path) for path in sorted(self.seen())}
        return {"files": files, "folders": sorted(self.seen_folders())}

    def _is_file(self, path: str) -> bool:
        return "folder" not in self._workspace.seeded[path]

    def seen_folders(self) -> set[str]:
        """Folders that the step listed, in its setup or its cells."""
        return self.folders | self._listed_early

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._listening:
            return
        # What a hook raises, the author's own call would raise.
        with suppress(OSError, ValueError):
            self._note(event, arguments)

    def _note(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            self._opened(arguments)
        elif event == "sqlite3.connect":
            self._opened((arguments[0], "r", 0))
        elif event == "os.rename":
            self.written.update(filter(None, map(self._relative, arguments[:2])))
        elif event in _COMMANDS:
            self._named_by_command(repr(arguments[:2]))
        elif event in _LISTINGS and not _is_import():
            path = self._relative("." if arguments[0] is None else arguments[0])
            if path is not None:
                (self.folders if self._cells else self._listed_early).add(path)
            else:
                self._elsewhere("." if arguments[0] is None else arguments[0], self.listed)

    def _relative(self, path: Any) -> str | None:
        if not isinstance(path, str | bytes | os.PathLike):
            return None
        full = os.path.realpath(os.fsdecode(path))
        if full + os.sep == self._root:
            return ""
        return full.removeprefix(self._root) if full.startswith(self._root) else None

    def _opened(self, arguments: tuple[Any, ...]) -> None:
        if isinstance(arguments[0], str) and arguments[0].startswith(INSTALLED):
            return
        path = self._relative(arguments[0])
        mode, flags = arguments[1], arguments[2] or 0
        truncates = bool(flags & os.O_TRUNC) or (isinstance(mode, str) and "w" in mode)
        if path is None:
            writes = bool(flags & _WRITING) or (
                isinstance(mode, str) and bool(set("wax+") & {*mode})
            )
            self._elsewhere(arguments[0], self.made if writes else self.outside)
        if not path or path in self.written or _is_bytecode(self._root + path):
            return
        if truncates or not self._workspace.is_as_seeded(path):
            self.written.add(path)
        else:
            (self.files if self._cells else self._early).add(path)

    def _elsewhere(self, path: Any, found: set[str]) -> None:
        if isinstance(path, str | bytes | os.PathLike):
            full = os.path.realpath(os.fsdecode(path))
            if not full.startswith((*INSTALLED, *_SYSTEM)) and not _is_bytecode(full):
                found.add(full)

    def _named_by_command(self, text: str) -> None:
        for word in _WORD.findall(text):
            for path in self._workspace.seeded:
                if fnmatch.fnmatch(path, word.removeprefix("./")) and path not in self.written:
                    (self.files if self._cells else self._early).add(path)


def _is_bytecode(path: str) -> bool:
    """Whether Python keeps there what it has compiled; where, `PYTHONPYCACHEPREFIX` may say."""
    prefix = sys.pycache_prefix
    kept = prefix is not None and path.startswith(f"{os.path.realpath(prefix)}{os.sep}")
    return kept or "__pycache__" in path


def _is_import() -> bool:
    name: str = sys._getframe(3).f_globals.get("__name__", "")
    return name.startswith("importlib")


def digest_of(workspace: Workspace, path: str) -> str | None:
    """The sha256 of a file as it was when the step began; None where there was none."""
    entry = workspace.seeded.get(path)
    if entry is None or "folder" in entry:
        return None
    if "link" in entry:
        return f"link to {entry['link']}"
    if "sha256" not in entry:
        with Path(entry["source"]).open("rb") as stream:
            entry["sha256"] = hashlib.file_digest(stream, "sha256").hexdigest()
    found: str = entry["sha256"]
    return found


def _watch_times(workspace: Workspace) -> list[str] | None:
    """Let the times of last reading tell; None where the file system does not keep them."""
    paths = [path for path, entry in workspace.seeded.items() if "seen" in entry]
    if len(paths) > _MANY:
        return None
    probe = None
    for path in paths:
        full = workspace.folder / path
        status = full.stat()
        os.utime(full, ns=(0, status.st_mtime_ns))
        if probe is None and status.st_size and status.st_nlink == 1:
            probe = full
    kept = probe is None or _keeps_times(probe)
    workspace.remember(paths)
    return paths if kept else None


def _keeps_times(file: Path) -> bool:
    with file.open("rb") as stream:
        stream.read(1)
    kept = _was_read(str(file))
    os.utime(file, ns=(0, file.stat().st_mtime_ns))
    return kept


def _was_read(path: str) -> bool:
    """Whether a watched file was read; a linked one may have been read elsewhere, and counts."""
    try:
        status = os.lstat(path)
    except OSError:
        return True
    return status.st_atime_ns != 0 or status.st_nlink > 1
