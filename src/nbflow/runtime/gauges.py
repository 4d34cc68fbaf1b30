"""What a process and all that it started use: looked at now and then, told in the end."""

from __future__ import annotations

import functools
import shutil
import time
from typing import TYPE_CHECKING, Any

from nbflow.runtime import trees
from nbflow.runtime.cgroups import group_of

if TYPE_CHECKING:
    from nbflow.runtime.accelerators import Glance
    from nbflow.runtime.cgroups import Group

__all__ = ["Gauge"]

_BEAT = 0.5
"""Seconds between looks at the processes."""
_GPU_BEAT = 2.0
"""Seconds between looks at the accelerators."""
_SHARE = 100
"""At most one part in this many of the time of a core goes into looking."""


class Gauge:
    """Looks at a process and everything that it starts, from now on."""

    def __init__(self, pid: int, *, group: Group | None = None, alone: bool = False) -> None:
        """Begin.

        Args:
            pid: the process.
            group: the cgroup that it was given for itself.
            alone: the one that it runs in is for itself, as in a pod. The system's own count of a
                cgroup with nothing else in it is the peak.
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
        self._due = self._began if _has_accelerators() else float("inf")

    def look(self) -> None:
        """Look at the process itself, which is cheap; what others peak at is a matter of luck."""
        self._peak = max(self._peak, trees.peak_of(self._pid) or 0)

    def look_at_all(self) -> float:
        """Look at all processes; after how many seconds it should be done again."""
        began = time.thread_time()  # a busy machine is no reason to look less often
        self.look()
        reading = trees.read(self._pid, above=self._peak)
        if reading is not None:
            self._peak = max(self._peak, reading.memory if len(reading.pids) > 1 else 0)
            self._cpu = max(self._cpu, reading.cpu)
            self._pids = reading.pids
        return max(_BEAT, _SHARE * (time.thread_time() - began))

    def is_due(self) -> bool:
        """Whether there are accelerators to look at, and it is time to."""
        return self._due <= time.monotonic()

    def look_at_accelerators(self) -> None:
        """Look at what all processes use of the machine's accelerators; it starts a program."""
        from nbflow.runtime import accelerators

        began = time.perf_counter()
        seen = accelerators.glance(self._pids)
        if seen is not None:
            self._glances.append(seen)
        took = time.perf_counter() - began
        self._due = time.monotonic() + max(_GPU_BEAT, _SHARE * took)

    def ran_out(self) -> bool:
        """Whether the system has killed a process of its cgroup for want of memory."""
        return self._counting is not None and self._counting.kills() > self._kills

    def used(
        self, *, wall: float | None = None, peak: int = 0, cpu: float = 0, limit: int | None = None
    ) -> dict[str, Any]:
        """What was used so far, in the words of the model's `Usage`; what is not known is left out.

        Args:
            wall: seconds that it took; since this began where None.
            peak: bytes, of which another one knows.
            cpu: seconds, likewise.
            limit: bytes that it was limited to by us.
        """
        peak, cpu, measured = max(self._peak, peak), max(self._cpu, cpu), "processes"
        of_group = self._own.peak() if self._own is not None else None
        if self._own is not None and of_group is not None:
            # Files that are only kept in memory would make room; a step that reads much has no
            # need of a larger machine.
            peak, measured = max(peak, of_group - self._own.cache()), "cgroup"
        if limit is None and self._counting is not None:
            limit = self._counting.limit()
        found = {
            "wall": round(time.monotonic() - self._began if wall is None else wall, 3),
            "cpu": round(cpu, 3) if cpu else None,
            "peak_memory": peak or None,
            "measured": measured,
            "memory_limit": limit,
            "gpu_memory": self._gpu_memory(),
            "gpu": self._gpu_share(),
        }
        return {name: value for name, value in found.items() if value is not None}

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
