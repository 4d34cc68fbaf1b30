"""What a trivial step costs in a real Airflow: a private one, which takes a minute to start.

Not part of `make bench`: `python -m benchmarks --only airflow`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks import notebooks
from benchmarks.executing import STEPS
from benchmarks.measure import Cost, MeasureError, Samples
from benchmarks.places import OURS, Place

NBFLOW = OURS / "nbflow"
DAG = "ten_steps"


def airflow(place: Place) -> Iterator[Cost]:
    """Run the chain of ten; what each step took, and what lay between one and the next."""
    with place.empty() as folder:
        sources, tags = notebooks.chain(STEPS)
        source = notebooks.write(folder / f"{DAG}.ipynb", sources, tags=tags)
        try:
            place.run((NBFLOW, "airflow", "up"), cwd=folder)
            place.run((NBFLOW, "publish", source), cwd=folder)
            runs = [_run(folder, place) for _ in range(place.repeat + 1)][1:]
        finally:
            place.run((NBFLOW, "airflow", "down"), cwd=folder)
    inside = [(ended - started) for run in runs for started, ended in run]
    between = [later[0] - earlier[1] for run in runs for earlier, later in pairwise(run)]
    each = [(run[-1][1] - run[0][0]) / len(run) for run in runs]
    yield Cost("airflow", "a step in all, in a chain of ten", Samples(tuple(each)))
    yield Cost("airflow", "inside the task, from its start to its end", Samples(tuple(inside)))
    yield Cost("airflow", "between a task's end and the next one's start", Samples(tuple(between)))


def _run(folder: Path, place: Place) -> list[tuple[float, float]]:
    """When each step of one run started and ended, in seconds."""
    _, said = place.run((NBFLOW, "trigger", DAG, "--wait", "--json"), cwd=folder)
    run: dict[str, Any] = json.loads(said)
    place.say(f"  {run['state']}")
    if run["state"] != "success":
        raise MeasureError(f"the run in Airflow ended as {run['state']}")
    return sorted((_seconds(step["started"]), _seconds(step["ended"])) for step in run["steps"])


def _seconds(time: str) -> float:
    return datetime.fromisoformat(time).timestamp()
