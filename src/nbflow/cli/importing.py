"""The command that brings in pipelines of other tools."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nbflow.cli import options
from nbflow.cli.console import print_json
from nbflow.errors import CheckFailed

if TYPE_CHECKING:
    from nbflow.api import Imported
    from nbflow.elyra import Note


@click.command(
    name="import",
    epilog="Example: nbflow import weekly.pipeline -o pipeline.yaml && nbflow check pipeline.yaml",
)
@click.argument("path", metavar="FILE.pipeline", type=options.PATH)
@click.option(
    "--output",
    "-o",
    metavar="FILE",
    type=options.PATH,
    help="Write the pipeline to this file; to the terminal by default.",
)
@click.option("--strict", is_flag=True, help="End with 3 where something has no equal.")
@options.as_json
def import_(*, path: Path, output: Path | None, strict: bool, as_json: bool) -> int:
    """Make a pipeline.yaml of a pipeline of Elyra's.

    What has no equal here is named, with what to do instead.

    Versions 3 to 8 of Elyra's .pipeline files are read. Each notebook becomes a stage. What a node
    asks of its pod becomes a profile: the smallest of nbflow.yaml that has all of it, or a new one
    to paste there. The report names every property that is not carried over, why, and what to do
    instead. Nothing but the file of -o is written, and no notebook is changed.
    """
    from nbflow import api

    imported = api.import_elyra(path, output=output)
    if output is not None:
        api.write_imported(imported, output)
    if as_json:
        print_json(imported.as_json(path=output))
    else:
        _print_report(imported)
        click.echo(imported.text if output is None else output, nl=output is not None)
    return CheckFailed.exit_status if strict and imported.warnings else 0


def _print_report(imported: Imported) -> None:
    for lines in _warnings(imported.warnings):
        click.echo("\n".join(lines), err=True)
        click.echo(err=True)
    what, text = imported.to_paste
    if what:
        click.echo(f"{what}\n", err=True)
        click.echo(text, err=True)
    click.echo(f"{imported.source}: {imported.summary}", err=True)


def _warnings(notes: Sequence[Note]) -> Iterator[list[str]]:
    """Each warning in lines; what nodes say alike is said once."""
    from nbflow.elyra import shown

    alike: dict[tuple[str, str | None, str | None, str], list[Note]] = {}
    of_lost_nodes: dict[str, list[str]] = {}
    for note in notes:
        if note.instead is None and note.id is not None:
            of_lost_nodes.setdefault(note.id, []).append(note.key)
        else:
            value = "" if note.value is None else shown(note.value)
            key = (note.key, note.why, note.instead, value)
            alike.setdefault(key, []).append(note)
    for (name, why, instead, value), same in alike.items():
        head = click.style(f"warning[{same[0].verdict}]", fg="yellow", bold=True)
        labels = [note.node for note in same if note.node is not None]
        whose = f"node{'s' * (len(labels) > 1)} {', '.join(map(repr, labels))}: " if labels else ""
        lines = [f"{head}: {whose}{name}{f': {value}' if value else ''}", f"  {why}"]
        others = [one for note in same for one in of_lost_nodes.get(note.id or "", ())]
        if name == "op" and others:
            lines.append(f"  with it go: {', '.join(dict.fromkeys(others))}")
        yield [*lines, f"   = help: {instead}"]


COMMANDS = (import_,)
"""The commands of this module."""
