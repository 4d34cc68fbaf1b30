"""A store in a folder of a file system."""

from __future__ import annotations

import fcntl
import hashlib
import mmap
import os
import re
import shutil
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from nbflow.runtime.entries import Entry
from nbflow.runtime.mappings import Memory
from nbflow.runtime.room import make_room

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FolderStore", "copy", "draft_name", "is_draft"]

_FICLONE = 0x40049409
_WASTE = f".removed.{'0' * 16}.draft"
"""A folder of what is being removed; it counts as a draft, which nobody sees."""
_DRAFT = re.compile(r"\..*\.[0-9a-f]{16}\.draft")


class FolderStore:
    """See `Store`.

    Files are written beside their place and renamed: atomic for every reader, and when the writer
    is killed. Nothing is synced to disk: digests find what a cut of power damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(os.path.abspath(folder))  # noqa: PTH100 - keeps symbolic links
        self.url = str(self.folder)

    def read(self, path: str) -> bytes:
        """See `Store`."""
        return (self.folder / path).read_bytes()

    def write(self, path: str, data: bytes) -> None:
        """See `Store`."""
        with self.create(path) as stream:
            stream.write(data)

    def exists(self, path: str) -> bool:
        """See `Store`."""
        return (self.folder / path).exists()

    def names(self, path: str = "") -> tuple[str, ...]:
        """See `Store`."""
        try:
            found = os.listdir(self.folder / path)  # noqa: PTH208 - names, not paths
        except (FileNotFoundError, NotADirectoryError):
            return ()
        return tuple(sorted(name for name in found if not is_draft(name)))

    def entries(self, path: str = "") -> tuple[Entry, ...]:
        """See `Store`."""
        found = []
        for name in self.names(path):
            with suppress(FileNotFoundError):  # it went away in between
                about = (self.folder / path / name).stat()
                size = None if stat.S_ISDIR(about.st_mode) else about.st_size
                found.append(Entry(name, size, about.st_mtime))
        return tuple(found)

    @contextmanager
    def create(self, path: str) -> Iterator[IO[bytes]]:
        """See `Store`."""
        with self._draft(path) as draft, draft.open("wb") as stream:
            yield stream

    def put(self, path: str, source: Path) -> None:
        """See `Store`."""
        with self._draft(path) as draft:
            copy(source, draft)

    def holds(self, path: str, *, sha256: str, size: int) -> bool:
        """See `Store`."""
        try:
            with (self.folder / path).open("rb") as stream:
                if os.fstat(stream.fileno()).st_size != size:
                    return False
                return hashlib.file_digest(stream, "sha256").hexdigest() == sha256
        except FileNotFoundError:
            return False

    def fetch(self, path: str, target: Path) -> None:
        """See `Store`."""
        copy(self.folder / path, target)

    def buffer(self, path: str, *, offset: int, size: int) -> memoryview:
        """See `Store`."""
        extra = offset % mmap.ALLOCATIONGRANULARITY
        with (self.folder / path).open("rb") as stream:
            if not size or os.fstat(stream.fileno()).st_size < offset + size:
                stream.seek(offset)
                return memoryview(Memory(stream.read(size)))
            make_room(size + extra)
            mapped = mmap.mmap(
                stream.fileno(), size + extra, access=mmap.ACCESS_COPY, offset=offset - extra
            )
        return memoryview(mapped)[extra:]

    def remove(self, path: str) -> None:
        """See `Store`; a folder is gone at once, by renaming, and then emptied.

        What a killed removal has left beside it goes too.
        """
        target = self.folder / path
        if target.is_symlink() or not target.is_dir():
            with suppress(FileNotFoundError, NotADirectoryError):
                target.unlink()
            return
        waste = target.with_name(_WASTE)
        while target.is_dir():
            waste.mkdir(exist_ok=True)
            with suppress(FileNotFoundError):  # another removal has just ended
                target.rename(waste / draft_name(target.name))
        shutil.rmtree(waste, ignore_errors=True)

    @contextmanager
    def _draft(self, path: str) -> Iterator[Path]:
        """A place beside a file's, which becomes the file at the end."""
        target = self.folder / path
        draft = target.with_name(draft_name(target.name))
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield draft
            draft.replace(target)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise


def draft_name(name: str) -> str:
    """A name for a file while it is written; another one each time, and never too long."""
    return f".{name[:20]}.{os.urandom(8).hex()}.draft"


def is_draft(name: str) -> bool:
    """Whether a name is such a one; a killed writer leaves its file behind."""
    return _DRAFT.fullmatch(name) is not None


def copy(source: Path, target: Path) -> None:
    """Copy a file's content: as a clone, which shares blocks until one side is written.

    Not every file system clones; there, and between file systems, the bytes are copied. A hard
    link would cost as little everywhere, but what a later step writes in place into a linked file
    (`open(…, "r+")`, a database, a memory map) would change the file of every step that has it,
    and permissions do not hinder the superuser that containers run as.
    """
    with source.open("rb") as origin, target.open("wb") as new:
        if not _clone(origin.fileno(), new.fileno()):
            new.truncate(0)
            shutil.copyfileobj(origin, new, 1 << 20)


def _clone(origin: int, new: int) -> bool:
    """Let the system copy, sharing blocks or at least without a detour through this process."""
    with suppress(OSError):
        fcntl.ioctl(new, _FICLONE, origin)
        return True
    with suppress(OSError):
        size = left = os.fstat(origin).st_size
        while left and (done := os.copy_file_range(origin, new, left, size - left, size - left)):
            left -= done
        return not left
    return False
