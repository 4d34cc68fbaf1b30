"""How times are taken: in turns, so that a machine that slows down slows both."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

ROUNDS = 5


@dataclass(frozen=True)
class Ratio:
    """One comparison; times in seconds."""

    work: str
    ours: float
    against: str
    theirs: float
    at_most: float

    @property
    def value(self) -> float:
        """Our time divided by theirs."""
        return self.ours / self.theirs


def in_turns(*works: Callable[[], float], rounds: int = ROUNDS) -> list[float]:
    """The median seconds of each work, taken A B A B … after one warm-up round."""
    taken: list[list[float]] = [[] for _ in works]
    for turn in range(rounds + 1):
        for times, work in zip(taken, works, strict=True):
            seconds = work()
            if turn:
                times.append(seconds)
    return [statistics.median(times) for times in taken]


def process(
    command: Sequence[str | Path], *, cwd: Path, environ: Mapping[str, str] | None = None
) -> Callable[[], float]:
    """A work: one whole process, from start to exit."""

    def run() -> float:
        started = time.perf_counter()
        result = subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env={**os.environ, **(environ or {})},
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.perf_counter() - started
        if result.returncode:
            sys.exit(f"{command}: ended with {result.returncode}\n{result.stderr[-3000:]}")
        return seconds

    return run


def versions() -> str:
    """What was measured, by name and version."""
    names = ("nbflow", "apache-airflow", "papermill", "nbclient", "ipykernel")
    return ", ".join([f"Python {sys.version.split()[0]}", *(f"{n} {version(n)}" for n in names)])
