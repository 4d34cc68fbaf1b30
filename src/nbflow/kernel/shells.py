"""ipykernel's own kernel, with a socket to the host in place of its five to a client.

All that a notebook can see is ipykernel's: the shell's class, displays, comms, the running event
loop, configuration and start-up files. Only the way that messages take differs.
"""

from __future__ import annotations

import asyncio
import base64
import builtins
import os
import signal
import socket
import sys
import threading
import traceback
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from ipykernel.ipkernel import IPythonKernel
from ipykernel.jsonutil import json_clean
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.jsonutil import json_default
from jupyter_client.session import Session
from tornado.ioloop import IOLoop
from traitlets import Any as AnyTrait
from traitlets.config import Config

from nbflow.kernel.frames import HEADER, decode
from nbflow.kernel.streams import Outbox, Stream, replace_streams

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["run"]

_STEP = 1e9
"""Seconds that a write to the host may take: with a limit the socket stays non-blocking, which
the event loop, reading from the same socket, needs."""


class _Session(Session):
    """Sends through the outbox what ipykernel sends to its clients."""

    outbox: Outbox

    def send(
        self,
        stream: Any,  # noqa: ARG002 - the overridden signature
        msg_or_type: Any,
        content: Any = None,
        parent: Any = None,
        ident: Any = None,  # noqa: ARG002
        buffers: Any = None,
        track: bool = False,  # noqa: ARG002, FBT001, FBT002
        header: Any = None,
        metadata: Any = None,
    ) -> Any:
        """See `Session.send`."""
        if isinstance(msg_or_type, dict):
            message = msg_or_type
            buffers = buffers or message.get("buffers", [])
        else:
            message = self.msg(
                msg_or_type, content=content, parent=parent, header=header, metadata=metadata
            )
        if os.getpid() == self.outbox.pid:
            found = {
                "type": message["header"]["msg_type"],
                "parent": message["parent_header"].get("msg_id", ""),
                "content": message["content"],
            }
            if buffers:
                found["buffers"] = [base64.b64encode(one).decode() for one in buffers]
            self.outbox.put(found)
        return message


class _StepKernel(IPythonKernel):
    """ipykernel's kernel without sub-shells."""

    debugger_class = AnyTrait()

    # Derived from `shell_channel_thread`, which is here only to tell the main thread.
    @property
    def _supports_kernel_subshells(self) -> bool:
        return False


class _App(IPKernelApp):
    """ipykernel's application without sockets, heartbeat and connection file."""

    name = "ipython-kernel"
    outbox: Outbox
    # Asked for its class, traitlets would import all that starts kernels and talks to them.
    blocking_class = AnyTrait()

    def parse_command_line(self, argv: Any = None) -> None:
        """There is none."""

    def init_connection_file(self) -> None:
        """There is none."""

    def init_poller(self) -> None:
        """The kernel dies with the process that it was forked from."""

    def init_sockets(self) -> None:
        """One socket was there before the kernel."""
        self.session = _Session(parent=self, outbox=self.outbox)
        self.session.outbox = self.outbox
        self.iopub_socket = SimpleNamespace(send=None)
        self._ports = {}

    def init_heartbeat(self) -> None:
        """The host sees the process itself."""

    def write_connection_file(self, **kwargs: Any) -> None:
        """There is none."""

    def log_connection_info(self) -> None:
        """There is nothing to connect to."""

    def init_io(self) -> None:
        """Send what is written; show values through ipykernel's hook."""
        from ipykernel.displayhook import ZMQDisplayHook

        replace_streams(self.outbox)
        self.displayhook = ZMQDisplayHook(self.session, self.iopub_socket)  # type: ignore[no-untyped-call]
        sys.displayhook = self.displayhook
        self.patch_io()  # type: ignore[no-untyped-call]

    def init_kernel(self) -> None:
        """Make the kernel as ipykernel does, less the sockets."""
        main = SimpleNamespace(parent_thread=threading.main_thread())
        with _no_debugger():
            kernel = _StepKernel.instance(
                parent=self,
                session=self.session,
                shell_channel_thread=main,
                iopub_socket=self.iopub_socket,
                log=self.log,
                profile_dir=self.profile_dir,
                user_ns=self.user_ns,
            )
        self.kernel = kernel
        self.displayhook.get_execution_count = lambda: kernel.execution_count


