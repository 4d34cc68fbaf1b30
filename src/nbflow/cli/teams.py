"""`nbflow teams`: the tenants of a project, and what a cluster and Airflow must know of them."""

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
    """Write what a Kubernetes cluster must hold for teams.

    For all of them, or those named: a namespace with quota and default limits, the pods' service
    account, rights for Airflow there and nowhere else, and a network closed but for DNS and the
    team's `egress:`. The same settings give the same bytes.
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


@group.command(epilog="Example: nbflow teams policy -o /etc/nbflow/policy.json")
@click.option(
    "--output",
    "-o",
    metavar="FILE",
    type=options.PATH,
    help="File that gets it; standard output by default.",
)
@options.project
def policy(*, output: Path | None, project: Path) -> int:
    """Write what each team may use, as JSON for Airflow.

    There the package nbflow-airflow-policy keeps DAG files within their teams that somebody wrote
    or edited by hand. The same settings give the same bytes.
    """
    from nbflow import api

    text = api.team_policy(api.load_settings(project))
    if output is None:
        click.echo(text, nl=False)
        return 0
    click.echo(api.write_policy(text, output))
    return 0


@group.command(epilog="Example: nbflow teams airflow --format env > airflow.env")
@click.option(
    "--format",
    "form",
    type=click.Choice(["cfg", "env", "helm"]),
    default="cfg",
    show_default=True,
    help="Lines of airflow.cfg, environment variables, or values of Airflow's chart.",
)
@click.option(
    "--policy",
    "policy_file",
    metavar="FILE",
    help="Where Airflow finds the policy of `nbflow teams policy`; not said by default.",
)
@options.as_json
@options.project
def airflow(*, form: str, policy_file: str | None, as_json: bool, project: Path) -> int:
    """Write the configuration of Airflow's multi-team mode.

    It says which DAG bundle is which team's.
    """
    from nbflow import api

    wanted = api.airflow_teams(api.load_settings(project), policy=policy_file)
    if as_json:
        print_json(wanted)
        return 0
    click.echo(api.airflow_teams_text(wanted, form=form), nl=False)
    return 0


def _print(team: dict[str, Any]) -> None:
    quota = [f"{name} {quantity}" for name, quantity in team["quota"].items()]
    bundle = team["bundle"]
    egress = [" ".join([one["cidr"], *one["ports"]]) for one in team["egress"]]
    click.echo(click.style(team["name"], bold=True))
    for label, said in (
        ("namespace", team["namespace"] or "none"),
        ("service account", team["service_account"] or "the namespace's default"),
        ("profiles", _some(team["profiles"], otherwise="all")),
        ("images", _some(team["images"], otherwise="all")),
        ("connections", _some(team["connections"], otherwise="all")),
        ("quota", _some(quota, otherwise="none")),
        ("egress", _some(egress, otherwise="none")),
        ("DAG bundle", "/".join(filter(None, (bundle["name"], bundle["folder"])))),
    ):
        click.echo(f"  {label:<17}{said}")


def _some(names: list[str] | None, *, otherwise: str) -> str:
    """Names in a row; `otherwise` where nothing is said, `none` for an empty list."""
    return otherwise if names is None else ", ".join(names) or "none"


COMMANDS = (group,)
