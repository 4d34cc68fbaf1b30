"""Commands about what is published: diff, published, rollback, unpublish."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nbflow.cli import options
from nbflow.cli.console import print_json, print_not_live, print_table
from nbflow.cli.notebooks import checked
from nbflow.errors import NotLive

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nbflow.api import CellChange, Difference, PublishedDag
    from nbflow.targets import Version

_COLOURS = {"new": "green", "gone": "red", "changed": "yellow"}
_LONGEST_CELL = 40
"""Lines of a cell's diff that are shown."""


@click.command(epilog="Example: nbflow diff train.ipynb")
@options.notebooks
@click.option("--text/--no-text", default=True, help="Whether the DAG file's lines are shown.")
@click.option("--exit-code", is_flag=True, help="End with 1 where publishing would do anything.")
@options.as_json
def diff(*, paths: tuple[Path, ...], text: bool, exit_code: bool, as_json: bool) -> int:
    """Show what publishing notebooks would change.

    Shown are steps, edges, parameters, resources, files, how cells are written otherwise, the
    schedule with its next five times, and the DAG file's text; nothing is written. Where somebody
    else has published a version since you did, this shows it, and you may publish over it
    afterwards.
    """
    from nbflow import api

    found = [api.diff(checked(path)) for path in paths]
    if as_json:
        print_json([one.as_json() for one in found])
    else:
        for one in found:
            _print_difference(one, text=text)
    return int(exit_code and any(one.changed for one in found))


@click.command(epilog="Example: nbflow published train_models")
@click.argument("dag_id", metavar="[DAG]", required=False)
@options.project
@options.as_json
def published(*, dag_id: str | None, project: Path, as_json: bool) -> int:
    """List what is published; of a DAG, the versions that are kept."""
    from nbflow import api

    found = api.published(api.load_settings(project), dag_id=dag_id)
    if as_json:
        print_json([api.publication_as_json(one) for one in found])
        return 0
    if dag_id is not None:
        _print_versions(found[0])
    elif found:
        print_table(
            ("DAG", "version", "by", "at", "notebook"),
            [
                (one.listing.dag_id, *_words(one.listing.current), one.listing.notebook)
                for one in found
            ],
        )
    else:
        click.echo("nothing is published; publish a notebook with `nbflow publish NB`", err=True)
    return 0


@click.command(epilog="Example: nbflow rollback train_models")
@click.argument("dag_id", metavar="DAG")
@click.argument("digest", metavar="[VERSION]", required=False)
@click.option("--diff", "only_shown", is_flag=True, help="Only show what it would change.")
@click.option("--no-wait", is_flag=True, help="Do not wait until Airflow runs it.")
@options.project
@options.as_json
def rollback(
    *,
    dag_id: str,
    digest: str | None,
    only_shown: bool,
    no_wait: bool,
    project: Path,
    as_json: bool,
) -> int:
    """Let a DAG run an earlier version.

    The one before, or VERSION (how its digest begins).

    `nbflow published DAG` lists the versions; with --diff, what would be another one is shown as
    `nbflow diff` does, and nothing is written. Of runs that go, what has not begun runs as that
    version; with target git they keep the one that they began with.
    """
    from nbflow import api

    if only_shown:
        found = api.diff_back(dag_id, current=api.load_settings(project), digest=digest)
        if as_json:
            print_json(found.as_json())
        else:
            _print_difference(found, text=False)
        return 0
    try:
        done = api.roll_back(
            dag_id,
            current=api.load_settings(project),
            digest=digest,
            wait=not no_wait,
            tell=lambda said: click.echo(said, err=True),
        )
    except NotLive as error:
        if not as_json:
            print_not_live(error)
        raise
    if as_json:
        print_json({**api.published_as_json(done.published), "was": done.was.digest or None})
        return 0
    if not done.published.changed:
        click.echo(f"{dag_id}: runs {done.now.digest} already")
        return 0
    if done.published.review is not None:
        click.echo(f"{dag_id}: {done.published.summary}; was {done.was}")
        return 0
    was = done.was if done.was.digest else "unpublished"
    click.echo(f"{dag_id}: rolled back to {done.now.digest} (was {was}){done.published.arrival}")
    return 0


