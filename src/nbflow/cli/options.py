"""Arguments and options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

PATH = click.Path(path_type=Path)


def _notebook_path(_: click.Context, __: click.Parameter, path: Path | None) -> Path | None:
    """Refuse an output that would overwrite something else than a notebook."""
    if path is not None and path.suffix != ".ipynb":
        raise click.BadParameter(f"{path} does not end in .ipynb")
    return path


def _page_path(_: click.Context, __: click.Parameter, path: Path | None) -> Path | None:
    """Refuse what is neither a notebook nor a page."""
    if path is not None and path.suffix not in {"", ".ipynb", ".html"}:
        raise click.BadParameter(f"{path} does not end in .ipynb or .html")
    if path is not None and path.suffix == ".html":
        # Not when the run has ended.
        from nbflow import api

        api.require_pages()
    return path


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
no_header = click.option(
    "--no-header", is_flag=True, help="Without the cell about the run above the others."
)
resume = click.option(
    "--resume",
    metavar="[RUN]",
    is_flag=False,
    flag_value="",
    help="Go on with the newest run that failed or was stopped, or with RUN.",
)


def approvals(command: Command) -> Command:
    """The options that answer approvals of a pipeline of several notebooks."""
    for option in (
        click.option("--yes", "approve_all", is_flag=True, help="Approve what stages ask."),
        click.option(
            "--refuse", "refused", metavar="STAGE", multiple=True, help="Refuse. Repeatable."
        ),
        click.option(
            "--approve", "approved", metavar="STAGE", multiple=True, help="Approve. Repeatable."
        ),
    ):
        command = option(command)
    return command


class WithOptionalRun(click.Command):
    """A command whose `--resume` may stand before the notebook, which is then not its value."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep `--resume train.ipynb` from being read as `--resume=train.ipynb`."""
        pairs = zip_longest(args, args[1:], fillvalue="")
        return super().parse_args(
            ctx,
            [
                "--resume=" if a == "--resume" and b.endswith((".ipynb", ".yaml", ".yml")) else a
                for a, b in pairs
            ],
        )


def output(
    help: str,  # noqa: A002 - click's word
    *,
    required: bool = False,
    page: bool = False,
) -> Callable[[Command], Command]:
    """The option that says where a notebook goes, or a page of it; never a file of another kind."""
    return click.option(
        "--output",
        "-o",
        "output",
        metavar="OUT.ipynb|OUT.html" if page else "OUT.ipynb",
        type=PATH,
        required=required,
        callback=_page_path if page else _notebook_path,
        help=help,
    )
