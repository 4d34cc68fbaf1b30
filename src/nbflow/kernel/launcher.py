"""Starts the process that kernels are forked from, before anything else is imported."""

from __future__ import annotations

import os
import sys

# `signal`, `socket`, `subprocess` and `typing` take longer to import than the process to start.
from _socket import socketpair

__all__ = ["Launched", "abandon", "launch", "take"]

_waiting: list[Launched] = []


class Launched:
    """A started process.

    Attributes:
        pid: its id; it leads a session of its own.
        descriptor: of the socket to it.
    """

    def __init__(self, pid: int, descriptor: int) -> None:
        self.pid = pid
        self.descriptor = descriptor


def launch() -> Launched:
    """Start the process and return at once; `take` finds it."""
    ours, theirs = socketpair()
    os.set_inheritable(theirs.fileno(), True)  # noqa: FBT003
    nowhere = [(os.POSIX_SPAWN_OPEN, n, os.devnull, os.O_RDWR, 0) for n in (0, 1, 2)]
    # `-m` would first import what finds and runs modules. Looking for garbage, which imports do not
    # leave, is a tenth of the time that they take; `serve` collects again.
    code = "import gc; gc.disable(); from nbflow.kernel.nest import serve"
    code += f"; serve({theirs.fileno()})"
    command = [sys.executable, "-P", "-c", code]
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=nowhere, setsid=True)
    theirs.close()
    found = Launched(pid, ours.detach())
    _waiting.append(found)
    return found


def take() -> Launched:
    """The process that was launched and not taken yet; a new one where there is none."""
    found = _waiting[-1] if _waiting else launch()
    _waiting.remove(found)
    return found


def abandon() -> None:
    """End what was launched and never taken; it may still be importing."""
    import signal

    while _waiting:
        launched = _waiting.pop()
        os.kill(launched.pid, signal.SIGKILL)
        os.waitpid(launched.pid, 0)
        os.close(launched.descriptor)
