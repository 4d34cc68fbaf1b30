"""Where a run keeps what it makes: a local folder, or any place that fsspec reaches."""

from __future__ import annotations

import io
import mmap
import os
import shutil
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LocalStore", "RemoteStore", "Store", "open_store"]


class Store(Protocol):
    """A folder. Paths are relative to it, with `/`. Missing files raise FileNotFoundError."""

    url: str

    def read(self, path: str) -> bytes:
        """The whole content of a small file."""

    def write(self, path: str, data: bytes) -> None:
        """Write a small file so that readers see the old content or the new, never a part."""

    def exists(self, path: str) -> bool:
        """Whether there is a file or a folder of this name."""

    def create(self, path: str) -> Any:
        """Context manager with a binary stream; what was written is durable when it ends."""

    def fetch(self, path: str, target: Path) -> None:
        """Copy a file out to the local path `target`."""

    def buffer(self, path: str, *, offset: int, size: int) -> memoryview:
        """Part of a file as private, writable memory: mapped copy-on-write where possible."""


def open_store(url: str) -> Store:
    """The folder at a local path, a `file://` URL, or any URL that fsspec knows."""
    if "://" not in url:
        return LocalStore(Path(url).expanduser())
    parts = urlsplit(url)
    if parts.scheme == "file":
        return LocalStore(Path(unquote(parts.path)))
    return RemoteStore(url)


class LocalStore:
    """A folder of a file system."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(os.path.abspath(folder))  # noqa: PTH100 - keeps symbolic links
        self.url = str(self.folder)

    def read(self, path: str) -> bytes:
        """See `Store`."""
        return (self.folder / path).read_bytes()

    def write(self, path: str, data: bytes) -> None:
        """See `Store`."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
        try:
            with draft.open("wb") as stream:
                stream.write(data)
                _flush(stream)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
        _flush_folder(target.parent)

    def exists(self, path: str) -> bool:
        """See `Store`."""
        return (self.folder / path).exists()

    @contextmanager
    def create(self, path: str) -> Iterator[IO[bytes]]:
        """See `Store`."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as stream:
            yield stream
            _flush(stream)

    def fetch(self, path: str, target: Path) -> None:
        """See `Store`."""
        shutil.copyfile(self.folder / path, target)

    def buffer(self, path: str, *, offset: int, size: int) -> memoryview:
        """See `Store`."""
        extra = offset % mmap.ALLOCATIONGRANULARITY
        with (self.folder / path).open("rb") as stream:
            if not size or os.fstat(stream.fileno()).st_size < offset + size:
                stream.seek(offset)
                return memoryview(bytearray(stream.read(size)))
            mapped = mmap.mmap(
                stream.fileno(), size + extra, access=mmap.ACCESS_COPY, offset=offset - extra
            )
        return memoryview(mapped)[extra:]


class RemoteStore:
    """A folder behind an fsspec file system."""

    def __init__(self, url: str) -> None:
        import fsspec

        self.url = url.rstrip("/")
        self._files, self._root = fsspec.core.url_to_fs(self.url)  # type: ignore[no-untyped-call]

    def _path(self, path: str) -> str:
        return f"{self._root}/{path}"

    def read(self, path: str) -> bytes:
        """See `Store`."""
        data: bytes = self._files.cat_file(self._path(path))
        return data

    def write(self, path: str, data: bytes) -> None:
        """See `Store`; an object store puts whole objects or nothing."""
        with self.create(path) as stream:
            stream.write(data)

    def exists(self, path: str) -> bool:
        """See `Store`."""
        return bool(self._files.exists(self._path(path)))

    @contextmanager
    def create(self, path: str) -> Iterator[IO[bytes]]:
        """See `Store`."""
        self._files.makedirs(self._path(path).rpartition("/")[0], exist_ok=True)
        with self._files.open(self._path(path), "wb") as stream:
            yield stream

    def fetch(self, path: str, target: Path) -> None:
        """See `Store`."""
        with self._files.open(self._path(path), "rb") as source, target.open("wb") as stream:
            shutil.copyfileobj(source, stream, 1 << 20)

    def buffer(self, path: str, *, offset: int, size: int) -> memoryview:
        """See `Store`."""
        data = self._files.cat_file(self._path(path), start=offset, end=offset + size)
        return memoryview(bytearray(data))


def _flush(stream: io.BufferedWriter) -> None:
    stream.flush()
    os.fsync(stream.fileno())


def _flush_folder(folder: Path) -> None:
    # Not every file system lets a folder be synced; the rename itself is done either way.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
