"""A notebook as its author runs it: all cells in one kernel, top to bottom."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from nbflow.errors import Interrupted
from nbflow.host.attempts import Attempt, Stopped
from nbflow.host.kernelspecs import require_kernel
from nbflow.model import Failure

__all__ = ["execute"]


def execute(
    notebook: Mapping[str, Any],
    *,
    path: Path,
    folder: Path,
    log: Path,
    env: Mapping[str, str],
    watch: Callable[[str, bool], None] | None = None,
) -> Failure | None:
    """Execute a notebook's code cells in order in one kernel, up to the first error.

    Jupyter starts the kernel, as it does for the author; nothing is forked.

    Args:
        notebook: an nbformat dictionary with a kernelspec.
        path: where the executed notebook goes; it is there while it grows.
        folder: the kernel's working directory.
        log: where what the kernel process itself says goes.
        env: the kernel's environment, all of it.
        watch: called with a cell's id and False when it starts, True when it has ended.

    Returns:
        What went wrong, or None.

    Raises:
        NotebookError: the notebook's kernel is not installed.
        Interrupted: Ctrl-C; no process is left, the partial notebook is at `path`.
    """
    require_kernel(notebook["metadata"]["kernelspec"]["name"])
    work = _Work(
        partial(
            Attempt,
            notebook,
            path=path,
            folder=folder,
            log=log,
            env=env,
            watch=watch or _ignore,
        )
    )
    # A loop of its own: the caller may have a running one (Jupyter).
    thread = threading.Thread(target=work.run, name="nbflow-whole")
    thread.start()
    try:
        thread.join()
    except KeyboardInterrupt:
        work.stop()
        thread.join()
        raise Interrupted("the notebook was stopped") from None
    return work.result()


def _ignore(_: str, __: bool) -> None:  # noqa: FBT001
    """Watch nothing."""


class _Work:
    """An attempt in a thread of its own."""

    def __init__(self, make: Callable[[], Attempt]) -> None:
        self._make = make
        self._loop = asyncio.new_event_loop()
        self._attempt: Attempt | None = None
        self._task: asyncio.Task[Failure | None] | None = None

    def run(self) -> None:
        """Run it to its end."""
        asyncio.set_event_loop(self._loop)
        self._task = self._loop.create_task(self._execute())
        self._loop.run_until_complete(asyncio.wait([self._task]))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    async def _execute(self) -> Failure | None:
        self._attempt = self._make()
        return await self._attempt.run(timeout=None)

    def stop(self) -> None:
        """Interrupt it from another thread."""
        self._loop.call_soon_threadsafe(self._interrupt)

    def _interrupt(self) -> None:
        if self._attempt is not None:
            self._attempt.stop(Stopped("Interrupted", "the notebook was stopped"))

    def result(self) -> Failure | None:
        """What went wrong, or None, once it has ended; raises what the attempt raised."""
        assert self._task is not None
        return self._task.result()
