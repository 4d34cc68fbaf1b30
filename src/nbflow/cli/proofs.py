"""Proves a notebook and shows what was found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from nbflow.cli.progress import follow, format_elapsed

if TYPE_CHECKING:
    from pathlib import Path

    from rich.table import Table
    from rich.text import Text

    from nbflow.api import Inspected
    from nbflow.model import Document, Failure
    from nbflow.proving import CellProof, Crossing, EdgeProof, FileProof, Proof

_MARKS = {
    "same": ("✓", "green"),
    "different": ("✗", "red"),
    "not_deterministic": ("~", "yellow"),
    "refused": ("✗", "red"),
    "not_run": ("-", "dim"),
}
_WORDS = {
    "same": "same",
    "different": "different",
    "not_deterministic": "not deterministic",
    "refused": "refused",
    "not_run": "not run",
}
_MOST_LINES = 12
_WIDEST = 48


def prove(
    inspected: Inspected, *, given: tuple[str, ...], values_file: Path | None, keep: Path | None
) -> Proof:
    """Run a notebook whole and as its pipeline, and show how far it is.

    Raises:
        UsageError: a parameter is unknown or ill-typed.
        Interrupted: Ctrl-C.
    """
    from nbflow import api

    pipeline = inspected.pipeline
    values = {
        **api.read_values(values_file),
        **api.parse_assignments(given, parameters=pipeline.parameters),
    }
    with follow(pipeline.document, transient=True) as observe:
        return api.prove(inspected, parameters=values, keep=keep, observe=observe)


def print_proof(proof: Proof, *, document: Document, path: str) -> None:
    """Write a proof: cells, edges, files, times, and each difference."""
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=False)
    console.print(_cells(proof, document))
    if proof.edges:
        console.print()
        console.print(_edges(proof.edges))
    if proof.files:
        console.print()
        console.print(_files(proof.files))
    for cell in proof.cells:
        if str(cell.verdict) not in {"same", "not_run"}:
            click.echo()
            click.echo("\n".join(_explained(cell, path)))
    for words, failure in _failures(proof):
        click.echo()
        click.echo(f"{click.style(words, fg='red', bold=True)}: {_named(failure, document)}")
    click.echo()
    click.echo(f"{path}: {summarise(proof)}")


def summarise(proof: Proof) -> str:
    """`6 cells, all the same; whole 2.1s, pipeline 2.4s (+0.3s)`."""
    count = len(proof.cells)
    said = [f"{count} cell{'' if count == 1 else 's'}"]
    others = []
    for verdict, words in _WORDS.items():
        found = sum(str(cell.verdict) == verdict for cell in proof.cells)
        if verdict != "same" and found:
            others.append(f"{found} {words}")
    said.append(", ".join(others) if others else "all the same")
    whole, pipeline = proof.whole_seconds, proof.pipeline_seconds
    sign = "+" if pipeline >= whole else "-"
    times = f"whole {_elapsed(whole)}, pipeline {_elapsed(pipeline)}"
    return f"{', '.join(said)}; {times} ({sign}{_elapsed(abs(pipeline - whole))})"


def _cells(proof: Proof, document: Document) -> Table:
    table = _table("", "cell", "step", "outputs", "")
    table.columns[4].style = "dim"
    table.columns[4].overflow = "ellipsis"
    for cell in proof.cells:
        mark, style = _MARKS[str(cell.verdict)]
        first = next(iter(document.cell(cell.cell).source.strip().splitlines()), "")
        table.add_row(
            _text(mark, style),
            str(cell.index),
            cell.step or "(every step)",
            _text(_WORDS[str(cell.verdict)], style),
            _text(first),
        )
    return table


def _edges(edges: Iterable[EdgeProof]) -> Table:
    table = _table("edge", "variable", "type", "size", "serializer", "time")
    for column in (3, 5):
        table.columns[column].justify = "right"
    for edge in edges:
        name = f"{edge.source} → {edge.step}"
        others = [reason for reason in edge.because if not reason.startswith("variables")]
        for one in edge.variables:
            table.add_row(name, *_crossing(one))
            name = ""
        if others or not edge.variables:
            said = "; ".join(others or edge.because)
            table.add_row(name, _text(_short(said), "dim"), "", "", "", "")
    return table


def _crossing(one: Crossing) -> tuple[str, str, str, str, str]:
    name = f"{one.name} (with {', '.join(one.shared)})" if one.shared else one.name
    seconds = "" if one.seconds is None else f"{one.seconds * 1000:.1f} ms"
    return _short(name), _short(one.type), format_size(one.size), one.serializer or "", seconds


def _files(files: Iterable[FileProof]) -> Table:
    table = _table("file", "size", "")
    table.columns[1].justify = "right"
    for one in files:
        said = {
            "same": "same bytes",
            "different": "other bytes",
            "not_deterministic": "other bytes each time",
        }[str(one.verdict)]
        if one.absent:
            said = f"not left by the {'notebook whole' if one.absent == 'whole' else 'pipeline'}"
        table.add_row(one.path, format_size(one.size), _text(said, "dim"))
    return table


def _explained(cell: CellProof, path: str) -> Iterator[str]:
    """The first difference of a cell, and the way out."""
    verdict = str(cell.verdict)
    _, colour = _MARKS[verdict]
    if not cell.differences:
        return
    first = cell.differences[0]
    head = click.style(f"{_WORDS[verdict]}", fg=colour, bold=True)
    yield f"{head}: {first.what} of cell {cell.index} (id {cell.cell})"
    yield f"  --> {path}: cell {cell.index}, {f'step {cell.step}' if cell.step else 'every step'}"
    for line in first.diff(lines=_MOST_LINES).splitlines():
        fg = {"-": "red", "+": "green"}.get(line[:1])
        yield click.style(f"   | {line}", fg=fg) if fg else f"   | {line}"
    more = len(cell.differences) - 1
    if more:
        yield f"   = and {more} more"
    if verdict == "different":
        yield "   = - whole, + pipeline"
    hint = _HINTS.get(verdict)
    if hint:
        yield f"   = help: {hint}"


_HINTS = {
    "not_deterministic": "Run whole again it shows something else, too, so this cell proves "
    "nothing. Seed what is random, sort what has no order, leave out clocks.",
    "different": "The notebook shows this whole and as a pipeline it does not. Keep the cells that "
    "belong together in one step, and please report it: it should be equal or refused.",
}


def _failures(proof: Proof) -> Iterator[tuple[str, Failure]]:
    whole, pipeline = proof.whole_failure, proof.pipeline_failure
    same = whole and pipeline and (whole.ename, whole.cell) == (pipeline.ename, pipeline.cell)
    if whole and same:
        yield "failed, whole and as a pipeline", whole
        return
    if whole:
        yield "failed, run whole", whole
    if pipeline:
        yield "failed, as a pipeline", pipeline


def _named(failure: Failure, document: Document) -> str:
    cell = document.by_id.get(failure.cell or "")
    where = "" if cell is None else f"cell {cell.index + 1} (id {cell.id}): "
    return f"{where}{failure.ename}: {failure.evalue}"


def _table(*names: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in names:
        table.add_column(name, no_wrap=True)
    return table


def _text(text: str, style: str = "") -> Text:
    from rich.text import Text

    return Text(text, style=style)


def _short(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


def format_size(count: int) -> str:
    """`512 B`, `3.1 KB`, `40 MB`."""
    size = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            break
        size /= 1000
    return f"{size:.0f} {unit}" if unit == "B" or size >= 10 else f"{size:.1f} {unit}"


def _elapsed(seconds: float) -> str:
    return format_elapsed(timedelta(seconds=seconds))
