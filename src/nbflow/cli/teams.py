"""`nbflow teams [manifests]`: the tenants of a project, and what a cluster must hold for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from nbflow.cli import options
from nbflow.cli.console import print_json


@click.group(name="teams", invoke_without_command=True, epilog="Example: nbflow teams --json")
@options.project
@options.as_json
@click.pass_context
def group(context: click.Context, *, project: Path, as_json: bool) -> int:
    """List the teams of nbflow.yaml, with what each may use."""
    from nbflow import api

    if context.invoked_subcommand is not None:
        if as_json or project != Path():
            raise click.UsageError(
                f"options of the list; give --project after `{context.invoked_subcommand}`"
            )
        return 0
    teams = api.describe_teams(api.load_settings(project))
    if as_json:
        print_json(teams)
        return 0
    for team in teams:
        _print(team)
    if not teams:
        click.echo("no teams; nbflow.yaml has no section `teams:`", err=True)
    return 0


@group.command(epilog="Example: nbflow teams manifests churn | kubectl apply -f -")
@click.argument("names", metavar="[TEAM]...", nargs=-1)
@click.option(
    "--output",
    "-o",
    metavar="DIR",
    type=options.PATH,
    help="Folder that gets a file per namespace; standard output by default.",
)
@click.option(
    "--airflow-account",
    metavar="NS/NAME",
    help="Service account with which Airflow starts pods; `airflow.service_account` by default.",
)
@options.project
def manifests(
    *, names: tuple[str, ...], output: Path | None, airflow_account: str | None, project: Path
) -> int:
    """Write what a Kubernetes cluster must hold for teams: all of them, or those named.

    A namespace with quota and default limits, the pods' service account, rights for Airflow there
    and nowhere else, and a network closed but for DNS and the team's `egress:`. The same settings
    give the same bytes.
    """
    from nbflow import api

    current = api.load_settings(project)
    written = api.team_manifests(current, names=names, airflow_account=airflow_account)
    if output is None:
        click.echo("".join(written.values()), nl=False)
        return 0
    for file in api.write_manifests(written, output):
        click.echo(file)
    return 0


def _print(team: dict[str, Any]) -> None:
    quota = [f"{name} {quantity}" for name, quantity in team["quota"].items()]
    egress = [" ".join([one["cidr"], *one["ports"]]) for one in team["egress"]]
    click.echo(click.style(team["name"], bold=True))
    for label, said in (
        ("namespace", team["namespace"] or "none"),
        ("service account", team["service_account"] or "the namespace's default"),
        ("profiles", _some(team["profiles"], otherwise="all")),
        ("images", _some(team["images"], otherwise="all")),
        ("quota", _some(quota, otherwise="none")),
        ("egress", _some(egress, otherwise="none")),
    ):
        click.echo(f"  {label:<17}{said}")


def _some(names: list[str] | None, *, otherwise: str) -> str:
    """Names in a row; `otherwise` where nothing is said, `none` for an empty list."""
    return otherwise if names is None else ", ".join(names) or "none"


COMMANDS = (group,)
