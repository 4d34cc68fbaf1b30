"""The command that lets a person look into a step."""

from __future__ import annotations

from pathlib import Path

import click

from nbflow.cli import options
from nbflow.cli.console import print_json


@click.command(epilog="Example: nbflow debug train_models && jupyter lab")
@click.argument("reference", metavar="RUN")
@click.argument("step", metavar="[STEP]", required=False)
@options.output("Where the notebook goes; DAG-STEP-debug.ipynb here by default.")
@options.project
@options.as_json
def debug(
    *, reference: str, step: str | None, output: Path | None, project: Path, as_json: bool
) -> int:
    """Write a notebook that stops where a step of a run failed.

    It brings back what the step was given, up to the cell that failed.

    RUN is DAG/RUN_ID, a run's id, a DAG's id for its latest run, or the path of a run's folder;
    STEP the step that failed where none is named. The notebook opens in any Jupyter that has
    nbflow. It works in a folder of its own and changes nothing of the run.
    """
    from nbflow import api

    current = api.load_settings(project)
    written = api.debug(reference, step=step, current=current, to=output)
    if as_json:
        print_json({"notebook": str(written)})
    else:
        click.echo(written)
    return 0


COMMANDS = (debug,)
"""The commands of this module."""
