"""What one trivial step costs in each backend."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks import notebooks
from benchmarks.executing import RUN, STEPS, whole
from benchmarks.frames import bundle_in
from benchmarks.measure import Cost, Samples, Work, in_turns
from benchmarks.places import OURS, PROGRAMS, ROOT, Place


def steps(place: Place) -> Iterator[Cost]:
    """The step notebook of a trivial step: five cells, of which one is the author's."""
    with place.empty() as folder:
        step, files = _compiled(folder, place)
        works = {
            "one step": whole(RUN, notebooks.maker(*notebooks.chain(2)), place),
            "chain": whole(RUN, notebooks.maker(*notebooks.chain(STEPS)), place),
            "papermill": _operated("executing", step, files, place),
            "papermill, import": _operated("importing", step, files, place),
        }
        if (ROOT / "src/nbflow/host/__main__.py").exists():
            works["pod"] = _hosted(step, place)
        taken = in_turns(works, repeat=place.repeat, say=place.say)
    more = zip(taken["chain"].values, taken["one step"].values, strict=True)
    each = Samples(tuple((chain - two) / (STEPS - 2) for chain, two in more))
    yield Cost("steps", "`nbflow run`: one step more in a chain", each)
    work = "`papermill` backend: what PapermillOperator's call takes inside its task"
    yield Cost("steps", work, taken["papermill"])
    yield Cost("steps", "and importing papermill in that task", taken["papermill, import"])
    if "pod" in taken:
        work = "`pod` backend: `python -m nbflow.host STEP.ipynb`, process start to exit"
        yield Cost("steps", work, taken["pod"])


def _compiled(folder: Path, place: Place) -> tuple[Path, Path]:
    """A trivial step's notebook, and the folder of files that came with it."""
    notebooks.write(folder / "in.ipynb", ["x = 1"], tags=["step:only"])
    place.run((OURS / "nbflow", "compile", "in.ipynb", "-o", "out"), cwd=folder)
    bundle = bundle_in(folder / "out")
    return bundle / "steps/only.ipynb", bundle / "files"


def _operated(part: str, step: Path, files: Path, place: Place) -> Work:
    def work() -> float:
        with place.empty() as folder:
            command = (OURS / "python", PROGRAMS / "operating.py", step, folder / "run", files)
            return float(place.told(command, cwd=folder)[part])

    return work


def _hosted(step: Path, place: Place) -> Work:
    def work() -> float:
        with place.empty() as folder:
            copied = folder / step.name
            copied.write_bytes(step.read_bytes())
            seconds, _ = place.run((OURS / "python", "-m", "nbflow.host", copied), cwd=folder)
        return seconds

    return work
