"""A program made small while it still goes wrong in the same way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from programs import Program

Cells = tuple[tuple[str, tuple[str, ...]], ...]


def reduce(program: Program, goes_wrong: Callable[[Program], bool], *, limit: int = 300) -> Program:
    """Take out cells, statements and tags as long as the program still goes wrong.

    Args:
        program: one that goes wrong.
        goes_wrong: whether a smaller one still does, in the same way.
        limit: how many smaller ones to try at most.
    """
    tries = 0
    smaller = True
    while smaller:
        smaller = False
        for candidate in _candidates(program):
            tries += 1
            if tries > limit:
                return program
            if goes_wrong(candidate):
                program, smaller = candidate, True
                break
    return program


def _candidates(program: Program) -> Iterator[Program]:
    """Programs that are a bit smaller, the much smaller ones first."""
    if program.parameters:
        yield replace(program, parameters={})
    for cells in (*_without_cells(program.cells), *_without_lines(program.cells)):
        yield replace(program, cells=cells)
    for cells in _without_tags(program.cells):
        yield replace(program, cells=cells)
    if any(program.order):
        yield replace(program, order=(0,))


def _without_cells(cells: Cells) -> Iterator[Cells]:
    for size in (len(cells) // 2, 2, 1):
        for start in range(len(cells) - size, -1, -1) if size else ():
            rest = cells[:start] + cells[start + size :]
            if rest:
                yield rest


def _without_lines(cells: Cells) -> Iterator[Cells]:
    for place, (source, tags) in enumerate(cells):
        lines = source.split("\n")
        for start in range(len(lines) - 1, -1, -1) if len(lines) > 1 else ():
            # an indented block goes with its head
            end = start + 1
            while end < len(lines) and lines[end].startswith((" ", "else", "except", "elif")):
                end += 1
            kept = "\n".join(lines[:start] + lines[end:])
            if kept.strip():
                yield (*cells[:place], (kept, tags), *cells[place + 1 :])


def _without_tags(cells: Cells) -> Iterator[Cells]:
    for place, (source, tags) in enumerate(cells):
        for tag in tags:
            kept = tuple(other for other in tags if other != tag)
            yield (*cells[:place], (source, kept), *cells[place + 1 :])
