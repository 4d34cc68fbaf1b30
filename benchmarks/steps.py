"""What one trivial step costs in each backend."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks import notebooks
from benchmarks.executing import RUN, STEPS, whole
from benchmarks.frames import bundle_in
from benchmarks.measure import Cost, MeasureError, Samples, Work, in_turns
from benchmarks.places import OURS, PROGRAMS, Place


def steps(place: Place) -> Iterator[Cost]:
    """The step notebook of a trivial step: five cells, of which one is the author's."""
    with place.empty() as folder:
        step, files = _compiled(folder, place)
        importing: list[float] = []
        works = {
            "two steps": whole(RUN, notebooks.maker(*notebooks.chain(2)), place),
            "chain": whole(RUN, notebooks.maker(*notebooks.chain(STEPS)), place),
            "papermill": _operated(step, files, importing, place),
            "pod": _hosted(step, files, place),
        }
        taken = in_turns(works, repeat=place.repeat, say=place.say)
    more = zip(taken["chain"].values, taken["two steps"].values, strict=True)
    each = Samples(tuple((chain - two) / (STEPS - 2) for chain, two in more))
    yield Cost("steps", "`nbflow run`: one step more in a chain", each)
    work = "`papermill` backend: what PapermillOperator's call takes inside its task"
    yield Cost("steps", work, taken["papermill"])
    imports = Samples(tuple(importing[-place.repeat :]))
    yield Cost("steps", "and importing papermill, where the task's process has not", imports)
    work = "`pod` backend: `python -m nbflow.host STEP.ipynb`, process start to exit"
    yield Cost("steps", work, taken["pod"])


def _compiled(folder: Path, place: Place) -> tuple[Path, Path]:
    """A trivial step's notebook, and the folder of files that came with it."""
    notebooks.write(folder / "in.ipynb", ["x = 1"], tags=["step:only"])
    place.run((OURS / "nbflow", "compile", "in.ipynb", "-o", "out"), cwd=folder)
    bundle = bundle_in(folder / "out")
    return bundle / "steps/only.ipynb", bundle / "files"


def _operated(step: Path, files: Path, importing: list[float], place: Place) -> Work:
    """What the operator's call takes; what the import takes goes into the list."""

    def work() -> float:
        with place.empty() as folder:
            command = (OURS / "python", PROGRAMS / "operating.py", step, folder / "run", files)
            told = place.told(command, cwd=folder)
        importing.append(told["importing"])
        return float(told["executing"])

    return work


def _hosted(step: Path, files: Path, place: Place) -> Work:
    def work() -> float:
        with place.empty() as folder:
            command = (OURS / "python", "-m", "nbflow.host", step, "--run", folder / "run")
            seconds, _ = place.run((*command, "--files", files), cwd=folder)
            if not (folder / "run/only/manifest.json").exists():
                raise MeasureError("nbflow.host ended well, but left no manifest")
        return seconds

    return work
