"""Running notebooks: `nbflow run` against the programs that execute them, whole processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks import notebooks
from benchmarks.measure import MeasureError, Row, Work, in_turns
from benchmarks.places import OURS, PEERS, PROGRAMS, Command, Place

CELLS = 300
STEPS = 10

RUN = (OURS / "nbflow", "run", "in.ipynb", "-o", "out.ipynb")
PAPERMILL = (PEERS / "papermill", "in.ipynb", "out.ipynb")
PLOOMBER = (PEERS / "ploomber-engine", "in.ipynb", "out.ipynb")
NBCLIENT = (PEERS / "python", PROGRAMS / "whole.py", "in.ipynb", "out.ipynb")


def two(place: Place) -> Iterator[Row]:
    """Two cells: nothing but starting and ending."""
    made = notebooks.maker(notebooks.two())
    works = {"nbflow": RUN, "papermill": PAPERMILL, "ploomber-engine": PLOOMBER}
    taken = in_turns(
        {name: whole(command, made, place) for name, command in works.items()},
        repeat=place.repeat,
        warm=2,
        say=place.say,
    )
    work = "two-cell notebook, process start to exit"
    ours = taken["nbflow"]
    yield Row("two", work, ours, "`papermill`", taken["papermill"], 0.2)
    yield Row("two", work, ours, "`ploomber-engine`", taken["ploomber-engine"], 0.35)


def trivial(place: Place) -> Iterator[Row]:
    """300 cells that do next to nothing."""
    yield from _many("trivial", f"{CELLS} trivial cells", notebooks.trivial(CELLS), 1.0, place)


def talkative(place: Place) -> Iterator[Row]:
    """300 cells that print 20 KB each."""
    sources = notebooks.talkative(CELLS)
    work = f"{CELLS} cells with 20 KB output each"
    yield from _many("talkative", work, sources, 1.3, place)


def _many(
    group: str, work: str, sources: Sequence[str], at_most: float, place: Place
) -> Iterator[Row]:
    made = notebooks.maker(sources)
    works = {"nbflow": RUN, "nbclient": NBCLIENT, "papermill": PAPERMILL}
    taken = in_turns(
        {name: whole(command, made, place) for name, command in works.items()},
        repeat=place.repeat,
        warm=0,
        say=place.say,
    )
    ours = taken["nbflow"]
    yield Row(group, work, ours, "`papermill`", taken["papermill"], 0.08)
    yield Row(group, work, ours, "nbclient, one save at the end", taken["nbclient"], at_most)


def chain(place: Place) -> Iterator[Row]:
    """A chain of ten trivial steps."""
    sources, tags = notebooks.chain(STEPS)
    one = notebooks.maker(notebooks.two()[1:])
    taken = in_turns(
        {
            "nbflow": whole(RUN, notebooks.maker(sources, tags), place),
            "nbclient": whole(NBCLIENT, notebooks.maker(sources), place),
            f"{STEPS} papermill": _repeated(PAPERMILL, one, place),
        },
        repeat=place.repeat,
        warm=0,
        say=place.say,
    )
    work = f"`nbflow run` of a chain of {STEPS} trivial steps"
    ours = taken["nbflow"]
    in_a_row = f"{STEPS} papermill runs in a row"
    yield Row("chain", work, ours, in_a_row, taken[f"{STEPS} papermill"], 0.12)
    yield Row("chain", work, ours, "the notebook whole in nbclient", taken["nbclient"], 2.0)


def whole(command: Command, make: Callable[[Path], Path], place: Place) -> Work:
    """One process in an empty folder; the notebook that it leaves must be executed."""

    def work() -> float:
        with place.empty() as folder:
            make(folder)
            seconds, _ = place.run(command, cwd=folder)
            _prove(folder / "out.ipynb", command)
        return seconds

    return work


def _repeated(command: Command, make: Callable[[Path], Path], place: Place) -> Work:
    """The process as many times as the chain has steps, one after the other."""
    once = whole(command, make, place)
    return lambda: sum(once() for _ in range(STEPS))


def _prove(path: Path, command: Command) -> None:
    if not path.exists() or notebooks.END not in path.read_text(encoding="utf-8"):
        raise MeasureError(f"{Path(command[0]).name} ended well, but left no executed notebook")
