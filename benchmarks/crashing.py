"""Killing `nbflow run` at random points: at most one finished cell may be lost. Not timed."""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import notebooks
from benchmarks.executing import CELLS
from benchmarks.measure import Fact, MeasureError
from benchmarks.places import OURS, Place
from nbflow import host

KILLS = 10
_PATIENCE = 60.0
_GRACE = 3.0


def crashing(place: Place) -> Iterator[Fact]:
    """Kill the host ten times between its first cell and its last."""
    span = _span(place)
    chance = random.Random(3)
    lost, reached, left = [], [], 0
    for _ in range(KILLS):
        finished, kept, processes = _killed(chance.uniform(0, span), place)
        place.say(f"  killed after {finished} cells, {kept} on disk, {processes} processes left")
        lost.append(finished - kept)
        reached.append(finished)
        left += processes
    points = f"{KILLS} times between cells {min(reached)} and {max(reached)}"
    yield Fact(
        "crash",
        f"`kill -9` of the host in {CELLS} cells with 20 KB output each",
        f"{points}: at most {max(lost)} finished cell lost",
        max(lost) <= 1,
    )
    yield Fact("crash", "processes left 3 s after the kill", str(left), left == 0)


def _span(place: Place) -> float:
    """Seconds from the first cell's end to the last's, of a run that nobody kills."""
    with place.empty() as folder:
        running = _start(folder, place)
        started = _wait_for(1, folder / "marks", running)
        ended = _wait_for(CELLS, folder / "marks", running)
        if running.wait(_PATIENCE):
            raise MeasureError("nbflow run failed before anything was killed")
        return ended - started


def _killed(seconds: float, place: Place) -> tuple[int, int, int]:
    """Kill a run so long after its first cell: cells that ended, cells on disk, processes left."""
    with place.empty() as folder:
        running = _start(folder, place)
        _wait_for(1, folder / "marks", running)
        time.sleep(seconds)
        running.kill()
        running.wait()
        finished = len((folder / "marks").read_text().splitlines())
        left = _left(str(folder / "marks"))
        return finished, _kept(folder), left


def _start(folder: Path, place: Place) -> subprocess.Popen[bytes]:
    notebooks.write(folder / "in.ipynb", notebooks.marking(CELLS))
    return subprocess.Popen(
        [OURS / "nbflow", "run", "in.ipynb", "-o", "out.ipynb"],
        cwd=folder,
        env={**place.environ, "MARKS": str(folder / "marks")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _wait_for(cells: int, marks: Path, running: subprocess.Popen[bytes]) -> float:
    """When so many cells had ended."""
    waiting = time.perf_counter()
    while not marks.exists() or marks.read_bytes().count(b"\n") < cells:
        if running.poll() is not None or time.perf_counter() - waiting > _PATIENCE:
            running.kill()
            raise MeasureError(f"nbflow run ended before {cells} cells had")
        time.sleep(0.002)
    return time.perf_counter()


def _kept(folder: Path) -> int:
    """The cells whose whole output can be read from what is on disk."""
    (run,) = folder.glob(".nbflow/store/*/*/local__*")
    cells = [cell for step in host.executed(run).values() for cell in step["cells"]]
    texts = ["".join(_text(output) for output in cell.get("outputs", ())) for cell in cells]
    return sum(len(text) >= notebooks.SIZE for text in texts)


def _text(output: dict[str, object]) -> str:
    found = output.get("text", "")
    return found if isinstance(found, str) else "".join(map(str, found))  # type: ignore[call-overload]


def _left(marks: str) -> int:
    """How many processes of the run are left after a moment; none is left by this."""
    ending = time.perf_counter() + _GRACE
    while (found := _of_run(marks)) and time.perf_counter() < ending:
        time.sleep(0.05)
    for process in found:
        os.kill(process, 9)
    return len(found)


def _of_run(marks: str) -> list[int]:
    """Processes that were started with this run's environment."""
    wanted = f"MARKS={marks}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and wanted in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:  # it has ended, or is another's
            continue
    return found
