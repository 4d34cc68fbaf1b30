"""HTML and SVG: compared by what they show, tables cell by cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html.parser import HTMLParser
from itertools import zip_longest

__all__ = ["html_differences", "svg_text"]

Sides = tuple[str, str]

# Ids that libraries draw at random or count per process. Others are the author's and stay.
_GENERATED = re.compile(
    r"T_[0-9a-f]{5}(?![0-9a-f])"  # pandas' styles
    r"|sk-(?:container|estimator)-id-\d+"
    r"|(?:[\w-]*?[_-])?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|(?:[\w-]*?[_-])?[0-9a-f]{32}"
)
_UNSEEN = re.compile(r"(?s)<style.*?</style>|<script.*?</script>")
_SVG_ID = re.compile(r"""(\bid=["']|href=["']#|url\(#)([^"')]+)""")
_SVG_DATE = re.compile(r"<dc:date>[^<]*</dc:date>")


class _Reader(HTMLParser):
    """The tables of a document: rows of cells, each a list of texts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[list[str]]]] = []
        self._open: list[list[list[list[str]]]] = []

    def handle_starttag(self, tag: str, _: object) -> None:
        if tag == "table":
            self._open.append([])
            self.tables.append(self._open[-1])
        elif self._open and tag == "tr":
            self._open[-1].append([])
        elif self._open and tag in {"td", "th"} and self._open[-1]:
            self._open[-1][-1].append([])

    def handle_endtag(self, tag: str) -> None:
        if self._open and tag == "table":
            self._open.pop()

    def handle_data(self, data: str) -> None:
        table = self._open[-1] if self._open else []
        if table and table[-1] and data.strip():
            table[-1][-1].append(data.strip())


def html_differences(left: str, right: str) -> Sides | None:
    """What two HTML texts show differently, tables cell by cell; None where they show the same.

    Ids that libraries make up are read by the order in which they come.
    """
    one, other = _renamed(left), _renamed(right)
    if one == other:
        return None
    tables = _tables(one), _tables(other)
    cells = list(_cell_differences(*tables)) if len(tables[0]) == len(tables[1]) else []
    if cells:
        return _sides(cells)
    same = {*_UNSEEN.findall(one)} & {*_UNSEEN.findall(other)}

    def seen(text: str) -> str:
        """The text in lines, without the style and the scripts that both have."""
        shown = _UNSEEN.sub(lambda found: "" if found[0] in same else found[0], text)
        return shown.replace("><", ">\n<")

    return seen(one), seen(other)


def svg_text(text: str) -> str:
    """A drawing with its ids read by the order in which they come, and without its date."""
    names: dict[str, str] = {}

    def rename(found: re.Match[str]) -> str:
        return found[1] + names.setdefault(found[2], f"id-{len(names) + 1}")

    return _SVG_ID.sub(rename, _SVG_DATE.sub("", text)).replace("><", ">\n<")


def _tables(text: str) -> list[list[list[str]]]:
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return [[[" ".join(cell) for cell in row] for row in table] for table in reader.tables]


def _renamed(text: str) -> str:
    """The text with generated ids, which stand in `id` attributes, read by their order."""
    found = re.findall(r"""\bid=["']?([\w-]+)""", text)
    names: dict[str, str] = {}
    for written in found:
        match = _GENERATED.match(written)
        if match:
            names.setdefault(match[0], f"id-{len(names) + 1}")
    if not names:
        return text
    longest = sorted(names, key=len, reverse=True)
    pattern = re.compile(rf"(?<![0-9A-Za-z])(?:{'|'.join(map(re.escape, longest))})(?![0-9A-Za-z])")
    return pattern.sub(lambda match: names[match[0]], text)


def _sides(cells: Iterable[tuple[str, str, str]]) -> Sides:
    listed = list(cells)
    return (
        "\n".join(f"{where}: {left}" for where, left, _ in listed),
        "\n".join(f"{where}: {right}" for where, _, right in listed),
    )


def _cell_differences(
    left: Sequence[list[list[str]]], right: Sequence[list[list[str]]]
) -> Iterator[tuple[str, str, str]]:
    """Place and both texts of each table cell that differs."""
    missing: list[str] = []
    for number, (one, other) in enumerate(zip(left, right, strict=True), 1):
        table = f"table {number}, " if len(left) > 1 else ""
        head = one[0] if one else []
        for row, (mine, theirs) in enumerate(zip_longest(one, other, fillvalue=missing)):
            for column, texts in enumerate(zip_longest(mine, theirs, fillvalue="(no cell)")):
                if texts[0] != texts[1]:
                    yield f"{table}row {row}, {_column(column, head)}", *texts


def _column(index: int, head: Sequence[str]) -> str:
    name = head[index] if index < len(head) else ""
    return f"column {name!r}" if name else f"column {index}"
