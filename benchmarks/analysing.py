"""How static analysis and compiling grow with the number of cells."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import notebooks
from benchmarks.measure import Row, Work, in_turns
from benchmarks.places import OURS, PROGRAMS, Place

SMALL, LARGE = 200, 2000


def analysing(place: Place) -> Iterator[Row]:
    """Seconds inside a new process for each, imports apart."""
    taken = in_turns(
        {f"{cells} cells": _compiled(cells, place) for cells in (LARGE, SMALL)},
        repeat=place.repeat,
        say=place.say,
    )
    large, small = taken[f"{LARGE} cells"], taken[f"{SMALL} cells"]
    work = f"static analysis and compile of {LARGE:,} cells"
    yield Row("analysis", work, large, f"{SMALL} cells", small, 12)


def _compiled(cells: int, place: Place) -> Work:
    def work() -> float:
        with place.empty() as folder:
            sources, tags = notebooks.large(cells)
            large = notebooks.write(folder / "large.ipynb", sources, tags=tags)
            warm = notebooks.write(folder / "warm.ipynb", notebooks.two())
            command = (OURS / "python", PROGRAMS / "analysing.py", warm, large, "out")
            return float(place.told(command, cwd=folder)["seconds"])

    return work
