"""A process and all that it started, as Linux tells of them under /proc."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Reading", "age_of", "peak_of", "read"]

_PROC = Path("/proc")
_PAGE = os.sysconf("SC_PAGESIZE")
_TICK = os.sysconf("SC_CLK_TCK")
_UTIME, _CSTIME = 11, 15
"""Places of user and system time, own and of children waited for, behind the name: proc(5)."""
_STARTED = 19
"""Place of the time at which it started, since the machine did."""


@dataclass(frozen=True)
class Reading:
    """A process and all below it at one moment.

    Attributes:
        pids: of all, the process itself first.
        memory: bytes that they have in memory.
        cpu: seconds that they have computed, with those of children that have ended.
    """

    pids: tuple[int, ...]
    memory: int
    cpu: float


def read(pid: int, *, above: int = 0) -> Reading | None:
    """Look at a process and all below it; None where it is gone.

    Memory that processes share is counted once, which takes a look at every page. So it is done
    only where counting it in each process gives more than is of interest.

    Args:
        pid: the process.
        above: bytes: less than that is of no interest, and may be any number up to it.
    """
    pids = (pid, *_below(pid))
    times = [time for one in pids if (time := _cpu(one)) is not None]
    if not times:
        return None
    sizes = [_resident(one) for one in pids]
    memory = sum(sizes)
    if len(pids) > 1 and memory > above:
        memory = max(sizes[0], sum(map(_share, pids, sizes)))
    return Reading(pids, memory, sum(times))


def peak_of(pid: int) -> int | None:
    """The most that a process alone ever had in memory, in bytes; None where it is gone."""
    return _kibibytes(pid, "status", b"VmHWM:")


def age_of(pid: int) -> float | None:
    """The seconds since a process started; None where it is gone."""
    fields = _stat(pid)
    if fields is None:
        return None
    return time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[_STARTED]) / _TICK


def _below(pid: int) -> list[int]:
    found: list[int] = []
    threads = _PROC / str(pid) / "task"
    with suppress(OSError):
        for thread in os.listdir(threads):  # noqa: PTH208 - names are all that is needed
            with suppress(OSError):
                for child in map(int, (threads / thread / "children").read_bytes().split()):
                    found += [child, *_below(child)]
    return found


def _cpu(pid: int) -> float | None:
    fields = _stat(pid)
    return None if fields is None else sum(map(int, fields[_UTIME:_CSTIME])) / _TICK


def _stat(pid: int) -> list[bytes] | None:
    try:
        text = (_PROC / str(pid) / "stat").read_bytes()
    except OSError:
        return None
    return text[text.rindex(b")") + 1 :].split()


def _resident(pid: int) -> int:
    try:
        return int((_PROC / str(pid) / "statm").read_bytes().split()[1]) * _PAGE
    except OSError:
        return 0


def _share(pid: int, resident: int) -> int:
    """A process's memory, of pages that it shares its part; all of it where that is not told."""
    found = _kibibytes(pid, "smaps_rollup", b"Pss:")
    return resident if found is None else found


def _kibibytes(pid: int, file: str, field: bytes) -> int | None:
    with suppress(OSError):
        for line in (_PROC / str(pid) / file).read_bytes().splitlines():
            if line.startswith(field):
                return int(line.split()[1]) * 1024
    return None
