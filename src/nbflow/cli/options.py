"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

PATH = click.Path(path_type=Path)

one_notebook = click.argument("path", metavar="NB", type=PATH)
notebooks = click.argument("paths", metavar="NB...", type=PATH, nargs=-1, required=True)
as_json = click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")
parameters = click.option(
    "--parameter",
    "-p",
    "given",
    metavar="NAME=VALUE",
    multiple=True,
    help="A parameter's value, read by its type; NAME:=JSON for exact JSON. Repeatable.",
)
parameters_file = click.option(
    "--parameters",
    "-f",
    "values_file",
    metavar="FILE",
    type=PATH,
    help="A JSON file with values by name.",
)
project = click.option(
    "--project",
    metavar="DIR",
    type=PATH,
    default=Path(),
    help="Folder from which nbflow.yaml is looked for upward; here by default.",
)
