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
from nbflow.runtime import prepare

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
_GRACE = 1.0
"""Seconds between asking what a kernel left running to end, and killing it."""
_APPEND = os.O_RDWR | os.O_CREAT | os.O_APPEND
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h


@dataclass
class _Nest:
    """The forking process.

    Attributes:
        host: the socket to the host.
        alarm: readable when a child has ended.
        living: by process id of a kernel, the socket on which the host learns how it ended.
        doomed: process groups that were asked to end, with the time at which they are killed.
    """

    host: socket.socket
    alarm: int
    living: dict[int, socket.socket] = field(default_factory=dict)
    doomed: dict[int, float] = field(default_factory=dict)


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
    gc.disable()  # a tenth of the time that imports take, and they leave nothing to collect
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
    until = min(nest.doomed.values(), default=None)
    wait = None if until is None else max(0.0, until - time.monotonic())
    ready, _, _ = select.select([nest.host.fileno(), nest.alarm], [], [], wait)
    if nest.alarm in ready:
        with suppress(BlockingIOError):
            os.read(nest.alarm, 4096)
    _reap(nest)
    _kill_doomed(nest)
    if nest.host.fileno() not in ready:
        return True
    header, descriptors = b"", list[int]()
    with suppress(ConnectionError):
        header, descriptors, _, _ = socket.recv_fds(nest.host, HEADER, 2)
    if len(header) < HEADER:
        return False
    request = decode(receive(nest.host, int.from_bytes(header, "big")))
    answers = socket.socket(fileno=descriptors[0])
    if request["type"] == "spec":
        _answer(answers, _spec(request["name"]))
    else:
        _fork(nest, request, answers, descriptors[1])
    return True


def _answer(host: socket.socket, message: dict[str, Any]) -> None:
    with suppress(OSError):
        host.sendall(encode(message))


def _spec(name: str) -> dict[str, Any]:
    """What is known of a kernel of this name."""
    from jupyter_client.kernelspec import KernelSpecManager

    specs: dict[str, Any] = KernelSpecManager().get_all_specs()
    spec = specs.get(name, {}).get("spec")
    return {"spec": spec, "installed": sorted(specs)}


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
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        if pid in nest.living:
            host = nest.living.pop(pid)
            _answer(host, {"status": os.waitstatus_to_exitcode(status)})
            host.close()
            _signal_group(pid, signal.SIGTERM)
            nest.doomed[pid] = time.monotonic() + _GRACE


def _kill_doomed(nest: _Nest) -> None:
    for group, when in list(nest.doomed.items()):
        if not _signal_group(group, 0):
            del nest.doomed[group]
        elif when <= time.monotonic():
            _signal_group(group, signal.SIGKILL)
            del nest.doomed[group]


def _signal_group(group: int, number: int) -> bool:
    """Whether there was anybody in the group."""
    try:
        os.killpg(group, number)
    except OSError:
        return False
    return True


def _kill_all() -> None:
    """Kill every process below this one, also those that left their group."""
    for _ in range(20):
        found = _children(os.getpid())
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
            for child in map(int, tasks.read_text().split()):
                found += [*_children(child), child]
    return found


def _prctl(option: int, value: int) -> None:
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
