"""One attempt of one step: a kernel of its own, cell after cell."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbclient.util import ensure_async
from nbformat import NotebookNode
from nbformat.v4 import to_notebook

from nbflow.host.drafts import Draft
from nbflow.model import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

__all__ = ["Attempt", "Stopped"]

_GRACE = 3.0
"""Seconds that a kernel has to end a cell after an interrupt, before it is killed."""
_PATIENCE = 120
"""Seconds that outputs may lag behind the end of their cell."""
_BEAT = 0.5
"""Seconds between looks at whether a long cell has put something out."""


@dataclass(frozen=True)
class Stopped:
    """Why an attempt was stopped from outside: `Timeout` or `Interrupted`, and a sentence."""

    ename: str
    evalue: str


class _Client(NotebookClient):
    """nbclient, telling when a cell has put something out."""

    touched: Callable[[], None]

    def process_message(self, msg: Any, cell: Any, cell_index: int) -> Any:
        self.touched()
        return super().process_message(msg, cell, cell_index)


class Attempt:
    """Executes a step notebook and keeps it on disk as it grows.

    Attributes:
        died: the kernel ended by itself, or was killed, so that another attempt may succeed.
    """

    def __init__(
        self,
        notebook: Mapping[str, Any],
        *,
        path: Path,
        folder: Path,
        log: Path,
        env: Mapping[str, str],
        watch: Callable[[str, bool], None],
    ) -> None:
        """Prepare an attempt.

        Args:
            notebook: the step notebook, values in place.
            path: where the executed notebook goes.
            folder: the kernel's first working directory.
            log: where what the kernel process itself says goes.
            env: the kernel's environment.
            watch: called with a cell's id and False when it starts, True when it has ended.
        """
        self._notebook: NotebookNode = to_notebook(notebook)  # type: ignore[no-untyped-call]
        self._draft = Draft(self._notebook, path)
        self._env = dict(env)
        self._log = log
        self._watch = watch
        self._stopped: Stopped | None = None
        self._killer: asyncio.Task[None] | None = None
        self.died = False
        self._client = _Client(
            self._notebook,
            timeout=None,
            iopub_timeout=_PATIENCE,
            coalesce_streams=True,
            resources={"metadata": {"path": str(folder)}},
        )
        self._client.touched = self._draft.touch

    async def run(self, *, timeout: float | None) -> Failure | None:
        """Execute all cells; what went wrong, or None.

        Args:
            timeout: seconds for all of it, None for no limit.
        """
        limit = Stopped("Timeout", f"the step took longer than {timeout:g} s" if timeout else "")
        loop = asyncio.get_running_loop()
        alarm = loop.call_later(timeout, self.stop, limit) if timeout else None
        writing = asyncio.create_task(self._keep_writing())
        self._draft.write()
        try:
            return await self._run()
        finally:
            if alarm is not None:
                alarm.cancel()
            writing.cancel()
            await self._end()
            self._draft.write()

    def stop(self, reason: Stopped) -> None:
        """Interrupt the running cell, and kill the kernel if that does not help."""
        if self._stopped is None:
            self._stopped = reason
            self._killer = asyncio.get_running_loop().create_task(self._interrupt())

    async def _interrupt(self) -> None:
        manager = self._client.km
        if manager is None or not manager.has_kernel:
            return
        if self._client.kc is not None:
            with suppress(Exception):
                await ensure_async(manager.interrupt_kernel())
            await asyncio.sleep(_GRACE)
        with suppress(Exception):
            await ensure_async(manager.shutdown_kernel(now=True))

    async def _run(self) -> Failure | None:
        try:
            self._client.km = self._client.create_kernel_manager()
            with self._log.open("wb") as log:
                await self._client.async_start_new_kernel(
                    env=self._env, stdout=log.fileno(), stderr=log.fileno()
                )
            await self._client.async_start_new_kernel_client()
        except Exception as error:  # noqa: BLE001 - the kernel's own start may fail in any way
            return await self._died(f"the kernel did not start: {error}", cell=None)
        for index, cell in enumerate(self._notebook.cells):
            if self._stopped is not None:
                return self._because(self._stopped, cell=None)
            if cell.cell_type != "code":
                continue
            failure = await self._execute(cell, index)
            if failure is not None:
                return failure
        return None

    async def _execute(self, cell: NotebookNode, index: int) -> Failure | None:
        self._watch(cell.id, False)  # noqa: FBT003
        try:
            await self._client.async_execute_cell(cell, index)
        except CellExecutionError as error:
            if self._stopped is not None:
                return self._because(self._stopped, cell=cell.id)
            lines = _traceback(cell) or tuple(error.traceback.splitlines())
            return Failure(error.ename, error.evalue, cell.id, None, lines)
        except DeadKernelError:
            return await self._died("the kernel died", cell=cell.id)
        finally:
            self._draft.touch()
            self._draft.write_if_due()
        self._watch(cell.id, True)  # noqa: FBT003
        return None

    async def _died(self, sentence: str, *, cell: str | None) -> Failure:
        if self._stopped is not None:
            return self._because(self._stopped, cell=cell)
        self.died = True
        said = self._log.read_text(errors="replace").splitlines() if self._log.exists() else []
        return Failure("KernelDied", sentence + await self._exit(), cell, None, tuple(said[-20:]))

    async def _exit(self) -> str:
        """How the kernel's process ended, in words."""
        provisioner = getattr(self._client.km, "provisioner", None)
        status = await provisioner.poll() if provisioner is not None else None
        if status == -signal.SIGKILL:
            return ": it was killed (SIGKILL), as a system does that runs out of memory"
        if status is not None and status < 0:
            return f": it was killed by signal {-status}"
        return "" if status is None else f": its process ended with status {status}"

    def _because(self, stopped: Stopped, *, cell: str | None) -> Failure:
        self.died = stopped.ename == "Timeout"
        return Failure(stopped.ename, stopped.evalue, cell)

    async def _keep_writing(self) -> None:
        while True:
            await asyncio.sleep(max(_BEAT, self._draft.wait))
            self._draft.write_if_due()

    async def _end(self) -> None:
        """Leave no process behind: let the kernel end by itself, else kill it."""
        if self._killer is not None:
            self._killer.cancel()
        manager, client = self._client.km, self._client.kc
        if manager is None:
            return
        try:
            if manager.has_kernel:
                await ensure_async(manager.shutdown_kernel(now=self._stopped is not None))
        finally:
            if client is not None:
                client.stop_channels()
            await ensure_async(manager.cleanup_resources())
            if self._log.exists() and not self._log.stat().st_size:
                self._log.unlink()


def _traceback(cell: NotebookNode) -> tuple[str, ...]:
    for output in reversed(cell.get("outputs", ())):
        if output.output_type == "error":
            return tuple(line for part in output.traceback for line in part.splitlines())
    return ()
