"""Executes cells in a kernel that was forked from the nursery."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from nbflow.host.executors import KernelLostError, Reply
from nbflow.host.outputs import Outputs
from nbflow.kernel import HEADER, decode, encode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.host.executors import Place, Spent
    from nbflow.host.nursery import Born, Nursery

__all__ = ["Forked"]

_PATIENCE = 5.0
"""Seconds that a kernel has to end by itself."""


class Forked:
    """An `Executor` over a forked kernel."""

    def __init__(self, nursery: Nursery, place: Place) -> None:
        self._nursery = nursery
        self._place = place
        self._outputs = Outputs(self._send)
        self._born: Born | None = None
        self._count = 0
        self._closed = False
        self._writer: asyncio.StreamWriter | None = None

    @property
    def pid(self) -> int | None:
        """See `Executor`."""
        return None if self._born is None else self._born.pid

    @property
    def spent(self) -> Spent | None:
        """See `Executor`."""
        return None if self._born is None else self._born.spent

    async def start(self) -> None:
        """See `Executor`."""
        place = self._place
        try:
            self._born = await self._nursery.fork(env=place.env, folder=place.folder, log=place.log)
            self._reader, self._writer = await asyncio.open_connection(sock=self._born.connection)
            message = await self._receive()
        except OSError as error:
            raise KernelLostError(str(error)) from None
        if message["type"] != "ready":
            raise KernelLostError(f"it said {message['type']!r}")

    async def execute(self, cell: dict[str, Any]) -> Reply:
        """See `Executor`."""
        self._count += 1
        request = str(self._count)
        times = cell["metadata"].setdefault("execution", {})
        times.clear()
        self._outputs.start(cell)
        self._send({"type": "execute", "id": request, "code": _source(cell)})
        reply: Reply | None = None
        while reply is None:
            message = await self._receive()
            if message.get("parent", request) != request:
                continue  # of a task that an earlier cell left running: a client drops it too
            reply = self._take(message, cell, times)
            self._place.touched()
        self._outputs.end()
        return reply

    def _take(
        self, message: Mapping[str, Any], cell: dict[str, Any], times: dict[str, str]
    ) -> Reply | None:
        content = message["content"]
        if message["type"] == "execute_input":
            cell["execution_count"] = content["execution_count"]
            times["iopub.status.busy"] = times["iopub.execute_input"] = content["time"]
        elif message["type"] == "execute_reply":
            times["iopub.status.idle"] = times["shell.execute_reply"] = content["time"]
            return Reply(
                content["status"] == "ok",
                content.get("ename", ""),
                content.get("evalue", ""),
                tuple(content.get("traceback", ())),
            )
        else:
            self._outputs.take(message)
        return None

    async def interrupt(self) -> None:
        """See `Executor`."""
        if self._born is not None and not self._born.ended.done():
            self._born.signal(signal.SIGINT)

    async def kill(self) -> None:
        """See `Executor`."""
        if self._born is not None and not self._born.ended.done():
            self._born.signal(signal.SIGKILL)

    async def status(self) -> int | None:
        """See `Executor`."""
        if self._born is None:
            return None
        with suppress(TimeoutError):
            return await asyncio.wait_for(asyncio.shield(self._born.ended), _PATIENCE)
        return None

    async def end(self) -> None:
        """See `Executor`."""
        if self._born is None:
            return
        self._closed = True
        if self._writer is not None:
            self._writer.close()
        else:
            self._born.connection.close()
        if await self.status() is None:
            self._born.signal(signal.SIGKILL)
            await self.status()
        if self._writer is not None:
            with suppress(OSError):
                await self._writer.wait_closed()

    def metadata(self) -> dict[str, Any]:
        """See `Executor`."""
        widgets = self._outputs.widgets.metadata()
        # A fork has the interpreter of the nursery, which is ours.
        version = ".".join(map(str, sys.version_info[:3]))
        language = {"language_info": {"name": "python", "version": version}}
        return {**language, "widgets": widgets} if widgets else language

    def _send(self, message: Mapping[str, Any]) -> None:
        if not self._closed and self._writer is not None:
            self._writer.write(encode(message))

    async def _receive(self) -> dict[str, Any]:
        try:
            header = await self._reader.readexactly(HEADER)
            data = await self._reader.readexactly(int.from_bytes(header, "big"))
        except (asyncio.IncompleteReadError, OSError):
            raise KernelLostError("the kernel died") from None
        message: dict[str, Any] = decode(data)
        return message


def _source(cell: Mapping[str, Any]) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)
