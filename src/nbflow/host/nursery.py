"""The process that kernels are forked from, seen from the host."""

from __future__ import annotations

import asyncio
import atexit
import os
import signal
import socket
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbflow.host.executors import Spent
from nbflow.host.kernelspecs import spec_of
from nbflow.kernel import HEADER, decode, encode, take

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping
    from pathlib import Path

    Told = Callable[[], Coroutine[Any, Any, dict[str, Any] | None]]

__all__ = ["Born", "Nursery", "nursery", "warm"]

_GONE = "the process that forks kernels has ended"
_LAUNCH = ["-m", "ipykernel_launcher", "-f", "{connection_file}"]
_EARLY = ("PYTHON", "LD_", "DYLD_", "MALLOC_", "GLIBC_")
"""Variables of these prefixes count when an interpreter starts, and no later."""


class Born:
    """A forked kernel.

    Attributes:
        connection: the socket to it.
        pid: its process, which leads a process group.
        ended: its exit status once it has ended, negative for a signal.
        spent: what it used, once it has ended.
    """

    def __init__(self, connection: socket.socket, pid: int, told: Told) -> None:
        self.connection = connection
        self.pid = pid
        self.ended: asyncio.Task[int] = asyncio.create_task(self._end(told))
        self.spent: Spent | None = None

    async def _end(self, told: Told) -> int:
        """Its exit status; the forking process tells of it, and may end before."""
        message = await told()
        if message is None:
            return -signal.SIGKILL
        self.spent = Spent(**message["spent"])
        return int(message["status"])

    def signal(self, number: int) -> None:
        """Send a signal to the kernel alone; to all of its group where it must die."""
        with suppress(OSError):
            if number == signal.SIGKILL:
                os.killpg(self.pid, number)
            else:
                os.kill(self.pid, number)


@dataclass
class Nursery:
    """A forking process under way.

    Attributes:
        pid: its process.
    """

    pid: int
    _socket: socket.socket
    _living: int = 0
    _ended: bool = False
    _asking: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def start(cls) -> Nursery:
        """Start one; what it needs is imported while the caller goes on."""
        launched = take()
        return cls(launched.pid, socket.socket(fileno=launched.descriptor))

    @property
    def alive(self) -> bool:
        """It can be asked."""
        return not self._wait(os.WNOHANG)

    def can_fork(self, name: str, *, env: Mapping[str, str]) -> bool:
        """Whether a forked kernel would be what Jupyter would start for this name.

        Args:
            name: the kernel's.
            env: the environment that it would have.
        """
        spec = spec_of(name)
        if spec is None:
            return False
        command, *arguments = [one for one in spec["argv"] if not one.startswith("-X")]
        early = filter(_is_early, {*env, *os.environ})
        return (
            arguments == _LAUNCH
            and _same_interpreter(command)
            and not spec.get("env")
            and not spec.get("metadata", {}).get("kernel_provisioner")
            and all(env.get(one) == os.environ.get(one) for one in early)
        )

    async def fork(self, *, env: Mapping[str, str], folder: Path, log: Path) -> Born:
        """A new kernel.

        Args:
            env: its environment, all of it.
            folder: its working directory.
            log: file that what the process itself says is appended to.

        Raises:
            ConnectionError: this process has ended.
        """
        ours, theirs = socket.socketpair()
        answers, answering = socket.socketpair()
        request = {"env": dict(env), "folder": str(folder), "log": str(log)}
        self._living += 1
        try:
            self._ask(request, answering, theirs)
        except OSError:
            ours.close()
            answers.close()
            raise
        reader, writer = await asyncio.open_connection(sock=answers)
        message = await _message(reader)
        if message is None:
            ours.close()
            await _close(writer)
            raise ConnectionError(_GONE)
        return Born(ours, message["pid"], lambda: self._end(reader, writer))

    async def _end(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> dict[str, Any] | None:
        """How a kernel ended, told when nothing that it started is left.

        None where the forking process has ended, which no kernel survives.
        """
        message = await _message(reader)
        await _close(writer)
        self._living -= 1
        return message

    def _ask(self, request: Mapping[str, Any], *sockets: socket.socket) -> None:
        data = encode(request)
        try:
            with self._asking:  # runs of other threads ask too
                socket.send_fds(self._socket, [data[:HEADER]], [one.fileno() for one in sockets])
                self._socket.sendall(data[HEADER:])
        finally:
            for one in sockets:
                one.close()

    def stop(self) -> None:
        """End it, and all kernels with it."""
        try:
            if not self._living:
                # Nobody depends on it, and it may still be importing.
                with suppress(ProcessLookupError):
                    os.kill(self.pid, signal.SIGKILL)
            self._socket.close()
            self._wait(0)
        except KeyboardInterrupt:  # it ends by itself, with us; who is impatient need not wait
            pass

    def _wait(self, options: int) -> bool:
        """Whether it has ended."""
        if not self._ended:
            try:
                self._ended = os.waitpid(self.pid, options)[0] == self.pid
            except ChildProcessError:  # somebody else has waited for it
                self._ended = True
        return self._ended


async def _message(reader: asyncio.StreamReader) -> dict[str, Any] | None:
    try:
        header = await reader.readexactly(HEADER)
        found: dict[str, Any] = decode(await reader.readexactly(int.from_bytes(header, "big")))
    except (asyncio.IncompleteReadError, OSError):
        return None
    return found


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


_current: Nursery | None = None
_starting = threading.Lock()


def warm() -> None:
    """Start the forking process, so that it is ready when a run begins; does not wait."""
    global _current
    with _starting:
        if sys.platform == "linux" and (_current is None or not _current.alive):
            _current = Nursery.start()
            atexit.register(_current.stop)


def nursery() -> Nursery | None:
    """The forking process of this one; None where the system has no safe way to fork."""
    warm()
    return _current


def _is_early(name: str) -> bool:
    return name.startswith(_EARLY)


def _same_interpreter(command: str) -> bool:
    """Whether Jupyter, asked to start this command, would start our own interpreter."""
    version = sys.version_info
    names = {"python", f"python{version[0]}", f"python{version[0]}.{version[1]}"}
    return command in names or os.path.abspath(command) == os.path.abspath(sys.executable)  # noqa: PTH100
