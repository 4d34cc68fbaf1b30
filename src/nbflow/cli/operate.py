"""Commands that talk to an Airflow: publish, trigger, runs, output."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nbflow.cli import options
from nbflow.cli.console import print_json, print_not_live
from nbflow.cli.notebooks import checked, exit_status, print_result
from nbflow.cli.preflights import print_preflights
from nbflow.cli.progress import follow
from nbflow.errors import Interrupted, NotLive, StoreError, UsageError
from nbflow.model import Run, RunState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbflow.api import Published
    from nbflow.remote import Airflow
    from nbflow.settings import Settings

_NOTHING_LEFT = "  (no output)"
"""Behind a run of which the store has nothing."""


@click.command(epilog="Example: nbflow publish train.ipynb")
@options.notebooks
@click.option("--no-wait", is_flag=True, help="Do not wait until Airflow has it.")
@click.option("--force", is_flag=True, help="Replace what another notebook or person published.")
@click.option("--no-preflight", is_flag=True, help="Do not ask the cluster whether pods fit.")
@options.as_json
def publish(
    *, paths: tuple[Path, ...], no_wait: bool, force: bool, no_preflight: bool, as_json: bool
) -> int:
    """Write notebooks' DAGs where Airflow reads them.

    This waits until Airflow has them. Publishing the same notebook again changes nothing. What
    Airflow cannot import is shown with the cell, the option or the line of the DAG file that is to
    blame; then this ends with 6, and all others are live.

    Where the settings speak of a Kubernetes cluster, it is asked first whether it can run the
    steps' pods, as `nbflow profiles check` asks for profiles. Where it cannot, this ends with 3
    and nothing is written; where it is not reached within seconds, that is a warning.
    """
    from nbflow import api

    compiled = [checked(path) for path in paths]
    api.refuse_one_name_for_two(compiled)
    asked = [None] * len(compiled) if no_preflight else api.preflight(compiled)
    if not as_json and any(asked):
        print_preflights(asked)
    api.refuse_what_cannot_run(asked)
    try:
        published = api.publish(
            compiled, wait=not no_wait, force=force, tell=lambda text: click.echo(text, err=True)
        )
    except NotLive as error:
        if not as_json:
            _print_published(error.published)
            print_not_live(error, compiled)
        raise
    if as_json:
        pairs = zip(published, asked, strict=True)
        print_json([api.published_as_json(each, preflight=said) for each, said in pairs])
        return 0
    _print_published(published)
    if not no_wait and any(each.live_after is None and each.review is None for each in published):
        click.echo(
            "no Airflow is running for this project; start one with `nbflow airflow up`", err=True
        )
    return 0


@click.command(epilog="Example: nbflow trigger train_models -p trees=50 --wait -o executed.ipynb")
@click.argument("dag_id", metavar="DAG")
@options.parameters
@options.parameters_file
@click.option("--wait", is_flag=True, help="Follow the run; end with 10 if a step fails.")
@options.output("With --wait: write the one executed notebook there.", page=True)
@options.no_header
@options.project
@options.as_json
def trigger(
    *,
    dag_id: str,
    given: tuple[str, ...],
    values_file: Path | None,
    wait: bool,
    output: Path | None,
    no_header: bool,
    project: Path,
    as_json: bool,
) -> int:
    """Start a run of a published pipeline."""
    from nbflow import api

    if output is not None and not wait:
        raise click.UsageError("--output needs --wait: the notebook is there when the run ends")
    current = api.load_settings(project)
    with api.connect(current) as client:
        known = api.parameters_of(dag_id, client=client)
        values = {**api.read_values(values_file), **api.parse_assignments(given, parameters=known)}
        run = api.trigger(dag_id, client=client, parameters=values, known=known)
        _warn_if_paused(run, client)
        if not wait:
            _print_run(api.run_as_json(run), as_json=as_json)
            return 0
        run = _followed(run, client, current)
    if output is not None:
        try:
            api.output(run, current=current, to=output, header=not no_header)
        except StoreError as error:
            if run.failed_step is None:
                raise
            click.echo(f"no notebook: {error}", err=True)
            output = None
        except UsageError as error:  # of several: only now the run tells
            name = f"{run.dag_id}/{run.run_id}"
            hint = f"The run is over ({run.state}): `nbflow output {name} -o FOLDER`, or OUT.html."
            raise UsageError(error.message, hint=hint) from None
    if as_json:
        print_json(api.run_as_json(run))
    else:
        print_result(run, notebook=output)
    return exit_status(run, quiet=as_json)


@click.command(epilog="Example: nbflow runs train_models")
@click.argument("reference", metavar="[DAG | RUN]", required=False)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="How many runs to list.",
)
@click.option(
    "--follow", "-f", "-F", "wait", is_flag=True, help="Follow a run (a DAG's latest) to its end."
)
@options.project
@options.as_json
def runs(*, reference: str | None, limit: int, wait: bool, project: Path, as_json: bool) -> int:
    """List runs here and in Airflow; or show one, DAG/RUN_ID.

    The newest come first. One is shown with its steps. Of a run that goes each step shows the cell
    that runs now, with how it begins, how long it has taken, and how long it usually takes; and the
    run when it is expected to end. Showing a run that failed ends with 10 and names the step, the
    cell and the exception.

    Of a run with `(no output)` the store has nothing: no step of it began, or `nbflow clean` has
    removed what there was.
    """
    from nbflow import api

    if wait and reference is None:
        raise click.UsageError("--follow needs a run, or a DAG whose latest run is meant")
    current = api.load_settings(project)
    if reference is not None:
        shown = _shown(reference, current, wait=wait)
        if shown is not None:
            return _show_run(shown, as_json=as_json)
    found = api.all_runs(current, dag_id=reference, limit=limit)
    if not found and not api.in_reach(current):
        api.connect(current).close()  # says that there is none to ask
    missing = api.left_out(current)
    if missing:
        click.echo(missing, err=True)
    if as_json:
        print_json([api.run_as_json(run) for run in found])
        return 0
    for run in found:
        name = f"{run.dag_id}/{run.run_id}{_NOTHING_LEFT if run.stored is False else ''}"
        name += "" if run.resumed is None else f"  (resumed {api.moment(run.resumed)})"
        click.echo(f"{run.state:<10} {api.moment(run.started):<19} {api.elapsed(run):>8}  {name}")
        failure = api.failure_of(run) if run.failed_step else None
        if failure is not None:
            click.echo(f"           {failure.message.splitlines()[0]}")
    if not found:
        click.echo("no runs yet; start one with `nbflow trigger DAG`", err=True)
    return 0


@click.command(epilog="Example: nbflow output train_models -o executed.ipynb --files made")
@click.argument("reference", metavar="RUN")
@options.output("Where the notebook goes.", page=True)
@click.option(
    "--files",
    metavar="FOLDER",
    type=options.PATH,
    help="Where the files go that the notebook wrote beside itself: a new folder.",
)
@options.no_header
@options.project
def output(
    *, reference: str, output: Path | None, files: Path | None, no_header: bool, project: Path
) -> int:
    """Write a run's executed notebook, a page of HTML, or its files.

    Its first cell says which run it is of: parameters, versions, and time, peak memory, profile and
    attempt of each step.

    RUN is DAG/RUN_ID, a run's id, or a DAG's id for its latest run. A run that still goes, or
    failed, gives the cells that ended. Of several notebooks name a folder, or a page for all of
    them. Airflow need not be running.

    Each step has a working directory of its own, and what is left there at the end, such as a
    report, is in the store: --files writes it out.
    """
    from nbflow import api

    if output is None and files is None:
        raise click.UsageError("say where the notebook goes, -o, or its files, --files")
    current = api.load_settings(project)
    run = api.find_run_anywhere(reference, current=current)
    if output is not None:
        click.echo(api.output(run, current=current, to=output, header=not no_header))
    if files is not None:
        found = api.write_files(run, current=current, to=files)
        for path in found:
            click.echo(files / path)
        if not found:
            click.echo("the run has left no files", err=True)
    return 0


def _shown(reference: str, current: Settings, *, wait: bool) -> Run | None:
    """The run that is meant, as it is shown; None where a DAG is meant, whose runs are listed."""
    from nbflow import api

    if not wait and "/" not in reference and api.runs_here(current, dag_id=reference, limit=1):
        return None
    if api.is_local(reference):
        run = api.find_run_anywhere(reference, current=current)
        if wait and not run.state.finished:
            raise UsageError(
                f"{run.run_id} goes on in another process of this machine",
                hint="It is shown where it was started.",
            )
        return run
    if not api.in_reach(current):
        # What the store has no trace of is misspelt rather than in an Airflow that does not run.
        run = api.find_run_anywhere(reference, current=current)
        if "/" in reference and not wait:
            return run
    with api.connect(current) as client:
        # No DAG's id has a slash.
        if not wait and "/" not in reference and api.is_dag(reference, client=client):
            return None
        run = api.find_run(reference, client=client)
        if wait:
            if not run.state.finished:
                _warn_if_paused(run, client)
            return _followed(run, client, current)
        run = api.explain(api.enrich(run, current=current), client=client)
        return api.forecast(run, client=client, current=current)


def _warn_if_paused(run: Run, client: Airflow) -> None:
    """Nothing more would be seen of a run whose DAG is paused."""
    if client.is_paused(run.dag_id):
        waits = "begins" if run.state is RunState.QUEUED else "goes on"
        click.echo(
            f"warning: {run.dag_id} is paused in Airflow: the run {waits} once it is let run: "
            f"`nbflow unpause {run.dag_id}`",
            err=True,
        )


def _print_published(published: Iterable[Published]) -> None:
    for each in published:
        click.echo(f"{each.dag_id}: {each.summary}")
        merged = ", once that is merged" if each.review else ""
        click.echo(f"  {each.url or each.dag}{merged}")


def _followed(run: Run, client: Airflow, current: Settings) -> Run:
    """A run when it has ended, having shown it.

    Raises:
        Interrupted: Ctrl-C; the run goes on.
    """
    from nbflow import api

    name = f"{run.dag_id}/{run.run_id}"
    try:
        click.echo(f"run: {run.url}", err=True)
        with follow() as observe:
            return api.follow(run, client=client, current=current, observe=observe)
    except KeyboardInterrupt:
        raise Interrupted(
            f"{name} goes on in Airflow: {run.url}",
            hint=f"`nbflow runs {name}` shows it, `nbflow output {name} -o OUT.ipynb` fetches"
            " what it has made.",
        ) from None


def _show_run(run: Run, *, as_json: bool) -> int:
    from nbflow import api

    if as_json:
        print_json(api.run_as_json(run))
    else:
        left = _NOTHING_LEFT if run.stored is False else ""
        click.echo(f"{run.dag_id}/{run.run_id}: {run.state} {api.took(run)}{left}")
        for step in run.steps:
            click.echo(f"  {api.describe_progress(step)}")
        if api.expectation(run):
            click.echo(api.expectation(run))
        print_result(run, notebook=None)
    return exit_status(run, quiet=as_json) if run.state.finished else 0


def _print_run(described: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        print_json(described)
        return
    click.echo(f"{described['dag_id']}/{described['run_id']}: {described['state']}")
    click.echo(f"run: {described['url']}")


COMMANDS = (publish, trigger, runs, output)
