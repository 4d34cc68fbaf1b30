"""Notebooks and folders as the server's contents manager has them, and where they lie here."""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
from base64 import decodebytes, encodebytes
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.services.contents.filemanager import FileContentsManager
from jupyter_server.utils import ensure_async

from nbflow import api
from nbflow.errors import NotebookError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["Contents"]

_LARGEST = 256 * 2**20
"""Bytes of a file that is written into contents that are elsewhere: it goes through memory."""


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
            UsageError: it leads out of the server's root, is hidden there, or is none that a
                contents manager could name.
        """
        parts = [part for part in path.split("/") if part]
        unfit = "\0" in path or "\\" in path or not _is_utf8(path)
        if unfit or any(part in {".", ".."} for part in parts):
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
        if not await self.has_folder(path):
            raise UsageError(f"there is no folder {path!r}", hint="Name a folder of the project.")
        return place

    async def has_folder(self, path: str) -> bool:
        """Whether a folder is there."""
        return bool(await ensure_async(self._manager.dir_exists(path.strip("/"))))

    def may_have(self, path: str) -> bool:
        """Whether the server would show a file of this path below one of its folders."""
        try:
            self.place(path)
        except UsageError:
            return False
        return not path.startswith("/")

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

    async def holds(self, path: str, *, size: int, sha256: str) -> bool | None:
        """Whether a file has this content; None where there is no file.

        Raises:
            UsageError: it leads out of the server's root, or a file cannot be there.
        """
        place = self.place(path)
        if await self.has_folder(path):
            raise UsageError(f"{path} is a folder", hint="Move or rename it, then save again.")
        if self._files:
            return await asyncio.to_thread(self._holds, path, place, size, sha256)
        if not await ensure_async(self._manager.file_exists(path)):
            return None
        model = await ensure_async(self._manager.get(path, content=True))
        kept = _bytes_of(model)
        return kept is not None and hashlib.sha256(kept).hexdigest() == sha256

    async def write(self, path: str, fetch: Callable[[Path], None]) -> None:
        """Write a file, whole or not at all; `fetch` is called in a thread, with where to.

        Raises:
            UsageError: it leads out of the server's root, or cannot be written.
        """
        place = self.place(path)
        if self._files:
            await asyncio.to_thread(self._write, path, place, fetch)
            return
        content = await asyncio.to_thread(_fetched, path, fetch)
        folders = path.strip("/").split("/")[:-1]
        for count in range(1, len(folders) + 1):
            folder = "/".join(folders[:count])
            if not await self.has_folder(folder):
                await ensure_async(self._manager.save({"type": "directory"}, folder))
        await ensure_async(self._manager.save({"type": "file", **_model_of(content)}, path))

    def _holds(self, path: str, place: Path, size: int, sha256: str) -> bool | None:
        with self._within_root(path, place):
            if place.is_symlink():
                return False  # What it leads to is not written, and not read.
            if not place.exists():
                return None
            with place.open("rb") as stream:
                if os.fstat(stream.fileno()).st_size != size:
                    return False
                return hashlib.file_digest(stream, "sha256").hexdigest() == sha256

    def _write(self, path: str, place: Path, fetch: Callable[[Path], None]) -> None:
        with self._within_root(path, place):
            place.parent.mkdir(parents=True, exist_ok=True)
            file, name = tempfile.mkstemp(prefix=f".{place.name[:20]}.", dir=place.parent)
            os.close(file)
            draft = Path(name)
            try:
                fetch(draft)
                draft.replace(place)
            except BaseException:
                draft.unlink(missing_ok=True)
                raise

    @contextmanager
    def _within_root(self, path: str, place: Path) -> Iterator[None]:
        """Refuse a place that links lead out of the root, and tell what the system refuses."""
        try:
            if not place.parent.resolve().is_relative_to(self._root):
                raise UsageError(
                    f"{path!r} leads out of the server's root",
                    hint="A folder of it is a link to elsewhere: rename or delete that.",
                )
            yield
        except OSError as error:
            raise UsageError(
                f"{path} cannot be written: {error.strerror}",
                hint="See what is there, and move or rename what is in the way.",
            ) from error


def _is_utf8(path: str) -> bool:
    """Whether a path is text; names that the system has may be any bytes."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _fetched(path: str, fetch: Callable[[Path], None]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "file"
        fetch(place)
        if place.stat().st_size > _LARGEST:
            raise UsageError(
                f"{path} has more than {_LARGEST // 2**20} MiB",
                hint="This server keeps its contents elsewhere; `nbflow output` writes it out.",
            )
        return place.read_bytes()


def _model_of(content: bytes) -> dict[str, str]:
    """A file's content as contents managers take it."""
    try:
        return {"format": "text", "content": content.decode("utf-8")}
    except UnicodeDecodeError:
        return {"format": "base64", "content": encodebytes(content).decode("ascii")}


def _bytes_of(model: Mapping[str, Any]) -> bytes | None:
    """A file's content as contents managers give it; None of a notebook, which has many forms."""
    if model["format"] == "text":
        return str(model["content"]).encode("utf-8")
    return decodebytes(model["content"].encode("ascii")) if model["format"] == "base64" else None
