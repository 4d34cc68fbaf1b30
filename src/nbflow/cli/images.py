"""The command that writes an image's Dockerfile."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nbflow.cli import options
from nbflow.cli.console import print_diagnostics, print_json

if TYPE_CHECKING:
    from nbflow.api import Doubt
    from nbflow.model import Document


@click.command(epilog="Example: nbflow image train.ipynb -o Dockerfile && podman build -t train .")
@options.one_notebook
@click.option(
    "--output",
    "-o",
    metavar="FILE",
    type=options.PATH,
    help="Write it to this file; to the terminal by default.",
)
@click.option(
    "--base",
    metavar="IMAGE",
    help="The image it starts from; by default the one that the steps run in, else nbflow's "
    "runtime image.",
)
@options.as_json
def image(*, path: Path, output: Path | None, base: str | None, as_json: bool) -> int:
    """Write a Dockerfile for an image with what the notebook imports.

    Where the steps run in several images, it starts from that of the default profile.
    Packages are asked for in the versions that are installed here. Lines of a requirements.txt
    beside the notebook come first and win. What nothing here brings is a warning.
    """
    from nbflow import api

    inspected = api.inspect(path)
    document = inspected.pipeline.document
    print_diagnostics(inspected.diagnostics, document=document, path=str(path), err=True)
    made = api.image(inspected, base=base)
    if output is not None:
        api.write_image(made, output)
    if as_json:
        print_json(made.as_json(path=output))
        return 0
    for doubt in made.doubts:
        _print_doubt(doubt, document=document, path=path)
    if made.base_reason is not None:
        click.echo(f"starts from {made.base}: {made.base_reason}", err=True)
    click.echo(made.text if output is None else output, nl=output is not None)
    return 0


def _print_doubt(doubt: Doubt, *, document: Document, path: Path) -> None:
    cell = document.by_id.get(doubt.cell or "")
    where = doubt.file if cell is None else f"{path}: cell {cell.index + 1} (id {cell.id})"
    head = click.style("warning", fg="yellow", bold=True)
    click.echo(f"{head}: {doubt.message}", err=True)
    click.echo(f"  --> {where}, line {doubt.line}", err=True)
    click.echo(f"   = help: {doubt.hint}\n", err=True)


COMMANDS = (image,)
"""The commands of this module."""
