"""Write the reference pages that come from code: tags, commands, Python, diagnostics, schemas."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from nbflow import checks, notebook, settings
from nbflow.cli.app import app

sys.path.insert(0, str(Path(__file__).parent))

from api_page import api_page
from settings_page import settings_page

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "reference"


def pages() -> dict[str, str]:
    """Every page by file name."""
    return {
        "tags.md": tags(),
        "cli.md": command_line(),
        "diagnostics.md": diagnostics(),
        "api.md": api_page(),
        "settings.md": settings_page(settings.settings_schema()),
        "notebook-metadata.schema.json": schema(notebook.options_schema()),
        "pipeline.yaml.schema.json": schema(notebook.composition_schema()),
        "nbflow.yaml.schema.json": schema(settings.settings_schema()),
    }


def tags() -> str:
    """The tag reference, from the grammar table."""
    return f"# Tags\n\n{notebook.tag_reference()}\n"


def diagnostics() -> str:
    """Every diagnostic with its code, severity and way out."""
    lines = ["# Diagnostics", "", "| code | name | severity | finds | way out |"]
    lines += ["|---|---|---|---|---|"]
    for rule in checks.RULES:
        cells = (rule.code, rule.name, str(rule.severity), rule.summary, rule.fix)
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(lines) + "\n"


def command_line() -> str:
    """The help of every command."""
    parts = ["# Command line", ""]
    for path, command in _commands(app, ("nbflow",)):
        context = click.Context(command, info_name=" ".join(path), max_content_width=90)
        parts += [f"## {' '.join(path)}", "", "```text", command.get_help(context), "```", ""]
    return "\n".join(parts)


def schema(value: dict[str, Any]) -> str:
    """A JSON schema as text."""
    return json.dumps(value, indent=2, sort_keys=True) + "\n"


def _commands(
    command: click.Command, path: tuple[str, ...]
) -> list[tuple[tuple[str, ...], click.Command]]:
    found = [(path, command)]
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            found += _commands(inner, (*path, name))
    return found


def main() -> int:
    """Write the pages."""
    OUT.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (OUT / name).write_text(text, encoding="utf-8")
        print(OUT.relative_to(ROOT) / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
