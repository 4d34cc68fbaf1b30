"""What a kernel puts out: messages in their order, text as it is written, by whoever writes it."""

from __future__ import annotations

import codecs
import contextvars
import fcntl
import io
import os
import queue
import select
import struct
import sys
import termios
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from nbflow.kernel.frames import encode

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping

__all__ = ["Outbox", "Pipes", "Stream", "replace_streams"]

_INTERVAL = 0.1
"""Seconds that written text may wait before it is sent."""
_READ = 1 << 16


class Pipes(NamedTuple):
    """Non-blocking reading ends and writing ends, for standard output and standard error.

    They are made by another process, which can read what this one wrote last before it was killed.
    """

    reading: tuple[int, ...]
    writing: tuple[int, ...]


class Outbox:
    """Sends messages in their order, from a thread of its own.

    A thread, because an interrupt may break off what the main thread does at any point, and half a
    message would be the end of the connection.
    """

    def __init__(self, connection: socket.socket, *, default: Callable[[Any], Any]) -> None:
        self._connection = connection
        self._default = default
        self._queue: queue.SimpleQueue[bytes | threading.Event | None] = queue.SimpleQueue()
        self._streams: list[Stream] = []
        self._due: float | None = None
        self.pid = os.getpid()
        self._thread = threading.Thread(target=self._run, name="nbflow-outbox", daemon=True)
        self._thread.start()

    def add(self, stream: Stream) -> None:
        """Send what this stream holds when it has waited long enough."""
        self._streams.append(stream)

    def put(self, message: Mapping[str, Any]) -> None:
        """Send a message after those before it."""
        self._queue.put(encode(message, default=self._default))

    def remind(self) -> None:
        """Text was written: send it soon."""
        self._queue.put(None)

    def close(self, *, patience: float = 10.0) -> None:
        """Wait until everything is sent, or so many seconds."""
        sent = threading.Event()
        self._queue.put(sent)
        sent.wait(patience)

    def _run(self) -> None:
        while True:
            try:
                wait = None if self._due is None else max(0.0, self._due - time.monotonic())
                item = self._queue.get(timeout=wait)
            except queue.Empty:
                self._due = None
                for stream in self._streams:
                    stream.send()
                continue
            if item is None:
                self._due = self._due or time.monotonic() + _INTERVAL
            elif isinstance(item, threading.Event):
                item.set()
            else:
                with suppress(OSError):  # nobody listens any more: the host is gone
                    self._connection.sendall(item)


class Stream(io.TextIOBase):
    """`sys.stdout` or `sys.stderr` of a kernel, with what its subprocesses write.

    The file descriptor of the stream becomes a pipe that is read here; what comes through it is
    also written to where the descriptor led before, the kernel's log.
    """

    encoding = "UTF-8"
    errors = "replace"

    def __init__(self, name: str, outbox: Outbox, *, pipe: int, writing: int) -> None:
        self.name = name
        self._outbox = outbox
        self._parent: contextvars.ContextVar[str] = contextvars.ContextVar(f"{name}-parent")
        self._latest = ""
        self._texts: list[tuple[str, str]] = []
        self._lock = threading.RLock()
        self._waiting = False
        self._descriptor = {"stdout": 1, "stderr": 2}[name]
        self._log = os.dup(self._descriptor)
        self._pipe = pipe
        os.dup2(writing, self._descriptor)
        os.close(writing)
        self._reading = threading.Lock()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        outbox.add(self)
        threading.Thread(target=self._watch, name=f"nbflow-{name}", daemon=True).start()

    def fileno(self) -> int:
        """Where subprocesses may write to."""
        return self._descriptor

    def isatty(self) -> bool:
        """It is no terminal, as in any kernel."""
        return False

    def readable(self) -> bool:
        """It is not."""
        return False

    def writable(self) -> bool:
        """It is."""
        return True

    def set_parent(self, parent: Mapping[str, Any]) -> None:
        """From now on text belongs to this request, unless a task of an earlier one writes it."""
        self._latest = parent["header"]["msg_id"]
        self._parent.set(self._latest)

    def write(self, text: str) -> int:
        """Write text; it is sent a little later, or at `flush`."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if os.getpid() != self._outbox.pid:
            # A forked child has no threads; the pipe leads its text to the kernel.
            os.write(self._descriptor, text.encode("utf-8", "replace"))
            return len(text)
        if self._available():
            self.drain()
        self._append(text)
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Write one after the other."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Send what was written, also by subprocesses that have ended."""
        if os.getpid() == self._outbox.pid:
            self.drain()
            self.send()

    def send(self) -> None:
        """Send what is held."""
        with self._lock:
            texts, self._texts, self._waiting = self._texts, [], False
            for parent, text in _joined(texts):
                self._outbox.put(
                    {
                        "type": "stream",
                        "parent": parent,
                        "content": {"name": self.name, "text": text},
                    }
                )

    def drain(self) -> None:
        """Take in what lies in the pipe."""
        with self._reading:
            self._read()

    def _append(self, text: str) -> None:
        parent = self._parent.get(self._latest)
        with self._lock:
            self._texts.append((parent, text))
            remind, self._waiting = not self._waiting, True
        if remind:
            self._outbox.remind()

    def _available(self) -> bool:
        size: int = struct.unpack("i", fcntl.ioctl(self._pipe, termios.FIONREAD, b"\0" * 4))[0]
        return size > 0

    def _read(self) -> None:
        parts = []
        with suppress(BlockingIOError):
            while part := os.read(self._pipe, _READ):
                parts.append(part)
        if parts:
            data = b"".join(parts)
            self._append(self._decoder.decode(data))
            with suppress(OSError):
                os.write(self._log, data)

    def _watch(self) -> None:
        while True:
            select.select([self._pipe], [], [])
            with self._reading:
                self._read()


def _joined(texts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    found: list[tuple[str, list[str]]] = []
    for parent, text in texts:
        if not found or found[-1][0] != parent:
            found.append((parent, []))
        found[-1][1].append(text)
    return [(parent, "".join(parts)) for parent, parts in found]


def replace_streams(outbox: Outbox, pipes: Pipes) -> None:
    """Let all that this process writes go through the outbox."""
    ends = zip(("stdout", "stderr"), pipes.reading, pipes.writing, strict=True)
    for name, reading, writing in ends:
        getattr(sys, name).flush()
        setattr(sys, name, Stream(name, outbox, pipe=reading, writing=writing))
