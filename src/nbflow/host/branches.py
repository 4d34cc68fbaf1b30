"""Work of which one part needs others: each begins when those are done, several at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

__all__ = ["Branches"]

Work = Callable[[str], object]


class Branches:
    """Parts of some work, each done once; where there is a choice, in the order of their names."""

    def __init__(
        self,
        needs: Mapping[str, Collection[str]],
        work: Work,
        *,
        workers: int,
        stop: Callable[[], object],
        here: Collection[str] = (),
    ) -> None:
        """Nothing is done yet.

        Args:
            needs: of each part, those that it needs; a part comes behind all of them.
            work: does a part, in a thread of its own.
            workers: how many are done at once.
            stop: lets parts that are under way end early; called when one has failed.
            here: parts that the calling thread does, one after the other, beside the others.
        """
        self._needs = needs
        self._work = work
        self._workers = workers
        self._stop = stop
        self._here = {*here}
        self._waiting = list(needs)
        self._done: set[str] = set()
        self._going: set[str] = set()
        self._mine: SimpleQueue[str | None] = SimpleQueue()
        self._error: BaseException | None = None
        self._lock = threading.RLock()

    def complete(self) -> None:
        """Do all parts; what the first that fails raises is raised once none is under way.

        An interrupt of the calling thread counts as a failure.
        """
        with ThreadPoolExecutor(self._workers, thread_name_prefix="nbflow-branch") as pool:
            self._advance(pool)
            while True:
                try:
                    name = self._mine.get()
                except KeyboardInterrupt as interrupt:
                    self._fail(interrupt)
                    continue
                if name is None:
                    break
                self._do(name, pool)
        if self._error is not None:
            raise self._error

    def _advance(self, pool: ThreadPoolExecutor) -> None:
        """Begin what may begin; tell the calling thread when nothing is left to do."""
        with self._lock:
            for name in [] if self._error else [*self._waiting]:
                at_once = len(self._going - self._here)
                if not self._done.issuperset(self._needs[name]):
                    continue
                if name in self._here:
                    self._mine.put(name)
                elif at_once < self._workers:
                    pool.submit(self._do, name, pool)
                else:
                    continue
                self._waiting.remove(name)
                self._going.add(name)
            if not self._going:
                self._mine.put(None)

    def _do(self, name: str, pool: ThreadPoolExecutor) -> None:
        try:
            if self._error is None:
                self._work(name)
        except BaseException as error:  # noqa: BLE001 - it is raised where somebody waits
            self._fail(error)
        with self._lock:
            self._going.remove(name)
            self._done.add(name)
            self._advance(pool)

    def _fail(self, error: BaseException) -> None:
        with self._lock:
            self._error = self._error or error
        self._stop()
