"""Commands that hold, stop and go on: approve, pause, unpause, cancel, resume, logs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nbflow.cli import options
from nbflow.cli.console import print_json
from nbflow.errors import Interrupted, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nbflow.model import Run
    from nbflow.remote import LogLine
    from nbflow.settings import Settings

_COLOURS = {"error": "red", "critical": "red", "warning": "yellow"}

_dag = click.argument("dag_id", metavar="DAG")
_run = click.argument("reference", metavar="RUN")


@click.command(epilog="Example: nbflow pause train_models")
@_dag
@options.project
def pause(*, dag_id: str, project: Path) -> int:
    """Let no new runs of a DAG begin, nor further steps of runs.

    Steps that run come to their end. `nbflow unpause` lets all of it go on.
    """
    from nbflow import api

    with api.connect(api.load_settings(project)) as client:
        done = api.pause(dag_id, client=client)
    click.echo(f"{dag_id}: {'paused' if done else 'was paused already'}")
    return 0


@click.command(epilog="Example: nbflow unpause train_models")
@_dag
@options.project
def unpause(*, dag_id: str, project: Path) -> int:
    """Let runs of a DAG begin again."""
    from nbflow import api

    with api.connect(api.load_settings(project)) as client:
        done = api.unpause(dag_id, client=client)
    click.echo(f"{dag_id}: {'runs again' if done else 'was not paused'}")
    return 0


@click.command(epilog="Example: nbflow cancel train_models")
@_run
@options.project
def cancel(*, reference: str, project: Path) -> int:
    """End a run; its steps that run are stopped. To Airflow it is one that failed, with a note.

    RUN is DAG/RUN_ID, a run's id, or a DAG's id for its latest run.
    """
    from nbflow import api

    _refuse_local(reference, instead="Ctrl-C ends it where `nbflow run` was started.")
    with api.connect(api.load_settings(project)) as client:
        run = api.find_run(reference, client=client)
        done = api.cancel(run, client=client)
    name = f"{run.dag_id}/{run.run_id}"
    click.echo(f"{name}: cancelled" if done else f"{name}: had ended already ({run.state})")
    return 0


@click.command(epilog="Example: nbflow approve weekly release")
@_run
@click.argument("stage", required=False)
@click.option("--refuse", is_flag=True, help="Refuse it: what comes behind it is skipped.")
@options.project
def approve(*, reference: str, stage: str | None, refuse: bool, project: Path) -> int:
    """Approve what a run waits for, or refuse it.

    That is a stage with `approve:` of a pipeline of several notebooks.

    RUN is DAG/RUN_ID, a run's id, or a DAG's id for its latest run. STAGE may be left out where one
    waits. Airflow's own pages ask the same, under Required Actions.
    """
    from nbflow import api

    _refuse_local(
        reference, instead="`nbflow run` asks where it was started, or takes `--approve STAGE`."
    )
    with api.connect(api.load_settings(project)) as client:
        run = api.find_run(reference, client=client)
        answered = api.approve(run, client=client, stage=stage, approved=not refuse)
    done = "refused; what comes behind it is skipped" if refuse else "approved"
    click.echo(f"{run.dag_id}/{run.run_id}: {answered} {done}")
    return 0


@click.command(epilog="Example: nbflow resume train_models")
@_run
@options.project
@click.option(
    "--as-begun",
    is_flag=True,
    help="Run the version that the run began with, not what is published now. Airflow keeps it "
    "where the target is git.",
)
@options.as_json
def resume(*, reference: str, project: Path, as_begun: bool, as_json: bool) -> int:
    """Run the failed steps of a run again, and what follows them.

    The rest is kept. A run that was cancelled goes on with all steps that have not gone well.

    What is published now runs: correct the notebook, publish it, and go on. A step that cannot go
    on from what the earlier version left fails, and says which step has changed.

    RUN is DAG/RUN_ID, a run's id, or a DAG's id for its latest run. Runs on this machine go on
    with `nbflow run --resume`.
    """
    from nbflow import api

    _refuse_local(
        reference,
        instead=f"`nbflow run NB --resume={reference.rpartition('/')[2]}` goes on with it.",
    )
    with api.connect(api.load_settings(project)) as client:
        run = api.find_run(reference, client=client)
        steps = api.resume_run(run, client=client, as_begun=as_begun)
    if as_json:
        print_json({"dag_id": run.dag_id, "run_id": run.run_id, "steps": list(steps)})
        return 0
    click.echo(f"{run.dag_id}/{run.run_id}: goes on with {', '.join(steps)}")
    click.echo(f"run: {run.url}")
    return 0


@click.command(epilog="Example: nbflow logs train_models fit --follow")
@_run
@click.argument("step", required=False)
@click.option(
    "--follow", "-f", "-F", is_flag=True, help="Wait for further lines until it has ended."
)
@click.option(
    "--all", "everything", is_flag=True, help="Of a run in Airflow, the logs as they are."
)
@options.project
@options.as_json
def logs(
    *,
    reference: str,
    step: str | None,
    follow: bool,
    everything: bool,
    project: Path,
    as_json: bool,
) -> int:
    """Show what the steps of a run have logged.

    Of a run in Airflow its logs of each step's last try: your cells, by their numbers in your
    notebook, and what they wrote; of one on this machine what cells wrote. What Airflow and
    papermill say of their own work is left out, save warnings and errors. STEP is a step's name; of
    a stage that runs for each item of a list, `train.fit` is all items, `train.fit[0]` one.

    RUN is DAG/RUN_ID, a run's id, or a DAG's id for its latest run. With --json each line is a JSON
    object.
    """
    from nbflow import api

    current = api.load_settings(project)
    run = api.find_run_anywhere(reference, current=current)
    if api.is_local(run.run_id):
        _print_lines(_texts(run, current, step=step), step=step, as_json=as_json)
        return 0
    with api.connect(current) as client:
        name = f"{run.dag_id}/{run.run_id}"
        lines = api.log_lines(
            run,
            client=client,
            current=current,
            step=step,
            follow=follow,
            everything=everything,
        )
        try:
            _print_lines(lines if as_json else _unfolded(lines), step=step, as_json=as_json)
        except KeyboardInterrupt:
            raise Interrupted(f"{name} goes on in Airflow: {run.url}") from None
    return 0


def _texts(run: Run, current: Settings, *, step: str | None) -> Iterator[tuple[str, LogLine]]:
    """What the cells of a run on this machine wrote, as its executed notebooks have it."""
    from nbflow import api
    from nbflow.remote import LogLine

    api.require_step(run, step)
    for one in api.texts_of(run, current=current, step=step):
        level = "error" if one.stream == "error" else None
        yield one.step, LogLine(one.text, level=level, cell=one.cell)


def _refuse_local(reference: str, *, instead: str) -> None:
    """A run on this machine is none of Airflow's; say what to do with it instead."""
    from nbflow import api

    if api.is_local(reference):
        raise UsageError(f"{reference} is a run on this machine, not in Airflow", hint=instead)


def _unfolded(lines: Iterable[tuple[str, LogLine]]) -> Iterator[tuple[str, LogLine]]:
    """Without the marks where Airflow's pages fold lines."""
    for whose, line in lines:
        if line.text != "::endgroup::":
            yield whose, replace(line, text=line.text.removeprefix("::group::"))


def _print_lines(lines: Iterable[tuple[str, LogLine]], *, step: str | None, as_json: bool) -> None:
    """Show lines with whose they are; of the step that was asked for nobody need be told."""
    shown = step
    for whose, line in lines:
        if as_json:
            click.echo(json.dumps({"step": whose, **line.as_json()}, ensure_ascii=False))
            continue
        if whose not in {shown, step}:
            click.echo(click.style(f"=== {whose}", bold=True))
            shown = whose
        moment = "" if line.moment is None else f"{line.moment.astimezone():%H:%M:%S} "
        click.echo(click.style(f"{moment}{line.text}", fg=_COLOURS.get((line.level or "").lower())))


COMMANDS = (approve, pause, unpause, cancel, resume, logs)
