"""What mends findings about names and the order of steps."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nbflow.model import Fix, TagEdit, WordEdit, as_identifier, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nbflow.analysis.records import Place, Record
    from nbflow.model import Document, Prev

__all__ = ["other_prev", "put_after", "respelt"]


def respelt(place: Place, name: str, meant: str, document: Document) -> Iterator[Fix]:
    """Write another name where one is read; nothing where the line has the word twice."""
    cell = document.by_id.get(place.cell)
    lines = [] if cell is None else cell.source.split("\n")
    if place.line <= len(lines):
        found = re.findall(rf"(?<!\w){re.escape(name)}(?!\w)", lines[place.line - 1])
        if len(found) == 1:
            yield Fix(f"write `{meant}`", words=(WordEdit(place.cell, place.line, name, meant),))


def other_prev(prev: Prev, known: Iterable[str]) -> Iterator[Fix]:
    """Name the nearest of the steps above, or take the name out of its tag."""
    if prev.tag is None:
        return
    word, _, names = prev.tag.partition(":")
    listed = [as_identifier(name) for name in names.split(";") if name]
    near = nearest(prev.name, known)
    for better in (near, None) if near else (None,):
        kept = dict.fromkeys(better if one == prev.name else one for one in listed)
        left = ";".join(one for one in kept if one)
        yield Fix.of_tag(prev.cell, prev.tag, f"{word}:{left}" if left else None)


def put_after(cell: str, other: Record) -> Fix:
    """Let a cell's step come after another one."""
    tag = f"prev:{other.name}"
    return Fix(f"add `{tag}`", (TagEdit(cell, None, tag),))
