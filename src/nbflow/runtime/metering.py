"""A step measures itself from within its kernel, where no host does it from outside."""

from __future__ import annotations

import _thread
import json
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from nbflow.errors import StoreError
from nbflow.runtime import trees
from nbflow.runtime.gauges import Gauge
from nbflow.runtime.shell import shell

if TYPE_CHECKING:
    from nbflow.runtime.store import Store

__all__ = ["Metering"]

_OWN_POD = "AIRFLOW_IS_K8S_EXECUTOR_POD"
"""What Airflow's KubernetesExecutor sets in a pod, which runs one task and nothing else."""


class Metering:
    """Measures this process and all that it starts, and keeps what it found beside the notebook."""

    def __init__(self, run: Store, *, step: str, attempt: int) -> None:
        """Begin, on a thread that no list of Python's threads shows to the notebook.

        Args:
            run: the run's folder.
            step: the step's name.
            attempt: counted from 1.
        """
        self._run = run
        self._file = f"{step}/try-{attempt}.usage.json"
        self._gauge = Gauge(os.getpid(), alone=_OWN_POD in os.environ)
        self._process = os.getpid()
        running = shell()
        if running is not None:
            running.events.register("post_run_cell", self._after_cell)
        _thread.start_new_thread(self._follow, ())

    def record(self) -> None:
        """Keep what was used so far; the step goes on if the store does not take it."""
        self._gauge.look_at_all()
        used = self._gauge.used(wall=trees.age_of(self._process))
        with suppress(OSError, StoreError):
            self._run.write(self._file, json.dumps(used).encode())

    def end(self) -> None:
        """Listen no more."""
        running = shell()
        if running is not None:
            running.events.unregister("post_run_cell", self._after_cell)

    def _after_cell(self, result: Any) -> None:
        """After a cell that failed comes no last one that would record."""
        if not result.success and os.getpid() == self._process:
            self.record()

    def _follow(self) -> None:
        try:
            while True:
                if self._gauge.is_due():
                    self._gauge.look_at_accelerators()
                time.sleep(self._gauge.look_at_all())
        except Exception:  # noqa: BLE001 - the step goes on unmeasured, whatever it was
            return
