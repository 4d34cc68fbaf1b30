"""A run that is stopped by its user."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from nbflow.errors import Interrupted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nbflow.model import Run

__all__ = ["RunInterrupted", "Stop"]


class RunInterrupted(Interrupted):
    """The user stopped a run.

    Attributes:
        run: how far it came.
    """

    def __init__(self, run: Run) -> None:
        super().__init__(f"run {run.run_id} of {run.dag_id} was stopped")
        self.run = run


class Stop:
    """Stops a run from another thread than the one that it runs in, as Ctrl-C would."""

    def __init__(self) -> None:
        """Nobody has asked yet."""
        self._lock = threading.Lock()
        self._asked = False
        self._tell: Callable[[], object] | None = None

    def ask(self) -> None:
        """Let the run end; one that has not begun ends at once, one that has ended stays so."""
        with self._lock:
            again, self._asked = self._asked, True
            # Once: a run that is told a second time would not get to its end.
            if self._tell is not None and not again:
                with suppress(RuntimeError):  # its loop has ended
                    self._tell()

    @contextmanager
    def heeded(self, tell: Callable[[], object]) -> Iterator[None]:
        """While it lasts, `tell` is called when somebody asks, or at once if somebody has."""
        with self._lock:
            self._tell = tell
            if self._asked:
                tell()
        try:
            yield
        finally:
            with self._lock:
                self._tell = None
