"""What the kernel of an attempt uses, measured beside it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from nbflow.model import Usage
from nbflow.runtime import Gauge

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbflow.host.executors import Spent
    from nbflow.runtime import Group

__all__ = ["Meter"]

_BEAT = 0.5
"""Seconds before the first look at the processes."""
_GROWTH = 1.1
"""By how much a peak has grown that is worth telling."""


class Meter(Gauge):
    """Measures a kernel and everything that it starts, from its start on."""

    def __init__(
        self,
        pid: int,
        *,
        group: Group | None = None,
        alone: bool = False,
        grew: Callable[[int], None] | None = None,
    ) -> None:
        """Begin, see `Gauge`; `grew` is told of a peak, in bytes, that has grown by a tenth."""
        super().__init__(pid, group=group, alone=alone)
        self._grew = grew
        self._told = 0

    async def follow(self) -> None:
        """Look at it until cancelled."""
        beat = _BEAT
        while True:
            if self.is_due():
                await asyncio.to_thread(self.look_at_accelerators)
            await asyncio.sleep(beat)
            beat = await asyncio.to_thread(self.look_at_all)
            if self._grew is not None and self._peak > _GROWTH * self._told:
                self._told = self._peak
                self._grew(self._peak)

    def usage(self, *, spent: Spent | None, memory_limit: int | None = None) -> Usage:
        """What was used so far.

        Args:
            spent: what the system says of a kernel that has ended, where it was asked.
            memory_limit: bytes that the attempt was limited to by us.
        """
        peak, cpu = (0, 0.0) if spent is None else (spent.peak_memory, spent.cpu)
        return Usage(**self.used(peak=peak, cpu=cpu, limit=memory_limit))
