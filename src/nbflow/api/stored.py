"""Runs on this machine, as their folders tell of them, and those of Airflow beside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from nbflow import host
from nbflow.api import airflows, records
from nbflow.api.operating import is_dag, latest_runs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nbflow.model import Run
    from nbflow.settings import Settings

__all__ = ["StepText", "all_runs", "left_out", "source_of", "texts_of"]

_COMING = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class StepText:
    """What a cell of a step wrote.

    Attributes:
        step: the step's name.
        cell: the cell's id.
        text: one line.
        stream: `stdout`, `stderr`, or `error` for an exception's.
    """

    step: str
    cell: str
    text: str
    stream: str


def all_runs(current: Settings, *, dag_id: str | None = None, limit: int = 20) -> tuple[Run, ...]:
    """Runs on this machine, and in Airflow where one is in reach, the newest first.

    Args:
        current: the settings, which name store and Airflow.
        dag_id: of this pipeline alone.
        limit: so many at most.

    Raises:
        RemoteError: Airflow cannot be reached, or refuses.
    """
    found = list(records.runs_here(current, dag_id=dag_id, limit=limit))
    if airflows.in_reach(current):
        with airflows.connect(current) as client:
            if dag_id is None or is_dag(dag_id, client=client):
                found += latest_runs(dag_id, client=client, current=current, limit=limit)
    newest = sorted(found, key=lambda run: run.started or _COMING, reverse=True)
    return tuple(newest[:limit])


def left_out(current: Settings) -> str | None:
    """Why a list of runs lacks those of the private Airflow that there is, in words; or None."""
    if airflows.in_reach(current) or not airflows.has_run(current):
        return None
    return "Airflow is not running: only runs of this machine (`nbflow airflow up` starts it)"


def source_of(run: Run, *, current: Settings) -> Path | None:
    """The notebook that a run on this machine is of; None where nothing tells."""
    folder = records.find_folder(run, current=current)
    ledger = None if folder is None else host.read_ledger(folder)
    return current.root / ledger.source if ledger is not None and ledger.source else None


def texts_of(run: Run, *, current: Settings, step: str | None = None) -> Iterator[StepText]:
    """What the cells of a run wrote and how they failed, as its executed notebooks show it.

    Args:
        run: the run.
        current: the settings, which name the store.
        step: of this step alone.

    Raises:
        StoreError: the store holds nothing of this run.
    """
    folder = records.require_folder(run, current=current)
    for name, notebook in host.executed(folder).items():
        if step not in {None, name}:
            continue
        for cell in notebook["cells"]:
            for output in cell.get("outputs", ()):
                yield from _lines(name, str(cell.get("id", "")), output)


def _lines(step: str, cell: str, output: dict[str, object]) -> Iterator[StepText]:
    if output["output_type"] == "stream":
        text, stream = "".join(output["text"]), str(output["name"])  # type: ignore[arg-type]
    elif output["output_type"] == "error":
        text, stream = f"{output['ename']}: {output['evalue']}", "error"
    else:
        return
    for line in text.splitlines():
        yield StepText(step, cell, line, stream)
