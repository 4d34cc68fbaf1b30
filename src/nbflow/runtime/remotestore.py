"""A store behind an fsspec file system: S3 and its like."""

from __future__ import annotations

import mmap
import os
import tempfile
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from nbflow.errors import MissingExtraError, StoreError
from nbflow.runtime.folderstore import draft_name, is_draft
from nbflow.runtime.mappings import Memory
from nbflow.runtime.room import make_room
from nbflow.runtime.store import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RemoteStore"]

_PART = 8 << 20
"""Bytes that one request moves."""
_AT_ONCE = 8
"""Requests under way at a time."""
_SMALL = 1 << 20
"""Bytes up to which a part of a file is held in memory instead of a mapped file."""
_OBJECT_STORES = {"abfs", "adl", "az", "gcs", "gs", "memory", "oci", "oss", "s3", "s3a"}
"""Protocols without real folders, whose files appear whole or not at all."""


class RemoteStore:
    """See `Store`. Nothing is asked of the place before it is used, and no listing is kept."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._files, self._root = _file_system(self.url)
        protocols = self._files.protocol
        self._protocols = {protocols} if isinstance(protocols, str) else set(protocols)
        self._is_flat = bool(self._protocols & _OBJECT_STORES)
        self._is_s3 = "s3" in self._protocols
        self._mapped: dict[tuple[Any, ...], IO[bytes]] = {}
        weakref.finalize(self, _close, self._mapped)

    def _path(self, path: str) -> str:
        return f"{self._root}/{path}".rstrip("/")

    def read(self, path: str) -> bytes:
        """See `Store`."""
        # Else s3fs asks for the size first, to read in parts.
        options = {"max_concurrency": 1} if self._is_s3 else {}
        with self._explained(path):
            data: bytes = self._files.cat_file(self._path(path), **options)
            return data

    def write(self, path: str, data: bytes) -> None:
        """See `Store`."""
        if not self._is_flat:
            with self.create(path) as stream:
                stream.write(data)
            return
        with self._explained(path):
            self._files.pipe_file(self._path(path), data)

    def exists(self, path: str) -> bool:
        """See `Store`."""
        try:
            self._about(path)
        except FileNotFoundError:
            return False
        return True

    def names(self, path: str = "") -> tuple[str, ...]:
        """See `Store`."""
        folder = self._path(path)
        try:
            with self._explained(path):
                found = self._files.ls(folder, detail=False)
        except (FileNotFoundError, NotADirectoryError):
            return ()
        names = {one.rstrip("/").rpartition("/")[2] for one in found if one.rstrip("/") != folder}
        return tuple(sorted(name for name in names if not is_draft(name)))

    def entries(self, path: str = "") -> tuple[Entry, ...]:
        """See `Store`."""
        folder = self._path(path)
        try:
            with self._explained(path):
                found = self._files.ls(folder, detail=True)
        except (FileNotFoundError, NotADirectoryError):
            return ()
        entries = [_entry(one) for one in found if one["name"].rstrip("/") != folder]
        return tuple(sorted((e for e in entries if not is_draft(e.name)), key=_by_name))

    @contextmanager
    def create(self, path: str) -> Iterator[IO[bytes]]:
        """See `Store`; it is written locally first, and sent in parallel when it is complete."""
        with tempfile.NamedTemporaryFile(prefix="nbflow-") as stream:
            yield stream
            stream.flush()
            self.put(path, Path(stream.name))

    def put(self, path: str, source: Path) -> None:
        """See `Store`."""
        target = self._path(path)
        with self._explained(path):
            if self._is_s3:
                self._files.put_file(str(source), target, chunksize=_PART, max_concurrency=_AT_ONCE)
            elif self._is_flat:
                self._files.put_file(str(source), target)
            else:
                folder, _, name = target.rpartition("/")
                self._files.makedirs(folder, exist_ok=True)
                draft = f"{folder}/{draft_name(name)}"
                self._files.put_file(str(source), draft)
                self._files.mv(draft, target)

    def holds(self, path: str, *, sha256: str, size: int) -> bool:  # noqa: ARG002 - see `Store`
        """See `Store`; an object store keeps objects whole."""
        try:
            return bool(self._about(path)["size"] == size)
        except FileNotFoundError:
            return False

    def fetch(self, path: str, target: Path) -> None:
        """See `Store`."""
        size = self._about(path)["size"]
        with target.open("wb") as stream:
            self._download(path, stream, offset=0, size=size)

    def buffer(self, path: str, *, offset: int, size: int) -> memoryview:
        """See `Store`; a large part is mapped from a local file that has no name."""
        if size <= _SMALL:
            return memoryview(Memory(self._range(path, offset, size)))
        about = self._about(path)
        size = max(0, min(size, about["size"] - offset))
        key = (path, offset, size, about.get("ETag") or str(about))
        if not size:
            return memoryview(Memory())
        if key not in self._mapped:
            stream = tempfile.TemporaryFile(prefix="nbflow-")  # noqa: SIM115 - closed by `_close`
            self._download(path, stream, offset=offset, size=size)
            self._mapped[key] = stream
        make_room(size)
        return memoryview(mmap.mmap(self._mapped[key].fileno(), size, access=mmap.ACCESS_COPY))

    def _about(self, path: str) -> dict[str, Any]:
        with self._explained(path):
            found: dict[str, Any] = self._files.info(self._path(path))
            return found

    def _range(self, path: str, offset: int, size: int) -> bytes:
        with self._explained(path):
            if not size:
                self._files.info(self._path(path))
                return b""
            data: bytes = self._files.cat_file(self._path(path), start=offset, end=offset + size)
            return data

    def _download(self, path: str, stream: IO[bytes], *, offset: int, size: int) -> None:
        """Write part of a file into a local one, several requests at once."""
        os.ftruncate(stream.fileno(), size)

        def move(start: int) -> None:
            data = self._range(path, offset + start, min(_PART, size - start))
            os.pwrite(stream.fileno(), data, start)

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for _ in pool.map(move, range(0, size, _PART)):
                pass

    @contextmanager
    def _explained(self, path: str) -> Iterator[None]:
        """What a file system says as ours; a missing file stays FileNotFoundError."""
        try:
            yield
        except FileNotFoundError as error:
            if "NoSuchBucket" in _codes(error):
                raise StoreError(
                    f"the store {self.url} is not there: no such bucket",
                    hint="make the bucket, or correct `store` in nbflow.yaml",
                ) from error
            raise
        except (NotADirectoryError, StoreError):
            raise
        except Exception as error:
            raise StoreError(
                f"{path or 'the folder'} in the store {self.url} cannot be reached: "
                f"{type(error).__name__}: {error}",
                hint=_hint(error),
            ) from error


def _file_system(url: str) -> tuple[Any, str]:
    import fsspec
    from fsspec.registry import known_implementations

    protocol = url.partition("://")[0]
    try:
        # An own instance: those that the author's cells use may remember listings.
        files, root = fsspec.core.url_to_fs(url, skip_instance_cache=True)  # type: ignore[no-untyped-call]
    except ImportError as error:
        known = known_implementations.get(protocol, {})
        package = known.get("class", protocol).partition(".")[0]
        extra = "'nbflow[s3]'" if package == "s3fs" else package
        raise MissingExtraError(
            f"the store {url} needs the package {package}, which is not installed: {error}",
            hint=f"pip install {extra}",
        ) from error
    except ValueError as error:
        raise StoreError(
            f"the store {url} cannot be used: {error}",
            hint="`store` is a folder, or a URL such as s3://bucket/folder",
        ) from error
    if hasattr(files, "dircache"):
        files.dircache.use_listings_cache = False
    return files, str(root).rstrip("/")


def _by_name(entry: Entry) -> str:
    return entry.name


def _entry(about: dict[str, Any]) -> Entry:
    """What a listing of fsspec's says; each file system has a word of its own for the time."""
    name = about["name"].rstrip("/").rpartition("/")[2]
    times = ("LastModified", "last_modified", "mtime", "updated")
    changed = next((about[key] for key in times if about.get(key)), None)
    if isinstance(changed, str):
        changed = datetime.fromisoformat(changed)
    if isinstance(changed, datetime):
        changed = changed.timestamp()
    return Entry(name, None if about["type"] == "directory" else about["size"], changed)


def _close(mapped: dict[tuple[Any, ...], IO[bytes]]) -> None:
    for stream in mapped.values():
        stream.close()


def _codes(error: BaseException | None) -> set[str]:
    """The error codes of S3 in an exception and in those that it came from."""
    found = set()
    while error is not None:
        answer = getattr(error, "response", None)
        if isinstance(answer, dict):
            found.add(str(answer.get("Error", {}).get("Code")))
        error = error.__cause__ or error.__context__
    return found


def _hint(error: Exception) -> str:
    if isinstance(error, PermissionError) or "Credentials" in type(error).__name__:
        return (
            "see that the credentials that this process finds (AWS_ACCESS_KEY_ID, a profile, the "
            "pod's service account) may read, write and list there"
        )
    if any(word in type(error).__name__ for word in ("Connect", "Timeout", "Resolve")):
        return (
            "see that the address is right (AWS_ENDPOINT_URL for a store of your own) and can be "
            "reached from here, then run the step again"
        )
    return "see that the store exists, may be written, and has room, then run the step again"
