"""Handing a frame of five million rows from step to step, against dill and pickle."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import notebooks
from benchmarks.measure import MeasureError, Row, Samples, Work, in_turns, total
from benchmarks.places import OURS, PEERS, PROGRAMS, Place

ROWS = 5_000_000
WORK = "5M rows x 10 columns (8 float, 1 int, 1 string)"
COLUMN = "cell-2"  # the cell of the second step that reads one column
_MEGABYTE = 1e6


@dataclass
class _Hand:
    """Our two steps, each in a new process; remembers what a turn's second step needed."""

    place: Place
    bundle: Path
    run: Path
    growth: list[float] = field(default_factory=list)
    size: list[float] = field(default_factory=list)
    reading: list[float] = field(default_factory=list)

    def out(self) -> float:
        """Seconds of the first step's saving."""
        told = self._step("make", "frame")
        self.size.append(told["size"][0] / _MEGABYTE)
        return float(told["seconds"]["save"])

    def into(self) -> float:
        """Seconds of the second step's loading."""
        told = self._step("use")
        self.growth.append(told["growth"] / _MEGABYTE)
        self.reading.append(told["seconds"]["load"] + told["seconds"][COLUMN])
        for path in sorted(self.run.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        return float(told["seconds"]["load"])

    def _step(self, name: str, *variables: str) -> dict[str, Any]:
        notebook = self.bundle / "steps" / f"{name}.ipynb"
        command = (OURS / "python", PROGRAMS / "step.py", notebook, self.run, self.bundle / "files")
        return self.place.told([*command, *variables], cwd=self.bundle)


def frames(place: Place) -> Iterator[Row]:
    """Seconds inside the processes: of the calls that write and read, imports apart."""
    with place.empty() as folder:
        sources, tags = notebooks.frame(ROWS)
        source = notebooks.write(
            folder / "frame.ipynb", [notebooks.IMPORTS, *sources], tags=["imports", *tags]
        )
        place.run((OURS / "nbflow", "compile", source.name, "-o", "out"), cwd=folder)
        hand = _Hand(place, bundle_in(folder / "out"), folder / "run")
        hand.run.mkdir()
        works = {"nbflow out": hand.out, "nbflow in": hand.into}
        for library in ("dill", "pickle"):
            for direction in ("out", "in"):
                works[f"{library} {direction}"] = _peer(library, direction, source, place)
        works = {name: _settled(work) for name, work in works.items()}
        taken = in_turns(works, repeat=place.repeat, warm=0, say=place.say)
    yield from _rows(taken, hand)


def _rows(taken: dict[str, Samples], hand: _Hand) -> Iterator[Row]:
    both = {
        name: total((taken[f"{name} out"], taken[f"{name} in"]))
        for name in ("nbflow", "dill", "pickle")
    }
    ours = both["nbflow"]
    yield Row("frame", f"{WORK}, out and in", ours, "dill", both["dill"], 0.35)
    yield Row("frame", f"{WORK}, out and in", ours, "pickle 5 in band", both["pickle"], 0.35)
    yield Row("frame", f"{WORK}, in only", taken["nbflow in"], "dill", taken["dill in"], 0.1)
    yield Row(
        "frame",
        f"{WORK}, in, and the sum of one column",
        Samples(tuple(hand.reading)),
        "dill, without the sum",
        taken["dill in"],
    )
    yield Row(
        "frame",
        "growth of the peak memory of a step that reads one column of it",
        Samples(tuple(hand.growth)),
        "size of the frame",
        Samples(tuple(hand.size)),
        0.3,
        unit="MB",
    )


def _settled(work: Work) -> Work:
    """The work when the disk has written what earlier ones left: nobody waits for another's."""

    def settled() -> float:
        os.sync()
        return work()

    return settled


def _peer(library: str, direction: str, source: Path, place: Place) -> Work:
    file = source.with_suffix(f".{library}")
    command: list[str | Path] = [
        PEERS / "python",
        PROGRAMS / "handing.py",
        library,
        direction,
        source,
        file,
    ]

    def work() -> float:
        return float(place.told(command, cwd=source.parent)["seconds"])

    return work


def bundle_in(folder: Path) -> Path:
    """The one bundle that `nbflow compile` wrote there."""
    found = list(folder.glob("*/*/manifest.json"))
    if len(found) != 1:
        raise MeasureError(f"nbflow compile left {len(found)} bundles")
    return found[0].parent
