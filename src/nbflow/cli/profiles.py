"""`nbflow profiles`: the sizes and places that steps run on."""

from __future__ import annotations

import click

from nbflow.cli.suggestions import suggest


@click.group(epilog="Example: nbflow profiles suggest train_models")
def profiles() -> None:
    """The sizes and places that steps run on."""


profiles.add_command(suggest)

COMMANDS = (profiles,)
