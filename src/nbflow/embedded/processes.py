"""Start detached processes, tell whether they live, and leave none behind."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

from nbflow.embedded.configuration import MARK
from nbflow.embedded.instance import Birth
from nbflow.errors import RemoteError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import psutil

_PATIENCE = 20.0
"""Seconds in which the system must have ended what was killed."""


def start(command: Sequence[str], *, folder: Path, log: Path, env: Mapping[str, str]) -> Birth:
    """Start a program that outlives us, in a session of its own; its output goes to the log."""
    import psutil

    if log.exists():
        log.replace(log.with_suffix(".previous.log"))
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    created = psutil.Process(process.pid).create_time()
    # It is not ours to wait for: without this the object warns when it is thrown away.
    process.returncode = 0
    return Birth(process.pid, created)


def alive(birth: Birth, *, home: Path) -> bool:
    """Whether this very process lives (a zombie does not)."""
    return _process(birth, home=home) is not None


def marked(home: Path) -> list[psutil.Process]:
    """All living processes that belong to this home, kernels of tasks too."""
    import psutil

    found = [process for process in psutil.process_iter() if _mark(process) == str(home)]
    return [process for process in found if process.pid != os.getpid() and _lives(process)]


def stop(home: Path, *, births: Sequence[Birth], grace: float) -> bool:
    """End every process of this home: first asked, after `grace` seconds killed.

    Returns:
        Whether there was any.

    Raises:
        RemoteError: one cannot be killed.
    """
    processes = _family(home, births)
    if not processes:
        return False
    _signal(processes, signal.SIGTERM)
    deadline = time.monotonic() + grace
    while (remaining := _family(home, births)) and time.monotonic() < deadline:
        _reap(processes)
        time.sleep(0.1)
    deadline = time.monotonic() + _PATIENCE
    while remaining:
        _signal(remaining, signal.SIGKILL)
        _reap(remaining)
        remaining = _family(home, births)
        if remaining and time.monotonic() > deadline:
            pids = ", ".join(str(process.pid) for process in remaining)
            raise RemoteError(
                f"processes of Airflow do not end, though they were killed: {pids}",
                hint="they wait for a disk or a device; look at them with ps, or restart",
            )
    return True


def _process(birth: Birth, *, home: Path) -> psutil.Process | None:
    """The process, unless its id has been given to another one since.

    A clock that was set moves all start times, so the mark counts as much as the time.
    """
    import psutil

    try:
        process = psutil.Process(birth.pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        # psutil knows the time to a hundredth of a second.
        same = abs(process.create_time() - birth.created) < 0.05
        return process if same or _mark(process) == str(home) else None
    except psutil.NoSuchProcess:
        return None


def _mark(process: psutil.Process) -> str | None:
    import psutil

    try:
        return process.environ().get(MARK)
    except (psutil.Error, OSError):
        # Other users' processes do not show theirs.
        return None


def _family(home: Path, births: Iterable[Birth]) -> list[psutil.Process]:
    """The components, their descendants, and whatever else carries the mark."""
    import psutil

    found = {process.pid: process for process in marked(home)}
    for birth in births:
        process = _process(birth, home=home)
        if process is None:
            continue
        found[process.pid] = process
        try:
            found |= {child.pid: child for child in process.children(recursive=True)}
        except psutil.NoSuchProcess:
            continue
    return [process for process in found.values() if _lives(process)]


def _lives(process: psutil.Process) -> bool:
    import psutil

    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _signal(processes: Iterable[psutil.Process], number: signal.Signals) -> None:
    import psutil

    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue


def _reap(processes: Sequence[psutil.Process]) -> None:
    """Wait a moment; children of ours are reaped by it, and leave no zombie."""
    import psutil

    psutil.wait_procs(processes, timeout=0.2)
