"""Whether stored bytes are what was written: at once where they are few, else beside the work."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.errors import StoreError
from nbflow.runtime import digests
from nbflow.runtime.manifests import addresses

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.runtime.manifests import Manifest
    from nbflow.runtime.store import Store

__all__ = ["is_whole", "settle", "stamp", "verify"]

_TICK_NS = 12_000_000  # longer than the coarsest clock that file systems stamp with


@dataclass(frozen=True, eq=False)
class _Pending:
    digest: digests.Digest
    expected: str
    file: int
    error: StoreError


_pending: list[_Pending] = []


def stamp(run: Store, file: str) -> str:
    """What tells later that nobody has written to a stored file since; empty where nothing does.

    Boot, device, inode, size, and both times of change: on one running machine the file's content
    is what it was as long as these are. Whoever writes to the file moves its times forward.
    """
    path = _local(run, file)
    if path is None:
        return ""
    # What is written within one tick of the file system's clock leaves no trace in the times.
    wait = _TICK_NS - (time.time_ns() - path.stat().st_mtime_ns)
    if 0 < wait <= _TICK_NS:
        time.sleep(wait / 1e9)
    return _stamp(path)


def verify(entry: Mapping[str, Any], data: memoryview, *, run: Store, error: StoreError) -> None:
    """Check a group's bytes; of large ones the pickle now, the rest in the background.

    The background reads the file itself into a small buffer: reading through the mapping would
    make all of it resident.

    Args:
        entry: the group's in the manifest.
        data: its bytes.
        run: the run's folder.
        error: what to raise where they are not what was written; `settle` raises it later.

    Raises:
        StoreError: they are not what was written.
    """
    if data.nbytes != entry["size"]:
        raise error
    if "chunk" not in entry or data.nbytes < digests.LARGE:
        if digest_of([data], entry) != entry["sha256"]:
            raise error
        return
    start, length = entry["segments"][0]
    if hashlib.sha256(data[start : start + length]).hexdigest() != entry["head"]:
        raise error
    path = _local(run, entry["file"])
    if path is not None and entry["stamp"] and _stamp(path) == entry["stamp"]:
        return
    if path is None:  # memory of its own, which the step's cells may change soon
        if digest_of([data], entry) != entry["sha256"]:
            raise error
        return
    leaves = -(-data.nbytes // entry["chunk"])
    reader = _Reader(path, entry)
    digest = digests.Digest(leaves, reader.read, helpers=1, patient=True)
    _pending.append(_Pending(digest, entry["sha256"], reader.file, error))


def is_whole(run: Store, manifest: Manifest) -> bool:
    """Whether all bytes that a manifest names are there, and what was written."""
    entries = [*manifest.groups.values(), *manifest.definitions.values()]
    try:
        return all(map(run.exists, addresses(manifest))) and all(
            _is_whole(entry, run) for entry in (*entries, manifest.state) if entry
        )
    except (OSError, StoreError):
        return False


def _is_whole(entry: Mapping[str, Any], run: Store) -> bool:
    path = _local(run, entry["file"])
    if path is not None and entry.get("stamp") and _stamp(path) == entry["stamp"]:
        return True
    data = run.buffer(entry["file"], offset=entry["offset"], size=entry["size"])
    return bool(data.nbytes == entry["size"] and digest_of([data], entry) == entry["sha256"])


def settle() -> None:
    """Wait for what is checked in the background.

    Raises:
        StoreError: something that was loaded is not what was written.
    """
    waiting = list(_pending)
    _pending.clear()
    for one in waiting:
        try:
            found = one.digest.result()
        except OSError as error:
            raise one.error from error
        finally:
            os.close(one.file)
        if found != one.expected:
            raise one.error


def digest_of(pieces: list[memoryview], entry: Mapping[str, Any]) -> str:
    """The digest of bytes in the way that an entry's was taken."""
    if "chunk" not in entry:
        plain = hashlib.sha256()
        for piece in pieces:
            plain.update(piece)
        return plain.hexdigest()
    leaves = digests.chunks(pieces, length=entry["chunk"])
    threads = digests.helpers(entry["size"])
    return digests.Digest(len(leaves), leaves.__getitem__, helpers=threads).result()


class _Reader:
    """Reads a group from its file, chunk by chunk."""

    def __init__(self, path: Path, entry: Mapping[str, Any]) -> None:
        self.file = os.open(path, os.O_RDONLY)  # stays open: the run's folder may be moved
        self._offset, self._size = entry["offset"], entry["size"]
        self._chunk = entry["chunk"]

    def read(self, number: int) -> list[memoryview]:
        """One chunk."""
        start = number * self._chunk
        length = min(self._chunk, self._size - start)
        return [memoryview(os.pread(self.file, length, self._offset + start))]


def _local(run: Store, file: str) -> Path | None:
    folder = getattr(run, "folder", None)
    return folder / file if isinstance(folder, Path) else None


def _stamp(path: Path) -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        status = path.stat()
    except OSError:
        return ""
    times = (status.st_mtime_ns, status.st_ctime_ns)
    return ":".join(map(str, (boot, status.st_dev, status.st_ino, status.st_size, *times)))
