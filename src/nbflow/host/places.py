"""How many steps run at once on this machine, whichever runs and threads they are of."""

from __future__ import annotations

import asyncio
import threading
from collections import deque

__all__ = ["Places"]


class Places:
    """So many at once; `async with places:` waits for one, first come, first served.

    As `asyncio.Semaphore`, but for several event loops: notebooks of one pipeline that run at once
    have one each, in threads of their own.
    """

    def __init__(self, count: int) -> None:
        """None is taken."""
        self._free = count
        self._lock = threading.Lock()
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def __aenter__(self) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            place = asyncio.get_running_loop().create_future()
            self._waiting.append(place)
        try:
            await place
        except asyncio.CancelledError:
            with self._lock:
                was_given = place not in self._waiting
                if not was_given:
                    self._waiting.remove(place)
            if was_given:  # at this very moment
                self._hand_on()
            raise

    async def __aexit__(self, *_: object) -> None:
        self._hand_on()

    def _hand_on(self) -> None:
        with self._lock:
            while self._waiting:
                place = self._waiting.popleft()
                try:
                    place.get_loop().call_soon_threadsafe(_give, place)
                except RuntimeError:  # its loop has ended
                    continue
                return
            self._free += 1


def _give(place: asyncio.Future[None]) -> None:
    if not place.done():
        place.set_result(None)
