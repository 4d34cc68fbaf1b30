"""The command that runs a schedule for days that have passed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nbflow.cli import options
from nbflow.cli.console import print_json

if TYPE_CHECKING:
    from nbflow.api import Backfilled


@click.command(epilog="Example: nbflow backfill train_models --from 2026-01-01 --to 2026-01-31")
@click.argument("dag_id", metavar="DAG")
@click.option("--from", "start", metavar="DATE", required=True, help="First day, or time.")
@click.option("--to", "end", metavar="DATE", required=True, help="Last day (included), or time.")
@options.parameters
@options.parameters_file
@click.option(
    "--max-active",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="How many of the runs may be under way at once.",
)
@click.option(
    "--reprocess",
    type=click.Choice(["none", "failed", "completed"]),
    default="none",
    show_default=True,
    help="Which runs that are there run again.",
)
@click.option("--dry-run", is_flag=True, help="Only show which runs there would be.")
@options.project
@options.as_json
def backfill(
    *,
    dag_id: str,
    start: str,
    end: str,
    given: tuple[str, ...],
    values_file: Path | None,
    max_active: int,
    reprocess: str,
    dry_run: bool,
    project: Path,
    as_json: bool,
) -> int:
    """Run a pipeline for past times of its schedule.

    They are those between two days. Dates are read in the schedule's time zone. Runs that are there
    already stay as they are, unless --reprocess says otherwise.
    """
    from nbflow import api

    current = api.load_settings(project)
    with api.connect(current) as client:
        known = api.parameters_of(dag_id, client=client)
        values = {**api.read_values(values_file), **api.parse_assignments(given, parameters=known)}
        done = api.backfill(
            dag_id,
            client=client,
            current=current,
            start=start,
            end=end,
            parameters=values,
            known=known,
            reprocess=reprocess,
            max_active=max_active,
            dry_run=dry_run,
        )
    if as_json:
        print_json(done.as_json())
    else:
        _print(done)
    return 0


def _print(done: Backfilled) -> None:
    for run in done.runs:
        click.echo(f"  {run.times}")
    click.echo(f"{done.dag_id}: {done.summary}")
    if not done.runs:
        click.echo("`--reprocess failed` or `completed` runs what is there again", err=True)
    elif done.number is not None:
        click.echo(f"  {done.url}")
    if done.paused and done.number is not None:
        click.echo(
            f"warning: {done.dag_id} is paused: `nbflow unpause {done.dag_id}` lets them begin",
            err=True,
        )


COMMANDS = (backfill,)
