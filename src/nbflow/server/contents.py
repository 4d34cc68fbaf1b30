"""Notebooks and folders as the server's contents manager has them, and where they lie here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.services.contents.filemanager import FileContentsManager
from jupyter_server.utils import ensure_async

from nbflow import api
from nbflow.errors import NotebookError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Contents"]


class Contents:
    """What the server shows its users, wherever it keeps that."""

    def __init__(self, manager: Any, *, root: str) -> None:
        """`root` is the server's folder, for a manager that keeps things elsewhere."""
        self._manager = manager
        self._files = isinstance(manager, FileContentsManager)
        self._root = Path(manager.root_dir if self._files else root).resolve()

    def place(self, path: str) -> Path:
        """Where something lies on this machine; of contents that are elsewhere, where it would lie.

        Raises:
            UsageError: it leads out of the server's root, or is hidden there.
        """
        parts = [part for part in path.split("/") if part]
        if "\0" in path or "\\" in path or any(part in {".", ".."} for part in parts):
            raise UsageError(
                f"{path!r} is no path in the server's contents",
                hint="Name it relative to the server's root, with slashes.",
            )
        if not self._manager.allow_hidden and any(part.startswith(".") for part in parts):
            raise UsageError(f"{path!r} is hidden", hint="The server shows no hidden files.")
        return self._root.joinpath(*parts)

    async def folder(self, path: str) -> Path:
        """A folder that is there.

        Raises:
            UsageError: it is not, or it may not be looked at.
        """
        place = self.place(path)
        if not await ensure_async(self._manager.dir_exists(path.strip("/"))):
            raise UsageError(f"there is no folder {path!r}", hint="Name a folder of the project.")
        return place

    async def notebook(self, path: str) -> Mapping[str, Any] | None:
        """A saved notebook's content; None of a pipeline's file, which is read where it lies.

        Raises:
            NotebookError: it is a pipeline's file, and is not on this machine.
        """
        if not api.is_composition(path):
            model = await ensure_async(
                self._manager.get(path.strip("/"), content=True, type="notebook")
            )
            content: Mapping[str, Any] = model["content"]
            return content
        if not self._files:
            raise NotebookError(
                f"{path} is a pipeline of several notebooks, which must be files on this machine",
                hint="This server keeps its contents elsewhere.",
            )
        return None
