"""How runs begin here and in Airflow, and those that there are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from nbflow import api
from nbflow.errors import Interrupted
from nbflow.interactive.executions import Run
from nbflow.interactive.local import Work
from nbflow.interactive.records import Runs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nbflow.settings import Settings

__all__ = ["begun", "list_runs", "start", "trigger"]

_COMING = datetime.max.replace(tzinfo=UTC)
"""When a run that waits to begin counts as begun: it is the newest."""


def start(
    compiled: api.Compiled,
    values: Mapping[str, Any],
    *,
    wait: bool,
    output: str | Path | None,
    workers: int | None,
    cache: bool,
    quiet: bool,
) -> Run:
    """Run a notebook here; see `nbflow.run`."""
    work = Work(compiled, parameters=values, output=output, workers=workers, cache=cache)
    return begun(work, wait=wait, quiet=quiet)


def begun(work: Work, *, wait: bool, quiet: bool) -> Run:
    """Begin a run here, and wait for it where that is wanted."""
    run = Run(work.begin(), current=work.compiled.inspected.settings, work=work)
    if wait:
        try:
            run._await(None, quiet=quiet)
        except KeyboardInterrupt:
            run.cancel()
            raise Interrupted(
                f"{run.name} was stopped",
                hint=f'`nbflow.runs("{run.dag_id}")["{run.run_id}"].resume()` goes on.',
            ) from None
    return run


def trigger(
    dag_id: str, values: Mapping[str, Any], *, current: Settings, wait: bool, quiet: bool
) -> Run:
    """Start a run in Airflow; see `nbflow.trigger`."""
    with api.connect(current) as client:
        run = Run(api.trigger(dag_id, client=client, parameters=values), current=current)
    return run.wait(quiet=quiet) if wait else run


def list_runs(dag_id: str | None, *, current: Settings, limit: int) -> Runs:
    """Runs here and in Airflow, the newest first; see `nbflow.runs`."""
    found = list(api.runs_here(current, dag_id=dag_id, limit=limit))
    if api.in_reach(current):
        with api.connect(current) as client:
            if dag_id is None or api.is_dag(dag_id, client=client):
                found += [
                    api.enrich_failed(run, client=client, current=current)
                    for run in client.runs(dag_id, limit=limit)
                ]
    newest = sorted(found, key=lambda run: run.started or _COMING, reverse=True)
    return Runs(Run(run, current=current) for run in newest[:limit])
