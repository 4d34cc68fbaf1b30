"""Commands that start from a notebook: check, show, compile, run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nbflow.cli import options
from nbflow.cli.console import print_error, print_findings, print_json, summarise
from nbflow.errors import (
    CheckFailed,
    NotebookError,
    PolicyError,
    SettingsError,
    StepFailed,
    UsageError,
)
from nbflow.model import format_bytes

if TYPE_CHECKING:
    from nbflow.api import Compiled, Inspected, Limits, Resumed
    from nbflow.model import Run


@click.command(epilog="Example: nbflow check train.ipynb --prove -p lr=0.1")
@options.notebooks
@options.as_json
@click.option("--prove", "to_prove", is_flag=True, help="Run it whole and as its pipeline, too.")
@click.option(
    "--every-cell", is_flag=True, help="Prove it with each cell as a step of its own: all cuts."
)
@options.parameters
@options.parameters_file
@click.option(
    "--keep", metavar="DIR", type=options.PATH, help="Keep both executed notebooks in this folder."
)
def check(
    *,
    paths: tuple[Path, ...],
    as_json: bool,
    to_prove: bool,
    every_cell: bool,
    given: tuple[str, ...],
    values_file: Path | None,
    keep: Path | None,
) -> int:
    """Find what is wrong with notebooks before anything runs.

    NB is a notebook, or the .yaml file of a pipeline of several; see docs/pipelines.md.

    With --prove, a notebook without errors then runs here, whole in one kernel and as its
    pipeline, and what its cells show is compared. See docs/prove.md.

    Ends with 0 where there are no errors (warnings are fine), with 3 where there are or where
    outputs differ, with 10 where a run failed, with 2 where a file cannot be read.
    """
    from nbflow import api
    from nbflow.cli import proofs

    to_prove = to_prove or every_cell
    if not to_prove and (given or values_file or keep):
        raise UsageError("-p, -f and --keep are about a run", hint="Add --prove.")
    answers: list[dict[str, object]] = []
    status = 0
    for path in paths:
        try:
            inspected = api.cut_every_cell(path) if every_cell else api.inspect(path)
        except NotebookError as error:
            answers.append({"notebook": str(path), "error": error.as_json()})
            status = NotebookError.exit_status
            if not as_json:
                print_error(error, as_json=False)
            continue
        answers.append(_as_json(inspected))
        if inspected.errors:
            status = status or CheckFailed.exit_status
        if not as_json:
            _print_findings(inspected)
        if to_prove and not inspected.errors:
            proof = proofs.prove(inspected, given=given, values_file=values_file, keep=keep)
            status = status or proof.exit_status
            answers[-1]["proof"] = proof.as_json()
            if not as_json:
                proofs.print_proof(proof, document=inspected.pipeline.document, path=str(path))
    if as_json:
        print_json(answers)
    return status


@click.command(epilog="Example: nbflow show train.ipynb --json | jq '.steps[].name'")
@options.one_notebook
@options.as_json
def show(*, path: Path, as_json: bool) -> int:
    """Show the pipeline that a notebook means.

    Its parameters, its steps, and its edges with their reasons.
    """
    from nbflow import api
    from nbflow.cli.graph import render_pipeline

    inspected = api.inspect(path)
    if as_json:
        print_json(api.describe(inspected))
    else:
        click.echo(render_pipeline(api.describe(inspected)))
        print_findings(inspected, err=True)
    return CheckFailed.exit_status if inspected.errors else 0


@click.command(name="compile", epilog="Example: nbflow compile train.ipynb -o dags/")
@options.one_notebook
@click.option(
    "--output",
    "-o",
    metavar="DIR",
    type=options.PATH,
    required=True,
    help="Folder to write into.",
)
@options.as_json
def compile_(*, path: Path, output: Path, as_json: bool) -> int:
    """Write the bundle: a plain Airflow DAG and its step notebooks."""
    from nbflow import api

    compiled = checked(path)
    dag = api.write(compiled, output)
    if as_json:
        bundle = compiled.bundle
        print_json({"dag_id": bundle.dag_id, "digest": bundle.digest, "dag": str(dag)})
    else:
        click.echo(f"{dag}")
    return 0


@click.command(
    cls=options.WithOptionalRun,
    epilog="Example: nbflow run train.ipynb -p lr=0.1 -o executed.ipynb; after a failure: "
    "nbflow run train.ipynb --resume",
)
@options.one_notebook
@options.parameters
@options.parameters_file
@options.output(
    "Where the one notebook goes, or a folder for several; beside the artifacts by default.",
    page=True,
)
@options.no_header
@click.option("--workers", "-j", type=click.IntRange(min=1), help="Steps that may run at once.")
@options.resume
@click.option("--no-cache", is_flag=True, help="Run steps with `cache:enabled` too.")
@click.option(
    "--enforce-limits", is_flag=True, help="Give each step the memory of its profile, not more."
)
@options.approvals
@options.as_json
def run(
    *,
    path: Path,
    given: tuple[str, ...],
    values_file: Path | None,
    output: Path | None,
    no_header: bool,
    workers: int | None,
    resume: str | None,
    no_cache: bool,
    enforce_limits: bool,
    approved: tuple[str, ...],
    refused: tuple[str, ...],
    approve_all: bool,
    as_json: bool,
) -> int:
    """Run the pipeline on this machine, without Airflow.

    Each step has a process and a working directory of its own. One executed notebook comes back,
    whole or, after a failure or Ctrl-C, up to there; of a pipeline of several notebooks (NB is its
    .yaml file) each. With --resume the newest run goes on from where it failed or was stopped:
    steps that had succeeded are kept unless their cells, parameters or files have changed. With
    --enforce-limits a step that needs more memory than its profile has fails here as it would in a
    pod; see docs/right-size.md.
    """
    from nbflow import api
    from nbflow.cli.approvals import answers
    from nbflow.cli.progress import follow

    api.warm()
    compiled = checked(path)
    known = compiled.plan.pipeline.parameters
    values = {
        **api.read_values(values_file),
        **api.parse_assignments(given, parameters=known),
    }
    earlier = None
    if resume is not None:
        earlier = api.resume(compiled, reference=resume, parameters=values)
        print_resumed(earlier)
    limits = api.limits(compiled) if enforce_limits else None
    if limits is not None:
        print_limits(limits)
    several = bool(compiled.plan.stages)
    approve = answers(compiled, approved=approved, refused=refused, approve_all=approve_all)
    asks = approve is not None and approve.asks
    with follow(None if several else compiled.plan.pipeline.document, asks=asks) as observe:
        finished = api.run(
            compiled,
            parameters=values,
            output=output,
            observe=observe if approve is None else approve.undisturbed(observe),
            workers=workers,
            resume=earlier,
            cache=not no_cache,
            limits=limits,
            header=not no_header,
            approve=approve,
        )
    if as_json:
        print_json({**api.run_as_json(finished.run), "notebook": str(finished.notebook)})
    else:
        print_result(finished.run, notebook=finished.notebook)
    way_out = (
        f"Correct it and go on with `nbflow run {path} --resume`; `nbflow debug "
        f"{finished.run.dag_id}/{finished.run.run_id}` brings back what the step was given."
    )
    if several:
        way_out = f"Correct it and go on with `nbflow run {path} --resume`."
    return exit_status(finished.run, quiet=as_json, hint=way_out)


def checked(path: Path) -> Compiled:
    """Compile a notebook, having shown what was found.

    Raises:
        CheckFailed: there are errors.
        SettingsError, PolicyError: what the steps would run on is refused.
    """
    from nbflow import api

    inspected = api.inspect(path)
    told = None
    try:
        return api.compile(inspected)
    except (SettingsError, PolicyError) as error:
        told = error.message  # as an error, in the end
        raise
    finally:
        print_findings(inspected, err=True, but=told)


def print_resumed(earlier: Resumed) -> None:
    """Which run goes on, what of it is kept, and what runs again because something changed."""
    click.echo(f"going on with run {earlier.folder.name}", err=True)
    if earlier.plan.kept:
        click.echo(f"  kept: {', '.join(earlier.plan.kept)}", err=True)
    for step, reason in earlier.plan.reasons.items():
        click.echo(f"  step {step} runs again: {reason}", err=True)


def print_limits(limits: Limits) -> None:
    """How steps are kept within their memory, and which."""
    click.echo(f"memory limits by {limits.fence}", err=True)
    for step, limit in limits.steps.items():
        size = format_bytes(limit.memory)
        click.echo(f"  step {step}: {size} (profile {limit.profile})", err=True)
    if not limits.steps:
        click.echo("  no step's profile has one", err=True)


def print_result(run: Run, *, notebook: Path | None) -> None:
    """Where the notebook is, and what was recorded."""
    for name, value in run.metrics.items():
        click.echo(f"{name} = {value}")
    if notebook is not None:
        click.echo(f"notebook: {notebook}")
    click.echo(f"run: {run.url or f'{run.dag_id}/{run.run_id}'}")


def exit_status(run: Run, *, quiet: bool = False, hint: str | None = None) -> int:
    """0 for a run that went well; for another, 10 with the step, the cell and the exception.

    Args:
        run: the run, which has ended.
        quiet: only return the status.
        hint: the way out of a failure that has none of its own.
    """
    from nbflow import api

    failure = api.failure_of(run)
    if failure is None:
        return 0
    if not quiet:
        failure.hint = failure.hint or hint
        raise failure
    return StepFailed.exit_status


def _print_findings(inspected: Inspected) -> None:
    print_findings(inspected)
    steps = sum(bool(step.cells) or not inspected.stages for step in inspected.pipeline.steps)
    found = summarise(inspected.all_diagnostics) or "no problems"
    about = f"{steps} step{'' if steps == 1 else 's'}"
    if inspected.composition is not None:
        stages = len(inspected.composition.stages)
        about = f"{stages} stage{'' if stages == 1 else 's'}, {about}"
    click.echo(f"{inspected.path}: {about}, {found}")


def _as_json(inspected: Inspected) -> dict[str, object]:
    from nbflow import api

    return {
        "notebook": str(inspected.path),
        "name": inspected.pipeline.name,
        "diagnostics": api.diagnostics_as_json(inspected),
    }


COMMANDS = (check, show, compile_, run)
