"""The threads that requests are worked in."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Threads"]

Done = TypeVar("Done")

_AT_ONCE = 8
"""Requests of a kind that are worked at together; the others wait."""


class Threads:
    """Threads for work that does not take long, and others for work that asks others.

    Whoever does not answer, as an Airflow behind a network that is down, keeps those threads alone:
    what is done on this machine goes on.
    """

    def __init__(self) -> None:
        self._here = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="nbflow-request")
        self._asking = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="nbflow-asking")

    def begin(self, work: Callable[[], Done], *, asks: bool) -> asyncio.Future[Done]:
        """Have `work` called as soon as a thread is free; until then it can be cancelled.

        Args:
            work: is called in a thread.
            asks: whether it asks others, who may let it wait.
        """
        pool = self._asking if asks else self._here
        return asyncio.get_running_loop().run_in_executor(pool, work)
