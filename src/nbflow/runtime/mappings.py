"""Memory that is mapped from stored files: which pages of it have been written to since."""

from __future__ import annotations

import mmap
import sys
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Memory", "note", "same_bytes"]

_CHUNK = 1 << 20
_WORTHWHILE = 1 << 16  # bytes; below, comparing all is faster than asking the kernel
_PAGE = mmap.PAGESIZE
_PRESENT, _SWAPPED, _OF_FILE = 1 << 63, 1 << 62, 1 << 61  # bits in /proc/self/pagemap


class Memory(bytearray):
    """Bytes of a store that are not mapped; no notebook's bytearray is of this class."""


@dataclass(frozen=True, eq=False)
class _Mapping:
    """A private mapping of a stretch of a stored file.

    Attributes:
        memory: the mapping itself; when it is gone, its addresses may be another's.
        low, high: its first address, and the one behind its last byte.
        source: the stored bytes that it shows; equal for two mappings of the same.
    """

    memory: weakref.ref[mmap.mmap]
    low: int
    high: int
    source: tuple[object, ...]


_known: list[_Mapping] = []


def note(data: memoryview, source: tuple[object, ...]) -> None:
    """Remember that memory was mapped privately from `source`, where it was mapped at all."""
    numpy = sys.modules.get("numpy")
    if numpy is None or not isinstance(data.obj, mmap.mmap) or data.nbytes < _WORTHWHILE:
        return
    low = _address(data, numpy)
    _known[:] = [one for one in _known if one.memory() is not None]
    _known.append(_Mapping(weakref.ref(data.obj), low, low + data.nbytes, source))


def same_bytes(left: memoryview, right: memoryview) -> bool:
    """Whether two stretches of memory hold the same bytes.

    Where both are mapped from the same place of one stored file, only pages that were written to
    are looked at: a large input that nobody changed costs neither time nor resident memory.
    """
    if left.nbytes != right.nbytes:
        return False
    return all(_equal(left[start:end], right[start:end]) for start, end in _doubtful(left, right))


def _doubtful(left: memoryview, right: memoryview) -> Iterator[tuple[int, int]]:
    """The parts in which they may differ."""
    numpy = sys.modules.get("numpy")
    if left.nbytes >= _WORTHWHILE and numpy is not None:
        places = [_place(side, numpy) for side in (left, right)]
        if places[0] is not None and places[0] == places[1]:
            written = [
                _written(_address(side, numpy), side.nbytes, numpy) for side in (left, right)
            ]
            if written[0] is not None and written[1] is not None:
                yield from written[0]
                yield from written[1]
                return
    yield from ((start, start + _CHUNK) for start in range(0, left.nbytes, _CHUNK))


def _equal(left: memoryview, right: memoryview) -> bool:
    # Comparing memoryviews goes item by item; bytes are compared at the speed of memory.
    return bytes(left) == bytes(right)


def _place(data: memoryview, numpy: Any) -> tuple[object, ...] | None:
    """From where in which stored file memory is mapped, None where it is not."""
    low = _address(data, numpy)
    for one in _known:
        if one.low <= low and low + data.nbytes <= one.high and one.memory() is not None:
            return (*one.source, low - one.low)
    return None


def _address(data: memoryview, numpy: Any) -> int:
    flat = numpy.frombuffer(data, numpy.uint8)
    return int(flat.__array_interface__["data"][0])


def _written(address: int, size: int, numpy: Any) -> list[tuple[int, int]] | None:
    """Offsets between which pages of a private mapping were written to; None where none can tell.

    A page of a private mapping shows the file until it is written to; then it is memory of the
    process' own. The kernel tells the two apart.
    """
    first = address // _PAGE
    count = (address + size - 1) // _PAGE - first + 1
    try:
        if not _tells_own_memory(numpy):
            return None
        own = _is_own(first, count, numpy)
    except OSError:
        return None
    edges = numpy.flatnonzero(numpy.diff(own.astype(numpy.int8), prepend=0, append=0))
    starts = (first + edges) * _PAGE - address
    bounds = starts.clip(0, size).tolist()
    return [
        (start, min(start + _CHUNK, high))
        for low, high in zip(bounds[::2], bounds[1::2], strict=True)
        for start in range(low, high, _CHUNK)
    ]


def _is_own(first: int, count: int, numpy: Any) -> Any:
    """By page, whether it is memory of the process' own rather than a file's."""
    with open("/proc/self/pagemap", "rb", buffering=0) as table:  # noqa: PTH123 - no path of ours
        table.seek(first * 8)
        entries = numpy.frombuffer(table.read(count * 8), numpy.uint64)
    if len(entries) != count:
        raise OSError("the kernel does not tell of all pages")
    there = entries & numpy.uint64(_PRESENT | _SWAPPED) != 0
    return there & (entries & numpy.uint64(_OF_FILE) == 0)


def _tells_own_memory(numpy: Any) -> bool:
    """Whether the kernel knows a page as the process' own: some sandboxes answer with zeros."""
    probe = numpy.ones(2 * _PAGE, numpy.uint8)
    return bool(_is_own(int(probe.__array_interface__["data"][0]) // _PAGE + 1, 1, numpy)[0])
