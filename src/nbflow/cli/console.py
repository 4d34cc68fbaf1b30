"""How findings and errors look in a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from nbflow.errors import CheckFailed, NbflowError, NotLive
from nbflow.model import Diagnostic, Document, Severity

if TYPE_CHECKING:
    from nbflow.api import Compiled, Inspected

_WORD = 16
"""Characters of a cell that is not folded over lines, such as a digest."""
_LEAST = 8
"""Columns that are left to longer ones."""
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow"}


def print_json(value: Any) -> None:
    """Write a value for programs."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def print_error(error: NbflowError, *, as_json: bool) -> None:
    """Write an error: as JSON to standard output for programs, else to standard error."""
    if as_json:
        print_json({"error": error.as_json()})
        return
    click.echo(f"{click.style('error', fg='red', bold=True)}: {error.message}", err=True)
    if error.hint:
        hint = error.hint.replace("\n", "\n  ")
        click.echo(f"  {click.style('help', bold=True)}: {hint}", err=True)


def print_diagnostics(
    diagnostics: Iterable[Diagnostic], *, document: Document, path: str, err: bool = False
) -> None:
    """Write findings as a compiler would: what, where, the line, the way out."""
    for diagnostic in diagnostics:
        click.echo(render_diagnostic(diagnostic, document=document, path=path), err=err)
        click.echo(err=err)


def print_findings(inspected: Inspected, *, err: bool = False, but: str | None = None) -> None:
    """Write what is wrong with a notebook, or with a pipeline's file and its notebooks.

    Args:
        inspected: the notebook.
        err: to standard error.
        but: a finding that is told otherwise, unless it is about a cell, which is shown.
    """
    for one in (inspected, *inspected.stages.values()):
        found = [each for each in one.diagnostics if each.cell or each.message != but]
        print_diagnostics(found, document=one.pipeline.document, path=str(one.path), err=err)


def render_diagnostic(
    diagnostic: Diagnostic, *, document: Document | None, path: str, text: str = ""
) -> str:
    """One finding as text; `text` is that of the finding's own file, where it has one."""
    head = click.style(
        f"{diagnostic.severity}[{diagnostic.code}]", fg=_COLOURS[diagnostic.severity], bold=True
    )
    lines = [f"{head}: {diagnostic.message}"]
    cell = None if document is None else document.by_id.get(diagnostic.cell or "")
    line = "" if diagnostic.line is None else f", line {diagnostic.line}"
    gutter = "  "
    if cell is None and diagnostic.file is None:
        where = path if diagnostic.cell or diagnostic.line is None else f"{path}:{diagnostic.line}"
        lines.append(f"  --> {where}")
    else:
        where = f"{path}: cell {cell.index + 1} (id {cell.id})" if cell else str(diagnostic.file)
        lines.append(f"  --> {where}{line}")
        source = (cell.source if cell else text).splitlines()
        number = diagnostic.line or (1 if cell else 0)
        if 0 < number <= len(source):
            gutter = " " * (len(str(number)) + 1)
            lines.append(f"{gutter} |")
            lines.append(f" {number} | {source[number - 1]}")
            lines.append(f"{gutter} |")
    lines.append(f"{gutter} = help: {diagnostic.hint}")
    return "\n".join(lines)


def print_not_live(error: NotLive, compiled: Iterable[Compiled] = ()) -> None:
    """Write why Airflow cannot import what was published, to standard error.

    Args:
        error: says what.
        compiled: what was published, where it is at hand.
    """
    made = {one.bundle.dag_id: one for one in compiled}
    for published in error.published:
        source = made.get(published.dag_id)
        for found in published.diagnostics:
            text = render_diagnostic(
                found,
                document=source.plan.pipeline.document if source else None,
                path=str(source.inspected.path if source else published.dag),
                text=source.bundle.dag if source else "",
            )
            click.echo(f"{text}\n", err=True)


def summarise(diagnostics: Iterable[Diagnostic]) -> str:
    """`2 errors, 1 warning`, or an empty text."""
    found = list(diagnostics)
    parts = []
    for severity in (Severity.ERROR, Severity.WARNING):
        count = sum(diagnostic.severity is severity for diagnostic in found)
        if count:
            parts.append(f"{count} {severity}{'' if count == 1 else 's'}")
    return ", ".join(parts)


def explain(error: CheckFailed, *, document: Document, path: str) -> None:
    """Write the findings that stopped the work, before the error itself is written."""
    print_diagnostics(error.diagnostics, document=document, path=path, err=True)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write rows under headings: fitted to a terminal, and in full width to a pipe.

    Args:
        columns: the headings.
        rows: cells, which may have rich's markup.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else 1000, highlight=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    cells = [*rows]
    widths = [
        max(Text.from_markup(each).cell_len for each in one)
        for one in zip(columns, *cells, strict=True)
    ]
    # Short words, such as digests, stay whole where it is enough that long ones are folded.
    needed = sum(2 + (width if width <= _WORD else _LEAST) for width in widths) - 2
    for column, width in zip(columns, widths, strict=True):
        keep = width <= _WORD and needed <= console.width
        table.add_column(column, overflow="fold", no_wrap=keep)
    for row in cells:
        table.add_row(*row)
    console.print(table)


def is_terminal() -> bool:
    """Whether a person watches standard error."""
    return sys.stderr.isatty()
