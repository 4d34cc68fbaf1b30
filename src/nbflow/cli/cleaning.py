"""The command that removes what is old: clean."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nbflow.cli import options
from nbflow.cli.console import print_json
from nbflow.model import format_bytes, format_duration, parse_duration

if TYPE_CHECKING:
    from datetime import timedelta

    from nbflow.api import CleanedDag, Cleaning
    from nbflow.settings import Retention


def _duration(_: click.Context, __: click.Parameter, text: str | None) -> timedelta | None:
    """`30d`, `12h`."""
    try:
        return None if text is None else parse_duration(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command(epilog="Example: nbflow clean --keep-versions 5 --older-than 30d")
@click.argument("dag_id", metavar="[DAG]", required=False)
@click.option("--yes", is_flag=True, help="Do it; without this it is only said what would go.")
@click.option(
    "--keep-versions",
    metavar="N",
    type=click.IntRange(min=1),
    help="The newest N versions of each DAG stay.",
)
@click.option(
    "--keep-runs",
    metavar="N",
    type=click.IntRange(min=0),
    help="The newest N runs of each DAG stay, with their executed notebooks.",
)
@click.option(
    "--older-than",
    metavar="AGE",
    callback=_duration,
    help="Younger versions and runs stay, however many (30d; at least 1s).",
)
@click.option(
    "--artifacts-older-than",
    metavar="AGE",
    callback=_duration,
    help="What steps handed on goes at this age, earlier than the run with its notebooks.",
)
@options.project
@options.as_json
def clean(
    *,
    dag_id: str | None,
    yes: bool,
    keep_versions: int | None,
    keep_runs: int | None,
    older_than: timedelta | None,
    artifacts_older_than: timedelta | None,
    project: Path,
    as_json: bool,
) -> int:
    """Remove old versions, runs and artifacts; at first only say which.

    Those of one DAG, or of all. What is not said here is as `retention:` in nbflow.yaml has it. A
    version or a run goes if it is beyond the newest so many, and old enough. The version that a DAG
    runs stays, and so do runs that are still going, and the versions that runs which stay came
    from.
    """
    from nbflow import api

    current = api.load_settings(project)
    rule = current.retention.but(
        versions=keep_versions,
        runs=keep_runs,
        older_than=older_than,
        artifacts_older_than=artifacts_older_than,
    )
    done = api.clean(current, dag_id=dag_id, retention=rule, yes=yes)
    if as_json:
        print_json(_as_json(done))
        return 0
    click.echo(f"keep: {_words(rule)}", err=True)
    for one in done.dags:
        _print_dag(one)
    _print_total(done)
    return 0


def _print_dag(one: CleanedDag) -> None:
    click.echo(f"{click.style(one.dag_id, bold=True)}: {format_bytes(one.size)}")
    for kind, those in groupby(one.gone, key=lambda left: left.kind):
        for left in those:
            since = "" if left.since is None else f", {left.since.astimezone():%Y-%m-%d %H:%M}"
            of = " of" if kind == "artifacts" else ""
            click.echo(f"  {kind}{of} {left.name}  ({format_bytes(left.size)}{since})")
    for name in one.live:
        click.echo(f"  kept: run {name} has not ended, as far as is known")
    if one.has_cache:
        click.echo("  steps with `cache:enabled` whose outcome goes will run again, once")


def _print_total(done: Cleaning) -> None:
    click.echo(done.summary)
    if not any(one.gone for one in done.dags):
        return
    if done.caution:
        click.echo(done.caution, err=True)
    if not done.done:
        click.echo("`--yes` removes it", err=True)


def _words(rule: Retention) -> str:
    words = [
        f"{rule.versions} versions",
        f"{rule.runs} runs",
        f"what is younger than {format_duration(rule.older_than)}",
    ]
    if rule.artifacts_older_than is not None:
        words.append(f"artifacts for {format_duration(rule.artifacts_older_than)}")
    return ", ".join(words)


def _as_json(done: Cleaning) -> dict[str, Any]:
    rule = done.retention
    artifacts = rule.artifacts_older_than
    return {
        "done": done.done,
        "asked_airflow": done.asked_airflow,
        "size": done.size,
        "keep": {
            "versions": rule.versions,
            "runs": rule.runs,
            "older_than": rule.older_than.total_seconds(),
            "artifacts_older_than": artifacts and artifacts.total_seconds(),
        },
        "dags": [
            {
                "dag_id": one.dag_id,
                "size": one.size,
                "gone": [
                    {
                        "kind": left.kind,
                        "name": left.name,
                        "size": left.size,
                        "since": left.since and left.since.isoformat(),
                        "place": left.place,
                    }
                    for left in one.gone
                ],
                "live": list(one.live),
                "has_cache": one.has_cache,
            }
            for one in done.dags
        ],
    }


COMMANDS = (clean,)
