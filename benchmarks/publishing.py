"""How publishing grows with the number of notebooks, in each kind of target.

Not part of `make bench`: `python -m benchmarks --only publishing`, and `--only processor` for what
a real DAG processor makes of a thousand.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import notebooks
from benchmarks.measure import Cost, Fact, Finding, MeasureError, Row, Samples
from benchmarks.places import OURS, PROGRAMS, Place

COUNTS = (10, 100, 1000)
KINDS = ("folder", "git", "s3")
TOGETHER = 100
"""Notebooks that one `nbflow publish` is given."""
_PATIENCE = 1800.0

_LOADING = {
    "load all in one process": ("dags", "reserialize"),
    "load each in a process of the DAG processor's": ("dag-processor", "--num-runs", "1"),
}
_WORKS = {
    "first": "publish {} notebooks for the first time",
    "again": "publish {} notebooks, nothing changed",
    "one": "publish {} notebooks, one changed",
    "alone": "publish one changed notebook where {} are",
}


def publishing(place: Place) -> Iterator[Finding]:
    """Seconds inside one process for each kind, compiling apart; then the whole command."""
    for kind in KINDS:
        turns = [_turn(kind, place) for _ in range(place.repeat)]
        yield from _rows(kind, turns)
    yield from _command(place)


def _turn(kind: str, place: Place) -> dict[str, Any]:
    with place.empty() as folder:
        counts = ",".join(map(str, COUNTS))
        command = (OURS / "python", PROGRAMS / "publishing.py", kind, counts)
        said = place.told(command, cwd=folder, patience=_PATIENCE)
        place.say(f"  {kind}: {json.dumps(said)}")
        return said


def _rows(kind: str, turns: list[dict[str, Any]]) -> Iterator[Finding]:
    def samples(count: int, work: str) -> Samples:
        return Samples(tuple(turn[str(count)][work] for turn in turns))

    for count in COUNTS:
        for work, words in _WORKS.items():
            yield Cost("publishing", f"{kind}: {words.format(f'{count:,}')}", samples(count, work))
    most, least = COUNTS[-1], COUNTS[0]
    first = samples(most, "first")
    words = f"{kind}: {_WORKS['again'].format(f'{most:,}')}"
    yield Row("publishing", words, samples(most, "again"), "for the first time", first, 0.1)
    # What the change costs is what it adds to finding that there is none.
    change = Samples(tuple(turn[str(most)]["one"] - turn[str(most)]["again"] for turn in turns))
    words = f"{kind}: what one changed of {most:,} adds"
    yield Row("publishing", words, change, "all for the first time", first, 0.05)
    words = f"{kind}: {_WORKS['alone'].format(f'{most:,}')}"
    alone = samples(most, "alone")
    yield Row("publishing", words, alone, f"where {least} are", samples(least, "alone"))


def _command(place: Place) -> Iterator[Finding]:
    """`nbflow publish` of a folder of notebooks, as a whole process."""
    taken: dict[str, list[float]] = {"first": [], "again": [], "one": []}
    for _ in range(place.repeat):
        with place.empty() as folder:
            paths = [_notebook(folder, number, "x") for number in range(TOGETHER)]
            command = (OURS / "nbflow", "publish", "--no-wait", *(path.name for path in paths))
            for work in taken:
                if work == "one":
                    _notebook(folder, 0, "y")
                seconds, said = place.run(command, cwd=folder)
                expected = {"first": TOGETHER, "again": 0, "one": 1}[work]
                if said.count(": published (") != expected:
                    raise MeasureError(f"not {expected} were published: {said[:200]}")
                taken[work].append(seconds)
    for work, seconds in taken.items():
        words = f"nbflow publish, compiling included: {_WORKS[work].format(TOGETHER)}"
        yield Cost("publishing", words, Samples(tuple(seconds)))


def _notebook(folder: Path, number: int, name: str) -> Path:
    sources = [f"rows = {number}", f"{name} = list(range(rows))", f"print(sum({name}))"]
    tags = ["parameters", "step:load", "step:report"]
    return notebooks.write(folder / f"pipeline_{number:04}.ipynb", sources, tags=tags)


def processor(place: Place) -> Iterator[Finding]:
    """Let Airflow itself load a thousand, into a database of its own."""
    with place.empty() as folder:
        dags, home = folder / "dags", folder / "airflow"
        command = (OURS / "python", PROGRAMS / "publishing.py", "folder", str(COUNTS[-1]), dags)
        place.told(command, cwd=folder, patience=_PATIENCE)
        bundle = {
            "name": "dags",
            "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle",
            "kwargs": {"path": str(dags)},
        }
        environ = {
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps([bundle]),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}?timeout=60",
        }
        place.run((OURS / "airflow", "db", "migrate"), cwd=folder, **environ)
        for work, words in _LOADING.items():
            command = (OURS / "airflow", *words)
            seconds, _ = place.run(command, cwd=folder, patience=_PATIENCE, **environ)
            place.say(f"  {work}: {seconds:.0f}")
            yield Cost("processor", f"{COUNTS[-1]:,} DAG files: {work}", Samples((seconds,)))
        with sqlite3.connect(home / "airflow.db") as database:
            (loaded,) = database.execute("SELECT count(*) FROM serialized_dag").fetchone()
            (errors,) = database.execute("SELECT count(*) FROM import_error").fetchone()
    found = f"{loaded:,} DAGs, {errors} import errors"
    held = (loaded, errors) == (COUNTS[-1], 0)
    yield Fact("processor", f"{COUNTS[-1]:,} published DAGs are loaded", found, held)
