"""What stores over a network share: files go in parts, and are mapped from local copies."""

from __future__ import annotations

import mmap
import os
import tempfile
import weakref
from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from nbflow.runtime.mappings import Memory
from nbflow.runtime.room import make_room
from nbflow.runtime.store import SIGNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from typing_extensions import Buffer

__all__ = ["AT_ONCE", "PART", "About", "DistantStore", "signs_first"]

PART = 8 << 20
"""Bytes that one request moves."""
AT_ONCE = 8
"""Requests under way at a time."""
_SMALL = 1 << 20
"""Bytes up to which a part of a file is held in memory instead of a mapped file."""


class About(NamedTuple):
    """A file that is there.

    Attributes:
        size: bytes.
        mark: another one for another content.
    """

    size: int
    mark: str


class DistantStore(ABC):
    """See `Store`."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._mapped: dict[tuple[str, int, int, str], IO[bytes]] = {}
        weakref.finalize(self, _close, self._mapped)

    @abstractmethod
    def about(self, path: str) -> About:
        """Size and mark of a file; raises FileNotFoundError."""

    @abstractmethod
    def part(self, path: str, *, offset: int, size: int) -> Buffer:
        """So many bytes of a file, fewer at its end; raises FileNotFoundError."""

    @abstractmethod
    def put(self, path: str, source: Path) -> None:
        """See `Store`."""

    @contextmanager
    def create(self, path: str) -> Iterator[IO[bytes]]:
        """See `Store`; it is written locally first, and sent in parallel when it is complete."""
        with tempfile.NamedTemporaryFile(prefix="nbflow-") as stream:
            yield stream
            stream.flush()
            self.put(path, Path(stream.name))

    def holds(self, path: str, *, sha256: str, size: int) -> bool:  # noqa: ARG002 - see `Store`
        """See `Store`; an object store keeps objects whole."""
        try:
            return self.about(path).size == size
        except FileNotFoundError:
            return False

    def fetch(self, path: str, target: Path) -> None:
        """See `Store`."""
        size = self.about(path).size
        with target.open("wb") as stream:
            self._download(path, stream, offset=0, size=size)

    def buffer(self, path: str, *, offset: int, size: int) -> memoryview:
        """See `Store`; a large part is mapped from a local file that has no name."""
        if not size:
            self.about(path)
            return memoryview(Memory())
        if size <= _SMALL:
            return memoryview(Memory(self.part(path, offset=offset, size=size)))
        about = self.about(path)
        size = max(0, min(size, about.size - offset))
        key = (path, offset, size, about.mark)
        if not size:
            return memoryview(Memory())
        if key not in self._mapped:
            stream = tempfile.TemporaryFile(prefix="nbflow-")  # noqa: SIM115 - closed by `_close`
            self._download(path, stream, offset=offset, size=size)
            self._mapped[key] = stream
        make_room(size)
        return memoryview(mmap.mmap(self._mapped[key].fileno(), size, access=mmap.ACCESS_COPY))

    def _download(self, path: str, stream: IO[bytes], *, offset: int, size: int) -> None:
        """Write part of a file into a local one, several requests at once."""
        os.ftruncate(stream.fileno(), size)

        def move(start: int) -> None:
            part = min(PART, size - start)
            self._save_part(path, stream.fileno(), offset=offset + start, size=part, at=start)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            for _ in pool.map(move, range(0, size, PART)):
                pass

    def _save_part(self, path: str, file: int, *, offset: int, size: int, at: int) -> None:
        """Write so many bytes of a file to a place in a local one."""
        os.pwrite(file, self.part(path, offset=offset, size=size), at)


def signs_first(paths: Sequence[str]) -> tuple[list[str], ...]:
    """Files in the order in which they are taken away: see `Store.remove`; no part is empty."""
    signs = [path for path in paths if path.rpartition("/")[2] in SIGNS]
    others = [path for path in paths if path.rpartition("/")[2] not in SIGNS]
    return tuple(some for some in (signs, others) if some)


def _close(mapped: dict[tuple[str, int, int, str], IO[bytes]]) -> None:
    for stream in mapped.values():
        stream.close()
