"""Trigger, follow and fetch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow import host, settings
from nbflow.api import airflows, pages, parts, records
from nbflow.api.explaining import Explainer
from nbflow.api.failures import failure_in
from nbflow.api.forecasting import Forecaster
from nbflow.api.running import Observe, write_merged, write_parts
from nbflow.api.values import parameter_from_schema, resolve
from nbflow.errors import RemoteError, StoreError, UsageError
from nbflow.model import Parameter, Run, RunState, StepRun, did_you_mean

if TYPE_CHECKING:
    from nbflow.remote import Airflow

_EXPLAINED = 20
"""Failed runs of a list whose causes are looked for."""
_MEANT = 100
"""Runs among which the one is looked for that was meant."""


def parameters_of(dag_id: str, *, client: Airflow) -> tuple[Parameter, ...]:
    """The parameters of a DAG as Airflow knows them.

    Raises:
        RemoteError: there is no such DAG, or Airflow cannot be reached.
    """
    return tuple(
        parameter_from_schema(
            name,
            schema=param.get("schema") or {},
            default=param.get("value"),
            about=param.get("description"),
        )
        for name, param in client.parameters(dag_id).items()
    )


def trigger(
    dag_id: str,
    *,
    client: Airflow,
    parameters: Mapping[str, Any] | None = None,
    known: Iterable[Parameter] | None = None,
) -> Run:
    """Start a run.

    Args:
        dag_id: the DAG.
        client: the Airflow that has it.
        parameters: values by name; its defaults for the others.
        known: its parameters, where `parameters_of` was asked already.

    Raises:
        UsageError: a parameter is unknown or ill-typed; all are listed.
        RemoteError: there is no such DAG, or Airflow refuses.
    """
    if known is None:
        known = parameters_of(dag_id, client=client)
    wire = resolve(parameters or {}, parameters=known)
    return client.trigger(dag_id, parameters=wire)


def follow(
    run: Run,
    *,
    client: Airflow,
    current: settings.Settings,
    observe: Observe | None = None,
    timeout: float | None = None,
    wanted: Callable[[], bool] | None = None,
) -> Run:
    """Wait for a run to end; its executed notebooks in the store are its progress.

    Args:
        run: the run.
        client: the Airflow that has it.
        current: the settings, which name the store.
        observe: called with the run at each change.
        timeout: seconds to wait at most; as long as it takes where None.
        wanted: asked at each look; where it says no, nobody waits any longer.

    Raises:
        RemoteError: it has not ended in that time, or Airflow was away for too long.
    """
    explainer, forecaster = Explainer(client), Forecaster(client, current=current)
    until = None if timeout is None else time.monotonic() + timeout

    def look(seen: Run) -> Run:
        if wanted is not None and not wanted():
            raise _UnwantedError(seen)
        if until is not None and time.monotonic() > until and not seen.state.finished:
            raise still_going(seen, timeout=timeout)
        return forecaster.forecast(explainer.explain(enrich(seen, current=current)))

    try:
        return client.watch(run.dag_id, run.run_id, observe=observe, enrich=look)
    except _UnwantedError as left:
        return left.run


class _UnwantedError(Exception):
    """Nobody waits for a run any longer."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self.run = run


def still_going(run: Run, *, timeout: float | None) -> RemoteError:
    """That a run has not ended in the time that somebody was ready to wait, in seconds."""
    name = f"{run.dag_id}/{run.run_id}"
    return RemoteError(
        f"{name} still goes on after {timeout:g} s", hint="It goes on; wait for it again."
    )


def forecast(run: Run, *, client: Airflow | None, current: settings.Settings) -> Run:
    """See `Forecaster.forecast`; `client` is None for a run on this machine."""
    return Forecaster(client, current=current).forecast(run)


def explain(run: Run, *, client: Airflow) -> Run:
    """See `Explainer.explain`."""
    return Explainer(client).explain(run)


def enrich(run: Run, *, current: settings.Settings) -> Run:
    """Add to a run what the store knows: cells, failing cells, metrics, the steps' order.

    Who may not read the store sees the run as Airflow does.
    """
    try:
        folder = records.find_folder(run, current=current)
    except StoreError:
        return run
    if folder is None:
        return replace(run, stored=False) if run.state.finished else run
    steps = _in_order(run, folder, current)
    detailed = replace(
        run,
        stored=True,
        steps=tuple(_detail(step, folder, current) for step in steps),
        metrics=records.read_metrics(folder),
    )
    return _place_failures(detailed, folder, current)


def _in_order(run: Run, folder: Path, current: settings.Settings) -> list[StepRun]:
    """A run's steps in the notebook's order, or in that of its stages."""
    if any(parts.part_of(step.name) for step in run.steps):
        manifest = records.manifest_of(folder, current=current)
        stages, names = ([one["name"] for one in manifest.get(k, ())] for k in ("stages", "steps"))
        return sorted(
            run.steps, key=lambda step: parts.place_of(step.name, stages=stages, steps=names)
        )
    order = records.step_order(folder)
    return sorted(run.steps, key=lambda step: order.get(step.name, len(order)))


def latest_runs(
    dag_id: str | None, *, client: Airflow, current: settings.Settings, limit: int = 20
) -> tuple[Run, ...]:
    """The latest runs of one DAG or of all, newest first.

    They are without their steps, but for the newest ones that failed, so that the cause can be
    named; to look for it takes several requests for each.

    Args:
        dag_id: the DAG; all where None.
        client: the Airflow that has them.
        current: the settings, which name the store.
        limit: how many.

    Raises:
        RemoteError: there is no such DAG, or Airflow refuses.
    """
    found = client.runs(dag_id, limit=limit)
    failed = (run for run in found if run.state in {RunState.FAILED, RunState.CANCELLED})
    causes = {id(run): _with_cause(run, client, current) for run in islice(failed, _EXPLAINED)}
    return tuple(causes.get(id(run), run) for run in found)


