"""The nursery: forks kernels on request, tells how they ended, and lets none survive the host.

It reads requests from one socket; each brings the socket for its answers. When the host closes the
first one, or dies, all kernels are killed.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import os
import select
import signal
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from nbflow.kernel.deferral import defer
from nbflow.kernel.frames import HEADER, decode, encode, receive
from nbflow.runtime import look_around, prepare

__all__ = ["serve"]

_NEEDED = (
    "nbflow.kernel.shells",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "faulthandler",
    "ipykernel.displayhook",
    "sqlite3",
)
"""What every kernel imports before its first cell."""
_BEAT = 0.02
"""Seconds between looks at whether what a kernel left has ended."""
_GRACE = 1.0
"""Seconds between asking what a kernel left running to end, and killing it."""
_APPEND = os.O_RDWR | os.O_CREAT | os.O_APPEND
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h


@dataclass(frozen=True)
class _Ended:
    """A kernel that has ended; the host is told when nothing that it started is left.

    Attributes:
        host: where the host waits to be told.
        status: how it ended.
        spent: bytes of memory that it, or the largest process that it waited for, had at its peak,
            and seconds that all of them computed.
        patience: the time at which what it left is killed.
    """

    host: socket.socket
    status: int
    spent: dict[str, float]
    patience: float


@dataclass
class _Nest:
    """The forking process.

    Attributes:
        host: the socket to the host.
        alarm: readable when a child has ended.
        living: by process id of a kernel, the socket on which the host learns how it ended.
        ended: kernels that have ended while what they started may still run.
    """

    host: socket.socket
    alarm: int
    living: dict[int, socket.socket] = field(default_factory=dict)
    ended: list[_Ended] = field(default_factory=list)


def serve(descriptor: int) -> None:
    """Serve the host until it closes the socket."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writing)
    nest = _Nest(socket.socket(fileno=descriptor), reading)
    _import()
    # Pages of what is there now are not copied when a child's collector looks through them.
    gc.freeze()
    gc.enable()
    try:
        while _turn(nest):
            pass
    finally:
        _kill_all()
        os._exit(0)  # nothing here is worth taking apart


def _import() -> None:
    """Import what kernels need; half of jupyter_client is for those who start kernels."""
    defer("jupyter_client", light={"write_connection_file": "jupyter_client.connect"})
    for module in _NEEDED:
        importlib.import_module(module)
    prepare()


def _turn(nest: _Nest) -> bool:
    """Wait for something to do and do it; False when the host has gone."""
    wait = _BEAT if nest.ended else None
    ready, _, _ = select.select([nest.host.fileno(), nest.alarm], [], [], wait)
    if nest.alarm in ready:
        with suppress(BlockingIOError):
            os.read(nest.alarm, 4096)
    _reap(nest)
    _clear(nest)
    if nest.host.fileno() not in ready:
        return True
    header, descriptors = b"", list[int]()
    with suppress(ConnectionError):
        header, descriptors, _, _ = socket.recv_fds(nest.host, HEADER, 2)
    if len(header) < HEADER:
        return False
    request = decode(receive(nest.host, int.from_bytes(header, "big")))
    answers = socket.socket(fileno=descriptors[0])
    _fork(nest, request, answers, descriptors[1])
    look_around()  # for the kernels to come, while the first one gets ready
    return True


def _answer(host: socket.socket, message: dict[str, Any]) -> None:
    with suppress(OSError):
        host.sendall(encode(message))


def _fork(nest: _Nest, request: dict[str, Any], answers: socket.socket, descriptor: int) -> None:
    pid = os.fork()
    if pid == 0:
        answers.close()
        _become_kernel(nest, request, descriptor)
    os.close(descriptor)
    nest.living[pid] = answers
    _answer(answers, {"pid": pid})


def _become_kernel(nest: _Nest, request: dict[str, Any], descriptor: int) -> NoReturn:
    """In the child: stand alone, then be a kernel until the host has had enough."""
    status = 1
    try:
        parent = os.getppid()
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)
        if os.getppid() != parent:
            os._exit(1)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        nest.host.close()
        os.close(nest.alarm)
        for other in nest.living.values():
            other.close()
        _redirect(request["log"])
        os.environ.clear()
        os.environ.update(request["env"])
        time.tzset()
        os.chdir(request["folder"])
        sys.path[:] = [path for path in sys.path if path]

        from nbflow.kernel.shells import run

        run(socket.socket(fileno=descriptor))
        status = 0
    except SystemExit as exit_:
        status = exit_.code if isinstance(exit_.code, int) else 1
    except BaseException:  # noqa: BLE001 - told in the kernel's log, then the process ends
        import traceback

        # Its own standard error may be a pipe by now that nobody reads in time.
        with suppress(OSError), Path(request["log"]).open("a") as log:
            traceback.print_exc(file=log)
    finally:
        _finish(status)


def _redirect(log: str) -> None:
    """Nothing to read; standard error into the log, standard output into a file without a name."""
    null = os.open(os.devnull, os.O_RDONLY)
    output = os.open(f"{log}.{os.getpid()}", _APPEND, 0o600)
    os.unlink(f"{log}.{os.getpid()}")  # noqa: PTH108
    for standard, file in enumerate((null, output, os.open(log, _APPEND, 0o666))):
        os.dup2(file, standard)
        os.close(file)


def _finish(status: int) -> NoReturn:
    """End as an interpreter does, but for taking every object apart."""
    import atexit
    import threading

    with suppress(BaseException):
        threading._shutdown()  # type: ignore[attr-defined]
    with suppress(BaseException):
        atexit._run_exitfuncs()
    with suppress(BaseException):
        sys.__stderr__.flush()  # type: ignore[union-attr]
    os._exit(status)


def _reap(nest: _Nest) -> None:
    while True:
        try:
            pid, status, used = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        if pid in nest.living:
            patience = time.monotonic() + _GRACE
            code = os.waitstatus_to_exitcode(status)
            spent = {"peak_memory": used.ru_maxrss * 1024, "cpu": used.ru_utime + used.ru_stime}
            nest.ended.append(_Ended(nest.living.pop(pid), code, spent, patience))
            _signal_left(nest, signal.SIGTERM)


def _clear(nest: _Nest) -> None:
    """See that nothing is left of the kernels that have ended, then tell how they did."""
    for one in list(nest.ended):
        number = signal.SIGKILL if one.patience <= time.monotonic() else 0
        if not _signal_left(nest, number):
            nest.ended.remove(one)
            _answer(one.host, {"status": one.status, "spent": one.spent})
            one.host.close()


def _signal_left(nest: _Nest, number: int) -> bool:
    """Send a signal to what kernels that have ended left running; whether there was anything.

    A kernel takes in what is orphaned below it, and this process what is left when a kernel ends:
    so a child of this process that is no kernel is such a one.
    """
    children = [pid for pid in _children(os.getpid()) if pid not in nest.living]
    for pid in [below for child in children for below in (child, *_all_below(child))]:
        with suppress(OSError):
            os.kill(pid, number)
    return bool(children)


def _kill_all() -> None:
    """Kill every process below this one, also those that left their group."""
    for _ in range(20):
        found = _all_below(os.getpid())
        for pid in found:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        if not found:
            return
        time.sleep(0.01)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += map(int, tasks.read_text().split())
    return found


def _all_below(pid: int) -> list[int]:
    return [one for child in _children(pid) for one in (*_all_below(child), child)]


def _prctl(option: int, value: int) -> None:
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
