"""What the kernel of an attempt uses, measured beside it."""

from __future__ import annotations

import asyncio
import functools
import shutil
import time
from typing import TYPE_CHECKING

from nbflow.host import trees
from nbflow.host.cgroups import group_of
from nbflow.model import Usage

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbflow.host.accelerators import Glance
    from nbflow.host.cgroups import Group
    from nbflow.host.executors import Spent

__all__ = ["Meter"]

_BEAT = 0.5
"""Seconds between looks at the processes."""
_GPU_BEAT = 2.0
"""Seconds between looks at the accelerators."""
_GROWTH = 1.1
"""By how much a peak has grown that is worth telling."""
_SHARE = 100
"""At most one part in this many of the time goes into looking."""


class Meter:
    """Measures a kernel and everything that it starts, from its start on."""

    def __init__(
        self,
        pid: int,
        *,
        group: Group | None = None,
        alone: bool = False,
        grew: Callable[[int], None] | None = None,
    ) -> None:
        """Begin.

        Args:
            pid: the kernel's process.
            group: the cgroup that it was given for itself.
            alone: the one that it runs in is for itself, as in a pod. The system's own count of a
                cgroup with nothing else in it is the peak.
            grew: told of the peak, in bytes, while it goes on and when that has grown by a tenth.
        """
        self._pid = pid
        self._counting = group or group_of(pid)
        self._own = self._counting if group or alone else None
        self._kills = self._counting.kills() if self._counting else 0
        self._began = time.monotonic()
        self._peak = 0
        self._cpu = 0.0
        self._pids: tuple[int, ...] = (pid,)
        self._glances: list[Glance] = []
        self._grew = grew
        self._told = 0

    async def follow(self) -> None:
        """Look at it until cancelled."""
        beat, due = _BEAT, time.monotonic() if _has_accelerators() else float("inf")
        while True:
            if due <= time.monotonic():
                took = await asyncio.to_thread(self._glance)
                due = time.monotonic() + max(_GPU_BEAT, _SHARE * took)
            await asyncio.sleep(beat)
            beat = max(_BEAT, _SHARE * await asyncio.to_thread(self.look_at_all))
            if self._grew is not None and self._peak > _GROWTH * self._told:
                self._told = self._peak
                self._grew(self._peak)

    def look(self) -> None:
        """Look at the kernel itself, which is cheap; the peak of all others is a matter of luck."""
        self._peak = max(self._peak, trees.peak_of(self._pid) or 0)

    def look_at_all(self) -> float:
        """Look at all processes; how many seconds it took."""
        began = time.perf_counter()
        self.look()
        reading = trees.read(self._pid, above=self._peak)
        if reading is not None:
            self._peak = max(self._peak, reading.memory if len(reading.pids) > 1 else 0)
            self._cpu = max(self._cpu, reading.cpu)
            self._pids = reading.pids
        return time.perf_counter() - began

    def _glance(self) -> float:
        from nbflow.host import accelerators

        began = time.perf_counter()
        seen = accelerators.glance(self._pids)
        if seen is not None:
            self._glances.append(seen)
        return time.perf_counter() - began

    def ran_out(self) -> bool:
        """Whether the system has killed a process of the kernel's cgroup for want of memory."""
        return self._counting is not None and self._counting.kills() > self._kills

    def usage(self, *, spent: Spent | None, memory_limit: int | None = None) -> Usage:
        """What was used so far.

        Args:
            spent: what the system says of a kernel that has ended, where it was asked.
            memory_limit: bytes that the attempt was limited to by us.
        """
        peak, cpu, measured = self._peak, self._cpu, "processes"
        if spent is not None:
            peak, cpu = max(peak, spent.peak_memory), max(cpu, spent.cpu)
        of_group = self._own.peak() if self._own is not None else None
        if self._own is not None and of_group is not None:
            # Files that are only kept in memory would make room; a step that reads much has no
            # need of a larger machine.
            peak, measured = max(peak, of_group - self._own.cache()), "cgroup"
        if memory_limit is None and self._counting is not None:
            memory_limit = self._counting.limit()
        return Usage(
            wall=round(time.monotonic() - self._began, 3),
            cpu=round(cpu, 3) if cpu else None,
            peak_memory=peak or None,
            measured=measured,
            memory_limit=memory_limit,
            gpu_memory=self._gpu_memory(),
            gpu=self._gpu_share(),
        )

    def _gpu_memory(self) -> int | None:
        if len(self._glances) < 2:
            return None
        own = [one.memory for one in self._glances if one.by_process]
        if own:
            return max(own)
        # Told of the accelerators as a whole: what was there before the step is not the step's.
        before = self._glances[0].memory
        return max(0, *(one.memory - before for one in self._glances[1:]))

    def _gpu_share(self) -> float | None:
        busy = [one.busy for one in self._glances[1:]]
        return round(sum(busy) / len(busy), 3) if busy else None


@functools.cache
def _has_accelerators() -> bool:
    return shutil.which("nvidia-smi") is not None