@click.command(epilog="Example: nbflow unpublish train_models")
@click.argument("dag_id", metavar="DAG")
@click.option("--force", is_flag=True, help="Also while runs are going, which then may fail.")
@click.option("--purge", is_flag=True, help="Its versions go too; there is no way back.")
@options.project
@options.as_json
def unpublish(*, dag_id: str, force: bool, purge: bool, project: Path, as_json: bool) -> int:
    """Pause a DAG, then take it away from where Airflow reads DAGs.

    With runs that are still going it is only paused, and this ends with 6. What runs have made
    stays in the store, and `nbflow output` still fetches it; `nbflow rollback DAG` brings the DAG
    back.
    """
    from nbflow import api

    done = api.unpublish(dag_id, current=api.load_settings(project), force=force, purge=purge)
    for warning in done.warnings:
        click.echo(f"warning: {warning}", err=True)
    if as_json:
        going = [f"{one.dag_id}/{one.run_id}" for one in done.going]
        shown = {"dag_id": dag_id, "digest": done.listing.digest, "going": going}
        print_json({**shown, "review": done.review, "warnings": list(done.warnings)})
        return 0
    if done.review is not None:
        click.echo(
            f"{dag_id}: goes once the branch {done.review} is merged; it is paused till then"
        )
        return 0
    click.echo(f"{dag_id}: unpublished (was {done.listing.current})")
    return 0


def _print_difference(found: Difference, *, text: bool) -> None:
    click.echo(f"{click.style(found.dag_id, bold=True)}: {found.summary}")
    for part, changes in groupby(found.changes, key=lambda one: one.part):
        click.echo(f"{part}:")
        for one in changes:
            line = click.style(f"{one.mark} {one.name}", fg=_COLOURS[one.sort])
            if len(one.details) == 1:
                click.echo(f"  {line}  ({one.details[0]})")
                continue
            click.echo(f"  {line}")
            for detail in one.details:
                click.echo(f"      {detail}")
    _print_cells(found.cells)
    _print_times(found)
    if found.first_run:
        click.echo(found.first_run)
    if text and found.changed and found.published is not None and found.text:
        click.echo()
        _print_lines(found.text.splitlines())


def _print_cells(cells: Sequence[CellChange]) -> None:
    """How cells are written otherwise, as diffs have it."""
    if cells:
        click.echo("cells:")
    for one in cells:
        whose = f", step {one.step}" if one.step else f", stage {one.stage}" if one.stage else ""
        name = f"{one.mark} cell {one.index} (id {one.cell}){whose}"
        click.echo(f"  {click.style(name, fg=_COLOURS[one.sort])}")
        lines = one.text.splitlines()
        if one.sort != "changed":
            lines = lines[1:]  # where all of its lines are is no question
        _print_lines(lines[:_LONGEST_CELL], indent="      ")
        if len(lines) > _LONGEST_CELL:
            click.echo(f"      … {len(lines) - _LONGEST_CELL} more lines; `--json` has all")


def _print_lines(lines: Iterable[str], *, indent: str = "") -> None:
    for line in lines:
        colour = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
        click.echo(indent + click.style(line, fg=colour))


def _print_times(found: Difference) -> None:
    """When it would run next; where that changes, beside the times as they are."""
    if found.published is None or found.previous_runs == found.next_runs:
        if found.next_runs:
            click.echo("next runs:")
        for moment in found.next_runs:
            click.echo(f"  {_time(moment)}")
        return
    click.echo("next runs, as they are and as they would be:")
    for was, now in zip_longest(found.previous_runs, found.next_runs):
        click.echo(f"  {_time(was)} → {_time(now)}")


def _time(moment: datetime | None) -> str:
    return "none" if moment is None else f"{moment:%a %Y-%m-%d %H:%M %Z}"


def _print_versions(one: PublishedDag) -> None:
    listing = one.listing
    click.echo(f"{listing.dag_id}: {one.location}, from {listing.notebook}")
    rows = [(*_words(one), one.action, listing.state_of(one)) for one in reversed(listing.versions)]
    print_table(("version", "by", "at", "action", "state"), rows)


def _words(version: Version) -> tuple[str, str, str]:
    moment = "-" if version.moment is None else _local(version.moment)
    return version.digest, version.by or "-", moment


def _local(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


COMMANDS = (diff, published, rollback, unpublish)
