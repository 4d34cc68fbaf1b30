"""One digest over much data: that of its chunks' digests, so that all cores share the work."""

from __future__ import annotations

import hashlib
import os
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["CHUNK", "LARGE", "Digest", "chunks", "helpers"]

CHUNK = 1 << 20
"""Bytes that one leaf of the digest covers; a manifest says which length was taken."""

LARGE = 4 << 20
"""Bytes from which on further threads pay."""

_MOST_THREADS = 8

Leaf = list[memoryview]


class Digest:
    """A digest in the making: threads take chunk after chunk, and so may the caller.

    Args:
        leaves: how many chunks there are.
        read: the bytes of a chunk by its number, in pieces; runs in any thread.
        helpers: threads beside the caller's.
        patient: the threads give way to everything else.
    """

    def __init__(
        self,
        leaves: int,
        read: Callable[[int], Leaf],
        *,
        helpers: int,
        patient: bool = False,
    ) -> None:
        self._read = read
        self._patient = patient
        self._numbers = iter(range(leaves))
        self._found: list[bytes] = [b""] * leaves
        self._errors: list[BaseException] = []
        self._threads = [threading.Thread(target=self._help, daemon=True) for _ in range(helpers)]
        for thread in self._threads:
            thread.start()

    def result(self) -> str:
        """The digest in hexadecimal; helps until it is done.

        Raises:
            Exception: whatever reading a chunk raised.
        """
        self._work()
        for thread in self._threads:
            thread.join()
        if self._errors:
            raise self._errors[0]
        return hashlib.sha256(b"".join(self._found)).hexdigest()

    def _help(self) -> None:
        if self._patient and hasattr(os, "setpriority"):
            # On Linux this is the priority of the thread alone.
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
        try:
            self._work()
        except BaseException as error:  # noqa: BLE001 - raised where the result is asked for
            self._errors.append(error)

    def _work(self) -> None:
        for number in self._numbers:  # a range's iterator gives each number to one thread
            digest = hashlib.sha256()
            for piece in self._read(number):
                digest.update(piece)
            self._found[number] = digest.digest()


def helpers(size: int) -> int:
    """How many threads to take beside the caller's for so many bytes."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2
    return 0 if size < LARGE else max(1, min(cores, _MOST_THREADS) - 1)


def chunks(pieces: Sequence[memoryview], *, length: int = CHUNK) -> list[Leaf]:
    """Pieces one behind the other, cut into chunks of one length; only the last is shorter."""
    return list(_cut(pieces, length))


def _cut(pieces: Sequence[memoryview], length: int) -> Iterator[Leaf]:
    leaf: Leaf = []
    room = length
    for piece in pieces:
        start = 0
        while start < piece.nbytes:
            part = piece[start : start + room]
            leaf.append(part)
            start += part.nbytes
            room -= part.nbytes
            if not room:
                yield leaf
                leaf, room = [], length
    if leaf:
        yield leaf
