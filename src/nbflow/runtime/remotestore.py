"""A store behind an fsspec file system: S3 and its like."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from nbflow.errors import MissingExtraError, StoreError
from nbflow.runtime.distantstore import AT_ONCE, PART, About, DistantStore, signs_first
from nbflow.runtime.entries import Entry
from nbflow.runtime.folderstore import draft_name, is_draft

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["RemoteStore"]

_OBJECT_STORES = {"abfs", "adl", "az", "gcs", "gs", "memory", "oci", "oss", "s3", "s3a"}
"""Protocols without real folders, whose files appear whole or not at all."""


class RemoteStore(DistantStore):
    """See `Store`. Nothing is asked of the place before it is used, and no listing is kept."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._files, self._root = _file_system(self.url)
        protocols = self._files.protocol
        self._protocols = {protocols} if isinstance(protocols, str) else set(protocols)
        self._is_flat = bool(self._protocols & _OBJECT_STORES)
        self._is_s3 = "s3" in self._protocols

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
            self.about(path)
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

    def put(self, path: str, source: Path) -> None:
        """See `Store`."""
        target = self._path(path)
        with self._explained(path):
            if self._is_s3:
                self._files.put_file(str(source), target, chunksize=PART, max_concurrency=AT_ONCE)
            elif self._is_flat:
                self._files.put_file(str(source), target)
            else:
                folder, _, name = target.rpartition("/")
                self._files.makedirs(folder, exist_ok=True)
                draft = f"{folder}/{draft_name(name)}"
                self._files.put_file(str(source), draft)
                self._files.mv(draft, target)

    def remove(self, path: str) -> None:
        """See `Store`."""
        target = self._path(path)
        with suppress(FileNotFoundError), self._explained(path):
            found = [str(one) for one in self._files.find(target)]
            for some in signs_first(found):
                self._files.rm(some)
            if not self._is_flat and self._files.isdir(target):
                self._files.rm(target, recursive=True)

    def about(self, path: str) -> About:
        """See `DistantStore`."""
        with self._explained(path):
            found: dict[str, Any] = self._files.info(self._path(path))
            return About(found["size"], str(found.get("ETag") or found))

    def part(self, path: str, *, offset: int, size: int) -> bytes:
        """See `DistantStore`."""
        with self._explained(path):
            data: bytes = self._files.cat_file(self._path(path), start=offset, end=offset + size)
            return data

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
