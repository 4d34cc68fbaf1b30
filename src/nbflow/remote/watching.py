"""Follow a run until it has finished."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from nbflow.remote.failures import Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbflow.model import Run


def watch(
    look: Callable[[], Run],
    *,
    observe: Callable[[Run], None],
    enrich: Callable[[Run], Run],
    poll: float,
    patience: float,
) -> Run:
    """Look every `poll` seconds and tell of each change; return the finished run.

    Raises:
        Unreachable: Airflow was away for more than `patience` seconds.
    """
    shown: Run | None = None
    seen = time.monotonic()
    while True:
        try:
            run = look()
        except Unreachable:
            # A restart of Airflow does not end the run.
            if time.monotonic() - seen > patience:
                raise
        else:
            seen = time.monotonic()
            run = enrich(run)
            if run != shown:
                shown = run
                observe(run)
            if run.state.finished:
                return run
        time.sleep(poll)
