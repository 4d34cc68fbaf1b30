"""Work that takes long: it goes on when nobody looks, can be looked at, and can be stopped."""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from nbflow.errors import Interrupted, NbflowError
from nbflow.server.calls import TooManyJobs, UnknownJob
from nbflow.server.failures import as_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbflow.model import Run

__all__ = ["Job", "Jobs"]

_LINES = 200
"""Messages of a job that are kept."""
_LOOK = 0.05
"""Seconds between two looks at a job that somebody waits for."""
_ENDED = {"success", "failed", "cancelled"}


class Job:
    """One piece of work.

    Attributes:
        id: which nobody can guess.
        kind: the endpoint that began it.
        about: the notebook or the pipeline.
        state: `queued`, `running`, `success`, `failed` or `cancelled`.
        version: rises with every change.
        ended: when, in seconds of `time.monotonic`; None before.
    """

    def __init__(self, kind: str, about: str, work: Callable[[Job], Any]) -> None:
        """`work` is called with the job; what it returns is the result."""
        self.id = secrets.token_urlsafe(12)
        self.kind, self.about, self.state, self.version = kind, about, "queued", 0
        self.ended: float | None = None
        self._work = work
        self._lock = threading.Lock()
        self._said: list[str] = []
        self._run: dict[str, Any] | None = None
        self._result: Any = None
        self._error: dict[str, Any] | None = None
        self._began = datetime.now(UTC)
        self._done: datetime | None = None
        self._stop: Callable[[], object] | None = None
        self._cancelled = False

    @property
    def wanted(self) -> bool:
        """Whether nobody has cancelled it."""
        return not self._cancelled

    def tell(self, said: str) -> None:
        """Say what happens.

        Raises:
            Interrupted: it was cancelled.
        """
        self.require_wanted()
        self._change(said=said)

    def require_wanted(self) -> None:
        """Raise Interrupted if it was cancelled."""
        if self._cancelled:
            raise Interrupted("it was cancelled", hint="What was done before stays.")

    def show(self, run: Run) -> None:
        """Keep how far a run is."""
        from nbflow.server.shapes import run_as_json

        self._change(run=run_as_json(run))

    def stopped_by(self, stop: Callable[[], object]) -> None:
        """`stop` ends the work where it is; it is called at once where somebody asked already."""
        with self._lock:
            self._stop = stop
        if self._cancelled:
            stop()

    def cancel(self) -> None:
        """Let it end; one that has ended stays as it is."""
        with self._lock:
            if self.state in _ENDED:
                return
            self._cancelled = True
            stop = self._stop
            if self.state == "queued":
                self._finish("cancelled")
            self.version += 1
        if stop is not None:
            stop()

    def do(self) -> None:
        """Do the work, unless it was cancelled before."""
        with self._lock:
            if self.state != "queued":
                return
            self.state, self.version = "running", self.version + 1
        try:
            result = self._work(self)
        except Interrupted as error:
            self._change(state="cancelled", error=as_json(error))
        except NbflowError as error:
            self._change(state="failed", error=as_json(error))
        except Exception as error:
            logging.getLogger(__name__).exception("%s of %s failed", self.kind, self.about)
            self._change(state="failed", error=as_json(error))
        else:
            self._change(state="success" if self.wanted else "cancelled", result=result)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        with self._lock:
            return {
                "id": self.id,
                "kind": self.kind,
                "about": self.about,
                "state": self.state,
                "version": self.version,
                "said": list(self._said),
                "run": self._run,
                "result": self._result,
                "error": self._error,
                "started": self._began.isoformat(),
                "ended": self._done and self._done.isoformat(),
            }

    async def changed(self, *, after: int, wait: float) -> None:
        """Wait until it has another version, it has ended, or that many seconds have passed."""
        end = time.monotonic() + wait
        while self.version <= after and self.state not in _ENDED and time.monotonic() < end:
            await asyncio.sleep(_LOOK)

    def _change(
        self,
        *,
        said: str | None = None,
        run: dict[str, Any] | None = None,
        state: str | None = None,
        result: Any = None,
        error: dict[str, Any] | None = None,
    ) -> None:
        with self._lock:
            if said is not None:
                self._said = [*self._said, said][-_LINES:]
            if run is not None:
                self._run = run
            if state is not None:
                self._result, self._error = result, error
                self._finish(state)
            self.version += 1

    def _finish(self, state: str) -> None:
        self.state, self.ended, self._done = state, time.monotonic(), datetime.now(UTC)


class Jobs:
    """The jobs of a server: so many at once, the others wait, and none is kept for ever."""

    def __init__(self, *, at_once: int = 4, waiting: int = 50, kept: float = 3600.0) -> None:
        """`at_once` are done, `waiting` may wait; what has ended is forgotten after `kept` s."""
        self._most, self._waiting, self._kept = at_once, waiting, kept
        self._jobs: dict[str, Job] = {}
        self._queue: SimpleQueue[Job] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0

    def start(self, kind: str, about: str, work: Callable[[Job], Any]) -> Job:
        """Begin it as soon as may be.

        Raises:
            TooManyJobs: as many wait as may.
        """
        job = Job(kind, about, work)
        with self._lock:
            self._forget()
            waiting = sum(one.state == "queued" for one in self._jobs.values())
            if waiting >= self._waiting:
                raise TooManyJobs(
                    f"{waiting} jobs are waiting already",
                    hint="Wait until some have ended, or cancel them.",
                )
            self._jobs[job.id] = job
            self._queue.put(job)
            if self._threads < self._most:
                self._threads += 1
                threading.Thread(target=self._serve, name="nbflow-job", daemon=True).start()
        return job

    def find(self, job_id: str) -> Job:
        """The job of this id.

        Raises:
            UnknownJob: there is none, or none any more.
        """
        with self._lock:
            self._forget()
            if job_id not in self._jobs:
                raise UnknownJob(
                    f"there is no job {job_id!r}",
                    hint="Jobs are forgotten some time after they have ended, and with the server.",
                )
            return self._jobs[job_id]

    def all(self) -> list[Job]:
        """All that are known, the newest first."""
        with self._lock:
            self._forget()
            return list(reversed(self._jobs.values()))

    def close(self, *, patience: float = 5.0) -> None:
        """Let all of them end, as the server does, and wait so many seconds until they have."""
        open_ = [job for job in self.all() if job.state not in _ENDED]
        for job in open_:
            job.cancel()
        end = time.monotonic() + patience
        while any(job.state not in _ENDED for job in open_) and time.monotonic() < end:
            time.sleep(_LOOK)

    def _serve(self) -> None:
        while True:
            with suppress(Empty):
                self._queue.get(timeout=_LOOK).do()
                continue
            with self._lock:
                if self._queue.empty():
                    self._threads -= 1
                    return

    def _forget(self) -> None:
        before = time.monotonic() - self._kept
        for job in list(self._jobs.values()):
            if job.ended is not None and job.ended < before:
                del self._jobs[job.id]
