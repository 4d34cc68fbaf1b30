"""What a kernel puts out: messages in their order, text as it is written, by whoever writes it."""

from __future__ import annotations

import codecs
import contextvars
import io
import os
import queue
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from nbflow.kernel.frames import encode

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping

__all__ = ["Outbox", "Stream", "replace_streams"]

_INTERVAL = 0.1
"""Seconds that text may wait before it is sent, whoever wrote it."""
_PATIENCE = 10.0
"""Seconds that a flush waits for a host that does not read."""
_CHUNK = 1 << 16


class Outbox:
    """Sends messages in their order, from a thread of its own.

    A thread, because an interrupt may break off what the main thread does at any point, and half a
    message would be the end of the connection.
    """

    def __init__(self, connection: socket.socket, *, default: Callable[[Any], Any]) -> None:
        self._connection = connection
        self._default = default
        self._queue: queue.SimpleQueue[bytes | threading.Event] = queue.SimpleQueue()
        self._streams: list[Stream] = []
        self._looked = time.monotonic()
        self.pid = os.getpid()
        self._thread = threading.Thread(target=self._run, name="nbflow-outbox", daemon=True)
        self._thread.start()

    def add(self, stream: Stream) -> None:
        """Send what this stream holds when it has waited long enough."""
        self._streams.append(stream)

    def put(self, message: Mapping[str, Any]) -> None:
        """Send a message after those before it."""
        self._queue.put(encode(message, default=self._default))

    def set_parent(self, parent: Mapping[str, Any]) -> None:
        """What is written from now on belongs to this request, whatever `sys.stdout` is by now."""
        for stream in self._streams:
            stream.set_parent(parent)

    def flush(self) -> None:
        """Send what the streams hold."""
        self._looked = time.monotonic()
        for stream in self._streams:
            stream.look()

    def wait(self) -> None:
        """Wait until everything is sent; what flushes may be killed a moment later."""
        if threading.current_thread() is not self._thread:
            sent = threading.Event()
            self._queue.put(sent)
            sent.wait(_PATIENCE)

    def _run(self) -> None:
        while True:
            try:
                item = self._queue.get(timeout=_INTERVAL)
            except queue.Empty:
                self.flush()
                continue
            if isinstance(item, threading.Event):
                item.set()
            else:
                with suppress(OSError):  # nobody listens any more: the host is gone
                    self._connection.sendall(item)
            if time.monotonic() > self._looked + _INTERVAL:
                self.flush()


class Stream(io.TextIOBase):
    """`sys.stdout` or `sys.stderr` of a kernel, with what its subprocesses write.

    These write to a file, which is read here as it grows. A pipe would be quicker to tell, but what
    a process writes last of all before it is killed would be gone with it.
    """

    encoding = "UTF-8"
    errors = "replace"

    def __init__(self, name: str, outbox: Outbox) -> None:
        self.name = name
        self._outbox = outbox
        self._parent: contextvars.ContextVar[str] = contextvars.ContextVar(f"{name}-parent")
        self._latest = ""
        self._texts: list[tuple[str, str]] = []
        self._lock = threading.RLock()
        self._descriptor = {"stdout": 1, "stderr": 2}[name]
        self._file = os.open(f"/proc/self/fd/{self._descriptor}", os.O_RDONLY)
        self._read = os.lseek(self._file, 0, os.SEEK_END)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        outbox.add(self)

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
            # A forked child has no threads; the file leads its text to the kernel.
            os.write(self._descriptor, text.encode("utf-8", "replace"))
            return len(text)
        self.drain()
        self._append(text)
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Write one after the other."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Send what was written, also by subprocesses that have ended; the host has it then."""
        if os.getpid() == self._outbox.pid:
            self.look()
            self._outbox.wait()

    def look(self) -> None:
        """Send what was written, after what is being sent."""
        self.drain()
        self.send()

    def send(self) -> None:
        """Send what is held."""
        with self._lock:
            texts, self._texts = self._texts, []
            for parent, text in _joined([one for one in texts if one[1]]):
                self._outbox.put(
                    {
                        "type": "stream",
                        "parent": parent,
                        "content": {"name": self.name, "text": text},
                    }
                )

    def drain(self) -> None:
        """Take in what subprocesses wrote."""
        with self._lock:
            while os.fstat(self._file).st_size > self._read:
                data = os.pread(self._file, _CHUNK, self._read)
                if not data:
                    break
                self._read += len(data)
                self._append(self._decoder.decode(data))

    def _append(self, text: str) -> None:
        with self._lock:
            self._texts.append((self._parent.get(self._latest), text))


def _joined(texts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    found: list[tuple[str, list[str]]] = []
    for parent, text in texts:
        if not found or found[-1][0] != parent:
            found.append((parent, []))
        found[-1][1].append(text)
    return [(parent, "".join(parts)) for parent, parts in found]


def replace_streams(outbox: Outbox) -> None:
    """Let all that this process writes go through the outbox."""
    for name in ("stdout", "stderr"):
        getattr(sys, name).flush()
        setattr(sys, name, Stream(name, outbox))
