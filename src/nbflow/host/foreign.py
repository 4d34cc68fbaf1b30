"""Executes cells in any kernel that Jupyter can start, through nbclient."""

from __future__ import annotations

import asyncio
import os
import signal
import uuid
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import zmq
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbclient.util import ensure_async
from nbformat.v4 import to_notebook

from nbflow.host.executors import KernelLostError, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nbflow.host.executors import Place, Spent

__all__ = ["Foreign"]

_MARK = "NBFLOW_ATTEMPT"
"""The environment variable by which the programs that a kernel started are known."""
_GRACE = 1.0
"""Seconds that such a program has to end by itself."""
_LOOKS = 20
_PATIENCE = 120
"""Seconds that outputs may lag behind the end of their cell."""
_DIED = "Kernel died before replying"
"""What jupyter_client says of a kernel that ended while it started, where others take long."""
_STARTS = 3
"""How often a kernel is started that dies before it has answered.

jupyter_client finds ports that are free and lets them go, for the kernel to take: another program
may be faster.
"""


class _Client(NotebookClient):
    """nbclient, telling when a cell has put something out."""

    touched: Callable[[], None]

    def process_message(self, msg: Any, cell: Any, cell_index: int) -> Any:
        try:
            return super().process_message(msg, cell, cell_index)
        finally:
            self._look_for_replies()
            self.touched()

    def _look_for_replies(self) -> None:
        """Take notice of a reply that came while a message was sent.

        nbclient answers widgets on the socket where it waits for the cell's reply, and past
        asyncio. Sending takes the signal of what arrived meanwhile with it: signals are
        edge-triggered (ZMQ_FD in zmq_getsockopt(3)), so nobody would look again.
        """
        if self.kc is not None:
            self.kc.shell_channel.socket.get(zmq.EVENTS)


class Foreign:
    """An `Executor` over a Jupyter kernel of its own process."""

    def __init__(self, notebook: Mapping[str, Any], place: Place) -> None:
        """Prepare to execute the cells of `notebook`, which keeps their outputs."""
        self._place = place
        self._notebook = notebook
        self._killed = False
        self._mark = uuid.uuid4().hex
        self._client = _Client(
            to_notebook({**notebook, "cells": [*notebook["cells"]]}),  # type: ignore[no-untyped-call]
            timeout=None,
            iopub_timeout=_PATIENCE,
            coalesce_streams=True,
            resources={"metadata": {"path": str(place.folder)}},
        )
        self._client.touched = self._touched
        self._running: tuple[Any, dict[str, Any]] | None = None

    @property
    def pid(self) -> int | None:
        """See `Executor`."""
        return getattr(getattr(self._client.km, "provisioner", None), "pid", None)

    @property
    def spent(self) -> Spent | None:
        """See `Executor`."""
        return None

    async def start(self) -> None:
        """See `Executor`."""
        for left in reversed(range(_STARTS)):
            try:
                await self._start()
            except Exception as error:  # noqa: BLE001 - the kernel's own start may fail in any way
                if not left or self._killed or _DIED not in str(error):
                    raise KernelLostError(str(error)) from None
            else:
                return

    async def _start(self) -> None:
        self._client.km = self._client.create_kernel_manager()
        env = {**self._place.env, _MARK: self._mark}
        with self._place.log.open("ab") as log:
            await self._client.async_start_new_kernel(
                env=env, stdout=log.fileno(), stderr=log.fileno()
            )
        await self._client.async_start_new_kernel_client()

    async def execute(self, cell: dict[str, Any]) -> Reply:
        """See `Executor`."""
        index = next(i for i, one in enumerate(self._notebook["cells"]) if one is cell)
        node = self._client.nb.cells[index]
        self._running = node, cell
        try:
            await self._client.async_execute_cell(node, index)
        except CellExecutionError as error:
            lines = _traceback(node) or tuple(error.traceback.splitlines())
            return Reply(False, error.ename, error.evalue, lines)  # noqa: FBT003
        except DeadKernelError:
            raise KernelLostError("the kernel died") from None
        except Exception as error:  # noqa: BLE001 - whatever the transport may raise
            raise KernelLostError(f"no word from the kernel: {error!r}") from None
        finally:
            self._touched()
            self._running = None
        return Reply(True)  # noqa: FBT003

    def _touched(self) -> None:
        """Show in the notebook's cell what nbclient has put into its own."""
        if self._running is not None:
            node, cell = self._running
            cell["outputs"], cell["execution_count"] = node["outputs"], node["execution_count"]
            cell["metadata"]["execution"] = node["metadata"].get("execution", {})
        self._place.touched()

    async def interrupt(self) -> None:
        """See `Executor`."""
        manager = self._client.km
        if manager is not None and manager.has_kernel and self._client.kc is not None:
            with suppress(Exception):
                await ensure_async(manager.interrupt_kernel())

    async def kill(self) -> None:
        """See `Executor`."""
        self._killed = True
        manager = self._client.km
        if manager is not None and manager.has_kernel:
            with suppress(Exception):
                await ensure_async(manager.shutdown_kernel(now=True))

    async def status(self) -> int | None:
        """See `Executor`."""
        provisioner = getattr(self._client.km, "provisioner", None)
        found: int | None = await provisioner.poll() if provisioner is not None else None
        return found

    async def end(self) -> None:
        """See `Executor`."""
        manager, client = self._client.km, self._client.kc
        if manager is None:
            return
        try:
            if manager.has_kernel:
                await ensure_async(manager.shutdown_kernel(now=self._killed))
        finally:
            if client is not None:
                client.stop_channels()
            await ensure_async(manager.cleanup_resources())
            await _end_marked(self._mark)

    def metadata(self) -> dict[str, Any]:
        """See `Executor`."""
        self._client.set_widgets_metadata()
        widgets = self._client.nb.metadata.get("widgets")
        return {"widgets": widgets} if widgets else {}


async def _end_marked(mark: str) -> None:
    """End the programs that a kernel left running, wherever they went."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for _ in range(_LOOKS):
            found = _marked(mark)
            for pid in found:
                with suppress(OSError):
                    os.kill(pid, number)
            if not found:
                return
            await asyncio.sleep(_GRACE / _LOOKS)


def _marked(mark: str) -> list[int]:
    """The processes that were started with this mark in their environment; Linux tells."""
    entry = f"{_MARK}={mark}".encode()
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):  # of another user, or gone
            if entry in environ.read_bytes().split(b"\0"):
                found.append(int(environ.parent.name))
    return found


def _traceback(cell: Mapping[str, Any]) -> tuple[str, ...]:
    for output in reversed(cell.get("outputs", ())):
        if output["output_type"] == "error":
            return tuple(line for part in output["traceback"] for line in part.splitlines())
    return ()
