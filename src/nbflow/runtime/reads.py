"""Which files of its working directory a step's cells looked at before writing them."""

from __future__ import annotations

import fnmatch
import os
import re
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbflow.runtime.workspace import Workspace

__all__ = ["Reads"]

_WORD = re.compile(r"[\w./*?\[\]-]+")
_COMMANDS = {"subprocess.Popen", "os.system", "os.posix_spawn"}
_LISTINGS = {"os.listdir", "os.scandir"}


class Reads:
    """Listens to Python opening files and listing folders, and to commands that name them.

    Attributes:
        files: paths read as they were before this step, also paths that were not there.
        folders: folders listed.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._root = str(workspace.folder) + os.sep
        self._own: set[str] = set()
        self._listening = False
        self.files: set[str] = set()
        self.folders: set[str] = set()
        sys.addaudithook(self._hear)

    def start(self) -> None:
        """Begin to listen."""
        self._listening = True

    def stop(self) -> None:
        """Listen no more; Python cannot take an audit hook away."""
        self._listening = False

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
            self._own.update(filter(None, map(self._relative, arguments[:2])))
        elif event in _COMMANDS:
            self._named_by_command(repr(arguments[:2]))
        elif event in _LISTINGS and not _is_import():
            path = self._relative("." if arguments[0] is None else arguments[0])
            if path is not None:
                self.folders.add(path)

    def _relative(self, path: Any) -> str | None:
        if not isinstance(path, str | bytes | os.PathLike):
            return None
        full = os.path.realpath(os.fsdecode(path))
        if full + os.sep == self._root:
            return ""
        return full.removeprefix(self._root) if full.startswith(self._root) else None

    def _opened(self, arguments: tuple[Any, ...]) -> None:
        path = self._relative(arguments[0])
        if not path or path in self._own or "__pycache__" in path:
            return
        mode, flags = arguments[1], arguments[2] or 0
        truncates = bool(flags & os.O_TRUNC) or (isinstance(mode, str) and "w" in mode)
        if truncates or not self._workspace.is_as_seeded(path):
            self._own.add(path)
        else:
            self.files.add(path)

    def _named_by_command(self, text: str) -> None:
        for word in _WORD.findall(text):
            for path in self._workspace.seeded:
                if fnmatch.fnmatch(path, word.removeprefix("./")) and path not in self._own:
                    self.files.add(path)


def _is_import() -> bool:
    name: str = sys._getframe(3).f_globals.get("__name__", "")
    return name.startswith("importlib")
