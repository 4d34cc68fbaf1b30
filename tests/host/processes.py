"""What a run leaves running."""

from __future__ import annotations

import os
import time
import uuid
from contextlib import suppress
from pathlib import Path

import psutil

MARK = "NBFLOW_TEST_MARK"


def new_mark() -> str:
    """A value for `MARK` in the environment, by which processes can be told apart."""
    return uuid.uuid4().hex


def left(mark: str, *, patience: float = 3.0) -> list[str]:
    """The processes that bear a mark, and those below this one but the one that forks kernels."""
    until = time.monotonic() + patience
    while (found := _left(mark)) and time.monotonic() < until:
        time.sleep(0.05)
    return found


def _left(mark: str) -> list[str]:
    found = {process.pid: process for process in _marked(mark)}
    for child in psutil.Process().children():
        forks = any("nbflow.kernel" in word for word in _command(child))
        if not forks and mark not in _environ(child.pid):
            continue  # another test's: an Airflow, say
        below = child.children(recursive=True)
        if not forks:
            below.append(child)
        found.update({one.pid: one for one in below if one.is_running()})
    return [f"{pid} {' '.join(_command(one))}" for pid, one in found.items() if not _is_dead(one)]


def _marked(mark: str) -> list[psutil.Process]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid() and mark in _environ(entry.name):
            with suppress(psutil.NoSuchProcess):
                process = psutil.Process(int(entry.name))
                if not any("nbflow.kernel" in word for word in _command(process)):
                    found.append(process)
    return found


def _environ(pid: int | str) -> str:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _is_dead(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.Error:
        return True
