"""`nbflow airflow up | down | status`: the private Airflow of a project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nbflow.cli import options
from nbflow.cli.console import print_json
from nbflow.errors import RemoteError

if TYPE_CHECKING:
    from nbflow.embedded import Instance


@click.group(name="airflow", epilog="Example: nbflow airflow up")
def group() -> None:
    """Start, stop and look at a private Airflow for this project.

    It has SQLite, and a home of its own under .nbflow/.
    """


@group.command(epilog="Example: nbflow airflow up")
@options.project
@options.as_json
def up(*, project: Path, as_json: bool) -> int:
    """Start it (once; a second call finds it running)."""
    from nbflow import api

    current = api.load_settings(project)
    instance = api.airflow_up(current, tell=lambda text: click.echo(text, err=True))
    _print(instance, as_json=as_json)
    return 0


@group.command(epilog="Example: nbflow airflow down")
@options.project
def down(*, project: Path) -> int:
    """Stop it, with every task that runs in it.

    The runs that this stops are named.
    """
    from nbflow import api

    stopped = api.airflow_down(
        api.load_settings(project), tell=lambda said: click.echo(f"warning: {said}", err=True)
    )
    click.echo("stopped" if stopped else "it was not running")
    return 0


@group.command(epilog="Example: nbflow airflow status --json")
@options.project
@options.as_json
def status(*, project: Path, as_json: bool) -> int:
    """Say whether it runs, where, and how its parts are.

    Ends with 0 where all of them are healthy, with 6 where it does not run, or not all of it.
    """
    from nbflow import api

    current = api.load_settings(project)
    instance = api.airflow_status(current)
    if instance is not None:
        _print(instance, as_json=as_json)
        return 0 if instance.healthy else RemoteError.exit_status
    if as_json:
        print_json({"running": False})
    elif current.airflow.embedded:
        click.echo("not running; start it with `nbflow airflow up`")
    else:
        click.echo(f"not running; nbflow.yaml names another Airflow: {current.airflow.url}")
    return RemoteError.exit_status


def _print(instance: Instance, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "running": True,
                "healthy": instance.healthy,
                "url": instance.url,
                "user": instance.user,
                "password_file": str(instance.password_file),
                "logs": str(instance.logs),
                "health": dict(instance.health),
            }
        )
        return
    click.echo(f"url:      {instance.url}")
    click.echo(f"user:     {instance.user}")
    click.echo(f"password: {instance.password}   (also in {instance.password_file})")
    click.echo(f"logs:     {instance.logs}")
    parts = ", ".join(f"{name} {word}" for name, word in instance.health.items())
    click.echo(f"health:   {parts}")


COMMANDS = (group,)
