"""`nbflow compile` against `kale --nb`, on Kale's own five-cell notebook."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import MeasureError, Row, Work, in_turns
from benchmarks.places import KALE, OURS, Command, Place

NAME = "pipeline_parameters_and_metrics.ipynb"


def compiling(place: Place) -> Iterator[Row]:
    """Whole processes."""
    found = list(KALE.parent.glob(f"lib/*/site-packages/kale/tests/assets/notebooks/{NAME}"))
    if not found:
        raise MeasureError("Kale's wheel is not in .venv-kale; `make setup` puts it there")
    taken = in_turns(
        {
            "nbflow": _whole((OURS / "nbflow", "compile", NAME, "-o", "out"), found[0], place),
            "kale": _whole((KALE / "kale", "--nb", NAME), found[0], place),
        },
        repeat=place.repeat,
        say=place.say,
    )
    work = "`nbflow compile` of Kale's five-cell notebook, whole process"
    yield Row("compile", work, taken["nbflow"], "`kale --nb`", taken["kale"], 0.15)


def _whole(command: Command, source: Path, place: Place) -> Work:
    def work() -> float:
        with place.empty() as folder:
            shutil.copy(source, folder / NAME)
            seconds, _ = place.run(command, cwd=folder)
            if not any(path.suffix in {".py", ".yaml"} for path in folder.rglob("*")):
                raise MeasureError(f"{Path(command[0]).name} ended well, but left no pipeline")
        return seconds

    return work
