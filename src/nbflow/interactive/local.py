"""A run on this machine that goes on while its notebook does other things."""

from __future__ import annotations

import functools
import threading
from typing import TYPE_CHECKING, Any

from nbflow import api
from nbflow.host import Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from nbflow.model import Approval, Run

__all__ = ["Work"]


class Work:
    """A run in a thread of its own; it ends with this process.

    Attributes:
        compiled: the notebook.
        seen: the run as it is.
        finished: what came of it, once it has ended; None where it was stopped.
    """

    def __init__(
        self,
        compiled: api.Compiled,
        *,
        parameters: Mapping[str, Any],
        output: str | Path | None = None,
        workers: int | None = None,
        cache: bool = True,
        resume: api.Resumed | None = None,
        approve: Callable[[str, Approval], bool] | None = None,
    ) -> None:
        self.compiled = compiled
        self.seen: Run | None = None
        self.finished: api.Finished | None = None
        self._error: BaseException | None = None
        self._stop = Stop()
        self._run = functools.partial(
            api.run,
            compiled,
            parameters=parameters,
            output=output,
            workers=workers,
            cache=cache,
            resume=resume,
            observe=self._observe,
            stop=self._stop,
            approve=approve,
        )
        self._begun, self._ended = threading.Event(), threading.Event()

    def begin(self) -> Run:
        """Start it; returns when its steps do.

        Raises:
            NbflowError: it cannot begin; see `api.run`.
        """
        thread = threading.Thread(target=self._work, name="nbflow-interactive", daemon=True)
        thread.start()
        try:
            self._begun.wait()
        except KeyboardInterrupt:
            self._stop.ask()
            raise
        if self.seen is None:
            assert self._error is not None
            raise self._error
        return self.seen

    def wait(self, seconds: float | None = None) -> bool:
        """Whether it has ended, after so many seconds at most.

        Raises:
            BaseException: what ended it, but for a stop that was asked for.
        """
        ended = self._ended.wait(seconds)
        if ended and self._error is not None:
            raise self._error
        return ended

    def stop(self) -> None:
        """End it: its steps are stopped, what ended is kept. Waits until nothing of it is left."""
        self._stop.ask()
        self._ended.wait()

    def _work(self) -> None:
        from nbflow.host import RunInterrupted

        try:
            self.finished = self._run()
            self.seen = self.finished.run
        except RunInterrupted as stopped:
            self.seen = stopped.run
        except BaseException as error:  # noqa: BLE001 - it is raised where somebody waits
            self._error = error
        finally:
            self._ended.set()
            self._begun.set()

    def _observe(self, run: Run) -> None:
        self.seen = run
        self._begun.set()