def _with_cause(run: Run, client: Airflow, current: settings.Settings) -> Run:
    return explain(enrich(client.run(run.dag_id, run.run_id), current=current), client=client)


def _detail(step: StepRun, folder: Path, current: settings.Settings) -> StepRun:
    seen = host.progress(folder, step.name)
    if seen is None:
        return step
    failure = None
    if step.state in {RunState.FAILED, RunState.RETRYING}:
        failure = failure_in(seen, step=step, folder=folder, current=current)
    return replace(
        step,
        cells_done=seen.cells_done,
        cells_total=seen.cells_total,
        cell=seen.cell if step.state is RunState.RUNNING else None,
        line=seen.line if step.state is RunState.RUNNING else None,
        usage=seen.usage,
        failure=failure,
    )


def _place_failures(run: Run, folder: Path, current: settings.Settings) -> Run:
    """Say where in the author's notebook the failing cells are."""
    if not any(step.failure for step in run.steps):
        return run
    steps = []
    for step in run.steps:
        if step.failure and step.failure.cell:
            document = records.author_document(
                run, folder=folder, current=current, stage=parts.stage_of(step.name)
            )
            cell = document.by_id.get(step.failure.cell)
            if cell is not None:
                step = replace(step, failure=replace(step.failure, cell_index=cell.index + 1))
        steps.append(step)
    return replace(run, steps=tuple(steps))


def find_run(reference: str, *, client: Airflow) -> Run:
    """The run that a person means by `DAG/RUN_ID`, `RUN_ID`, or `DAG` (its latest).

    Raises:
        RemoteError: there is none.
    """
    dag_id, slash, run_id = reference.partition("/")
    if slash:
        return client.run(dag_id, run_id)
    found = client.find_runs(reference)
    if not found and is_dag(reference, client=client):
        found = client.runs(reference, limit=1)
        if not found:
            raise RemoteError(
                f"{reference} has no runs yet", hint=f"Start one: `nbflow trigger {reference}`."
            )
    if not found:
        known = [*client.dag_ids(), *(run.run_id for run in client.runs(limit=_MEANT))]
        raise RemoteError(
            f"there is no run or DAG {reference!r}",
            hint=f"{did_you_mean(reference, known)}`nbflow runs` lists the runs.",
        )
    return client.run(found[0].dag_id, found[0].run_id)


def is_dag(name: str, *, client: Airflow) -> bool:
    """Whether Airflow has a DAG of this id."""
    return client.has_dag(name)


def find_run_anywhere(reference: str, *, current: settings.Settings) -> Run:
    """As `find_run`; without an Airflow in reach, what the store knows of the run.

    Also of a pipeline that has run on this machine alone.

    Raises:
        RemoteError, StoreError: there is none.
    """
    if records.is_local(reference) or not airflows.in_reach(current):
        return records.find_stored(reference, store=records.local_runs(current))
    here = records.runs_here(current, dag_id=reference, limit=1) if "/" not in reference else ()
    with airflows.connect(current) as client:
        if here and not is_dag(reference, client=client):
            return here[0]
        return explain(enrich(find_run(reference, client=client), current=current), client=client)


def output(run: Run, *, current: settings.Settings, to: Path, header: bool = True) -> Path:
    """Merge the executed step notebooks of a run into the author's notebook.

    Of several notebooks each is written: `STAGE.ipynb`, with `foreach` `STAGE-ITEM.ipynb`; or all
    to one page.

    Args:
        run: the run.
        current: where its store is, and where its bundle was published.
        to: the notebook, or a page of HTML where it ends in `.html`; a folder for several.
        header: whether a cell about the run comes first.

    Raises:
        StoreError: the store holds nothing of this run.
        UsageError: a notebook is named for several, or a folder for one.
        MissingExtraError: a page is asked for, and nbconvert is not installed.
    """
    if pages.is_page(to):
        pages.require_pages()
    folder = records.require_folder(run, current=current)
    own = _parts(run, folder, current)
    if own:
        return write_parts(own, run=run, folder=folder, to=to, current=current, header=header)
    if not to.suffix:
        raise UsageError(
            f"{run.dag_id} is one notebook, and {to} is no file for it",
            hint="Name a file that ends in .ipynb or .html.",
        )
    return _write_one(run, folder, current, to=to, header=header)


def output_into(run: Run, *, current: settings.Settings, to: Path, header: bool = True) -> None:
    """As `output`, into a folder, of however many notebooks: of one it is `DAG.ipynb`.

    Raises:
        StoreError: the store holds nothing of this run.
    """
    folder = records.require_folder(run, current=current)
    own = _parts(run, folder, current)
    if own:
        write_parts(own, run=run, folder=folder, to=to, current=current, header=header)
    else:
        _write_one(run, folder, current, to=to / f"{run.dag_id}.ipynb", header=header)


def _write_one(
    run: Run, folder: Path, current: settings.Settings, *, to: Path, header: bool
) -> Path:
    document = records.author_document(run, folder=folder, current=current)
    write_merged(document, folder=folder, output=to, current=current, run=run, header=header)
    return to


def _parts(run: Run, folder: Path, current: settings.Settings) -> tuple[parts.Part, ...]:
    stages = records.manifest_of(folder, current=current).get("stages", ())
    return parts.parts(run, folder=folder, order=[one["name"] for one in stages])
