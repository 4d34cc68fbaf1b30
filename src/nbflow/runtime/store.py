"""Where a run keeps what it makes: a local folder, or any place that fsspec reaches."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from nbflow.runtime.entries import Entry

__all__ = ["SIGNS", "Store", "open_store"]

SIGNS = frozenset({"manifest.json", "run.json"})
"""Names of the files that say that a step, a bundle or a run is what it should be."""


class Store(Protocol):
    """A folder. Paths are relative to it, with `/`.

    Missing files raise FileNotFoundError. Where a place refuses or cannot be reached, a folder
    raises OSError, as the system says it, any other place StoreError. What one process has written
    every other sees at once, whole or not at all, also when the writer is killed. A cut of power
    may cost what was written in the moments before: all that is read again has its digest in a
    manifest, and a damaged manifest is an error.
    """

    url: str

    def read(self, path: str) -> bytes:
        """The whole content of a small file."""

    def write(self, path: str, data: bytes) -> None:
        """Write a small file; there is the old content or the new, never a part."""

    def exists(self, path: str) -> bool:
        """Whether there is a file or a folder of this name."""

    def names(self, path: str = "") -> tuple[str, ...]:
        """The names in a folder, sorted; none where there is no such folder."""

    def entries(self, path: str = "") -> tuple[Entry, ...]:
        """What is in a folder, sorted by name, with sizes; nothing where there is no folder."""

    def create(self, path: str) -> Any:
        """Context manager with a binary stream; the file is there once it ends without error."""

    def put(self, path: str, source: Path) -> None:
        """Copy a local file in; it shares its blocks where the file system can."""

    def holds(self, path: str, *, sha256: str, size: int) -> bool:
        """Whether a file is there and whole, as far as the place does not see to that itself."""

    def fetch(self, path: str, target: Path) -> None:
        """Copy a file out to the local path `target`; shares its blocks where it can."""

    def buffer(self, path: str, *, offset: int, size: int) -> memoryview:
        """Part of a file as private, writable memory: mapped copy-on-write where it is large."""

    def remove(self, path: str) -> None:
        """Take a file away, or a folder with all that is in it; what is not there is no error.

        Of a folder, what says that something in it is whole goes first (`SIGNS`), so that one whose
        removal was cut short is taken for nothing that it is not.
        """


def open_store(url: str) -> Store:
    """The folder at a local path, a `file://` URL, or any URL that fsspec knows.

    Raises:
        StoreError: nothing is known of such URLs.
        MissingExtraError: the package that speaks to such places is not installed.
    """
    from nbflow.runtime.folderstore import FolderStore

    if "://" not in url:
        return FolderStore(Path(url).expanduser())
    parts = urlsplit(url)
    if parts.scheme == "file":
        return FolderStore(Path(unquote(parts.path)))
    # Neither's threads live on in a fork, so neither may start before a kernel is forked.
    if parts.scheme == "s3":
        from nbflow.runtime.s3store import s3_store

        if (found := s3_store(url)) is not None:
            return found
    from nbflow.runtime.remotestore import RemoteStore

    return RemoteStore(url)
