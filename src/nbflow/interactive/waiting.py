"""Waits for a run on this machine."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from nbflow import api

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbflow import model
    from nbflow.interactive.executions import Run
    from nbflow.interactive.local import Work

__all__ = ["await_here"]

_BEAT = 0.1
"""Seconds between two looks at a run of this process."""
_LOOK = 1.0
"""Seconds between two looks at a run of another process on this machine."""


def await_here(
    run: Run,
    observe: Callable[[model.Run], None],
    *,
    work: Work | None,
    timeout: float | None,
    wanted: Callable[[], bool] | None,
) -> None:
    """Wait until a run on this machine has ended, or is wanted no longer.

    Args:
        run: the run.
        observe: is told of it at each look.
        work: the run itself, where it is of this process.
        timeout: seconds to wait at most.
        wanted: asked at each look.

    Raises:
        RemoteError: it still goes on after `timeout`.
    """
    until = None if timeout is None else time.monotonic() + timeout
    forecaster = api.Forecaster(None, current=run._current)
    while True:
        ended = work is not None and work.wait(_BEAT)
        seen = run.refresh()._seen
        observe(forecaster.forecast(seen))
        if ended or (work is None and seen.state.finished):
            return
        if wanted is not None and not wanted():
            return
        if until is not None and time.monotonic() >= until:
            raise api.still_going(seen, timeout=timeout)
        if work is None:
            time.sleep(_LOOK)