@contextmanager
def _no_debugger() -> Iterator[None]:
    """Spare the kernel debugpy, whose import takes longer than all others together."""
    name = "ipykernel.debugger"
    known = sys.modules.get(name)
    sys.modules[name] = SimpleNamespace(_is_debugpy_available=False)  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]
        if known is not None:
            sys.modules[name] = known


def run(connection: socket.socket) -> None:
    """Be a kernel: execute what the host asks for, until it closes the connection.

    Args:
        connection: a stream socket to the host.
    """
    connection.settimeout(_STEP)
    outbox = Outbox(connection, default=json_default)
    config = Config()
    config.HistoryManager.hist_file = ":memory:"
    # Libraries ask whether they run in a kernel by looking for this section.
    config.IPKernelApp.connection_file = f"kernel-{os.getpid()}.json"
    sys.argv = ["ipykernel_launcher.py", "-f", config.IPKernelApp.connection_file]
    app = _App.instance(config=config)
    app.outbox = outbox
    app.initialize(argv=[])  # type: ignore[no-untyped-call]
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(_serve(app, connection.dup(), outbox))
    finally:
        outbox.flush()
        outbox.wait()


async def _serve(app: _App, connection: socket.socket, outbox: Outbox) -> None:
    connection.setblocking(False)  # noqa: FBT003
    loop = asyncio.get_running_loop()
    app.kernel.io_loop = IOLoop.current()
    outbox.put({"type": "ready", "content": {"pid": os.getpid()}})
    while header := await _receive(loop, connection, HEADER):
        request = decode(await _receive(loop, connection, int.from_bytes(header, "big")))
        if request["type"] == "execute":
            await _execute(app, request, outbox)
        else:
            _comm(app, request)


async def _receive(loop: asyncio.AbstractEventLoop, connection: socket.socket, size: int) -> bytes:
    parts = []
    while size:
        try:
            part = await loop.sock_recv(connection, min(size, 1 << 20))
        except OSError:
            return b""
        if not part:
            return b""
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


async def _execute(app: _App, request: dict[str, Any], outbox: Outbox) -> None:
    kernel, code = app.kernel, request["code"]
    _set_parent(app, request)
    started = _now()
    outbox.put(
        {
            "type": "execute_input",
            "parent": request["id"],
            "content": {"execution_count": kernel.execution_count, "time": started},
        }
    )
    reply = await _reply(kernel, code)
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, Stream):
            with suppress(Exception):  # it is the cell's own, and may be closed
                stream.flush()
    outbox.flush()
    outbox.put(
        {
            "type": "execute_reply",
            "parent": request["id"],
            "content": {**json_clean(reply), "time": _now()},  # type: ignore[no-untyped-call]
        }
    )


async def _reply(kernel: Any, code: str) -> dict[str, Any]:
    """Run a cell; an interrupt ends the cell, never the kernel."""
    ignored = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        reply: dict[str, Any] = await kernel.do_execute(code, silent=False)
    except KeyboardInterrupt:
        # It came while the cell's end was being prepared.
        reply = {"status": "error", "ename": "KeyboardInterrupt", "evalue": "", "traceback": []}
    except Exception as error:  # noqa: BLE001 - the cell broke the shell itself
        lines = traceback.format_exception(error)
        reply = {"status": "error", "ename": type(error).__name__, "evalue": str(error)}
        reply["traceback"] = [line.rstrip("\n") for line in lines]
    finally:
        signal.signal(signal.SIGINT, ignored)
    return {
        key: reply.get(key)
        for key in ("status", "ename", "evalue", "traceback", "execution_count")
        if key in reply
    }


def _set_parent(app: _App, request: dict[str, Any]) -> None:
    message = app.session.msg("execute_request", {"code": request.get("code", "")})
    message["header"]["msg_id"] = message["msg_id"] = request["id"]
    message["header"]["date"] = datetime.now(UTC)
    app.kernel.set_parent([b""], message)
    app.outbox.set_parent(message)


def _comm(app: _App, request: dict[str, Any]) -> None:
    """A message for a widget, as a front end sends it."""
    _set_parent(app, request)
    message = app.session.msg(request["type"], request["content"])
    message["buffers"] = []
    handler = app.kernel.shell_handlers[request["type"]]
    try:
        handler(None, [b""], message)
    except Exception:  # noqa: BLE001 - a widget's callback may raise anything
        builtins.print("a widget's callback raised an error", file=sys.stderr)


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
