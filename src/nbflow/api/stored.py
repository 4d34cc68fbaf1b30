"""Runs on this machine, as their folders tell of them, and those of Airflow beside them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from nbflow import host, runtime
from nbflow.api import airflows, records
from nbflow.api.logs import is_meant
from nbflow.api.operating import is_dag, latest_runs
from nbflow.errors import MissingExtraError, StoreError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
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

    Of those that have ended it is known whether the store still holds anything of them.

    Args:
        current: the settings, which name store and Airflow.
        dag_id: of this pipeline alone.
        limit: so many at most.

    Raises:
        RemoteError: Airflow cannot be reached, or refuses.
    """
    here = records.runs_here(current, dag_id=dag_id, limit=limit)
    found = [replace(run, stored=True) for run in here]
    if airflows.in_reach(current):
        with airflows.connect(current) as client:
            if dag_id is None or is_dag(dag_id, client=client):
                found += latest_runs(dag_id, client=client, current=current, limit=limit)
    newest = sorted(found, key=lambda run: run.started or _COMING, reverse=True)
    return tuple(_looked_for(newest[:limit], current))


def _looked_for(runs: Sequence[Run], current: Settings) -> Sequence[Run]:
    """Runs with whether the store holds anything of them; as they are where it cannot be asked."""
    ended = {run.dag_id for run in runs if _is_sought(run)}
    try:
        kept = _kept(ended, current) if ended else set()
    except (StoreError, MissingExtraError, OSError):
        return runs
    return [
        replace(run, stored=(run.dag_id, run.run_id) in kept) if _is_sought(run) else run
        for run in runs
    ]


def _is_sought(run: Run) -> bool:
    return run.stored is None and run.state.finished


def _kept(dags: Collection[str], current: Settings) -> set[tuple[str, str]]:
    """The runs of DAGs that have a folder in the store; one list for each DAG."""
    store = runtime.open_store(current.store_address)
    return {
        (dag_id, run_id)
        for team in store.names()
        for dag_id in store.names(team)
        if dag_id in dags
        for run_id in store.names(f"{team}/{dag_id}")
    }


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
        step: of this step alone, or of all items of a list that have this one.

    Raises:
        StoreError: the store holds nothing of this run.
    """
    folder = records.require_folder(run, current=current)
    for name, notebook in host.executed(folder).items():
        if not is_meant(name, step):
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
