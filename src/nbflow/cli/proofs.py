"""Proves a notebook and shows what was found."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from nbflow.cli.progress import follow
from nbflow.model import format_elapsed

if TYPE_CHECKING:
    from pathlib import Path

    from nbflow.api import Inspected
    from nbflow.model import Document, Failure
    from nbflow.proving import CellProof, Crossing, EdgeProof, FileProof, Proof

_MARKS = {
    "same": ("✓", "green"),
    "different": ("✗", "red"),
    "not_deterministic": ("~", "yellow"),
    "refused": ("✗", "red"),
    "not_run": ("-", "white"),
}
_WORDS = {
    "same": "same",
    "different": "different",
    "not_deterministic": "not deterministic",
    "refused": "refused",
    "not_run": "not run",
}
_BYTES = {
    "same": "same bytes",
    "different": "other bytes",
    "not_deterministic": "other bytes each time",
}
_HINTS = {
    "different": "- whole, + as a pipeline. It should show the same or be refused: please report "
    "it. To go on, keep the cells that belong together in one step.",
    "not_deterministic": "two runs of the notebook whole. What differs each time proves nothing: "
    "seed what is random, sort what has no order, leave out clocks.",
}
_MOST_LINES = 12
_WIDEST = 40


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
    """Write a proof: cells, edges, files, each difference, and times."""
    blocks = [[*_cells(proof, document)], [*_edges(proof.edges)], [*_files(proof.files)]]
    blocks += [[*_explained(cell, path)] for cell in proof.cells]
    blocks += [[_failed(words, one, document)] for words, one in _failures(proof)]
    for block in filter(None, blocks):
        click.echo()
        click.echo("\n".join(block))
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


def _cells(proof: Proof, document: Document) -> Iterator[str]:
    """A line a cell: whether it shows the same, its step, how it begins."""
    rows = []
    for cell in proof.cells:
        mark, colour = _MARKS[str(cell.verdict)]
        said = f"{mark} {_WORDS[str(cell.verdict)]}"
        first = document.cell(cell.cell).first_line
        rows.append((f"cell {cell.index}", cell.step or "every step", said, colour, first))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    room = max(shutil.get_terminal_size().columns - sum(widths) - 8, 0)
    for number, step, said, colour, first in rows:
        yield (
            f"  {number:<{widths[0]}}  {step:<{widths[1]}}  "
            f"{click.style(said.ljust(widths[2]), fg=colour)}  "
            f"{click.style(_short(first, room), dim=True)}"
        ).rstrip()


def _edges(edges: Sequence[EdgeProof]) -> Iterator[str]:
    """The edges, and under each a line a variable: type, size, serializer, time."""
    rows = [_crossing(one) for edge in edges for one in edge.variables]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(5)]
    for edge in edges:
        yield f"  {click.style(edge.source, fg='cyan')} → {click.style(edge.step, fg='cyan')}"
        for one in edge.variables:
            name, kind, size, serializer, seconds = _crossing(one)
            yield (
                f"    {name:<{widths[0]}}  {kind:<{widths[1]}}  {size:>{widths[2]}}  "
                f"{serializer:<{widths[3]}}  {seconds:>{widths[4]}}"
            ).rstrip()
        reasons = [one for one in edge.because if not (edge.variables and one[:10] == "variables:")]
        for reason in reasons:
            yield f"    {click.style(reason, dim=True)}"


def _crossing(one: Crossing) -> tuple[str, str, str, str, str]:
    name = f"{one.name} (with {', '.join(one.shared)})" if one.shared else one.name
    seconds = "" if one.seconds is None else f"{one.seconds * 1000:.1f} ms"
    return _short(name), _short(one.type), format_size(one.size), one.serializer or "", seconds


def _files(files: Sequence[FileProof]) -> Iterator[str]:
    width = max((len(one.path) for one in files), default=0)
    for one in files:
        said = _BYTES[str(one.verdict)]
        if one.absent:
            said = f"not left by the {'notebook whole' if one.absent == 'whole' else 'pipeline'}"
        size = format_size(one.size)
        yield f"  {one.path:<{width}}  {size:>6}  {click.style(said, dim=True)}"


def _explained(cell: CellProof, path: str) -> Iterator[str]:
    """The first difference of a cell, and the way out."""
    verdict = str(cell.verdict)
    if not cell.differences:
        return
    first = cell.differences[0]
    head = click.style(_WORDS[verdict], fg=_MARKS[verdict][1], bold=True)
    step = f"step {cell.step}" if cell.step else "every step"
    place = f"  --> {path}: cell {cell.index} (id {cell.cell}), {step}"
    if verdict == "refused":
        yield f"{head}: {first.actual}"
        yield place
        return
    yield f"{head}: {first.what} of cell {cell.index}"
    yield place
    yield "   |"
    for line in first.diff(lines=_MOST_LINES).splitlines():
        fg = {"-": "red", "+": "green"}.get(line[:1])
        yield f"   | {click.style(line, fg=fg)}"
    yield "   |"
    more = len(cell.differences) - 1
    if more:
        yield f"   = and {more} more"
    yield f"   = {_HINTS[verdict]}"


def _failures(proof: Proof) -> Iterator[tuple[str, Failure]]:
    whole, pipeline = proof.whole_failure, proof.pipeline_failure
    same = whole and pipeline and (whole.ename, whole.cell) == (pipeline.ename, pipeline.cell)
    if whole and same:
        yield "failed, whole and as a pipeline", whole
        return
    if whole:
        yield "failed, run whole", whole
    if pipeline and not any(str(cell.verdict) == "refused" for cell in proof.cells):
        yield "failed, as a pipeline", pipeline


def _failed(words: str, failure: Failure, document: Document) -> str:
    cell = document.by_id.get(failure.cell or "")
    where = "" if cell is None else f"cell {cell.index + 1} (id {cell.id}): "
    head = click.style(words, fg="red", bold=True)
    return f"{head}: {where}{failure.ename}: {failure.evalue}"


def _short(text: str, most: int = _WIDEST) -> str:
    return text if len(text) <= most else f"{text[: max(most - 1, 0)]}…"


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
