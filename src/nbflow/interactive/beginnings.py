"""How runs begin here and in Airflow, also from a form, and those that there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow import api
from nbflow.errors import Interrupted, UsageError
from nbflow.interactive.executions import Run
from nbflow.interactive.local import Work
from nbflow.interactive.publications import tell
from nbflow.interactive.records import Runs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from nbflow.interactive.pipelines import Pipeline
    from nbflow.model import Approval
    from nbflow.settings import Settings
    from nbflow.widgets import Form

__all__ = ["begun", "form_of", "list_runs", "start", "trigger"]


def start(
    compiled: api.Compiled,
    values: Mapping[str, Any],
    *,
    wait: bool,
    output: str | Path | None,
    workers: int | None,
    cache: bool,
    quiet: bool,
    approve: bool | Callable[[str, Approval], bool] | None = None,
) -> Run:
    """Run a notebook here; see `nbflow.run`."""
    ask = (lambda _stage, _asked: approve) if isinstance(approve, bool) else approve
    work = Work(
        compiled, parameters=values, output=output, workers=workers, cache=cache, approve=ask
    )
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
    found = api.all_runs(current, dag_id=dag_id, limit=limit)
    missing = api.left_out(current)
    if missing:
        tell(missing)
    return Runs(Run(run, current=current) for run in found)


def form_of(pipeline: Pipeline) -> Form:
    """A form for a notebook; see `nbflow.form`.

    Raises:
        UsageError: it is a pipeline of several notebooks.
    """
    from nbflow.widgets import Form, Startable

    path = pipeline.path
    if path.suffix != ".ipynb":
        raise UsageError(
            f"a form is for one notebook, and {pipeline.name} is made of several",
            hint="Its schedule and its profiles stand in its file; its notebooks have forms.",
        )
    return Form(
        Startable(
            path=path,
            run=lambda values: pipeline.run(values, wait=False, quiet=True)._watched(),
            trigger=lambda values: pipeline.refresh().trigger(values)._watched(),
        )
    )
