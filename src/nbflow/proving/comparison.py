"""Two executed notebooks side by side: which cells' outputs differ, and how."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbflow.proving.contents import WIDGETS, Side, content_differences, text_of
from nbflow.proving.diffs import short_diff
from nbflow.proving.streams import as_shown

__all__ = ["Difference", "compare", "report"]

_MOST_LINES = 40
_HTML, _PLAIN = "text/html", "text/plain"
Item = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Difference:
    """What one cell shows in one notebook and not in the other.

    Attributes:
        cell: the cell's id.
        index: its position among the code cells, counted from 1.
        what: `stdout`, `stderr`, `error` or a mime type; `outputs` where their number or kinds
            differ, `order` where they come in another order.
        expected, actual: as text, without noise; what is the same in both may be left out.
    """

    cell: str
    index: int
    what: str
    expected: str
    actual: str

    def diff(self, *, lines: int = _MOST_LINES) -> str:
        """The two texts as a unified diff of at most so many lines, long ones cut."""
        return short_diff(self.expected, self.actual, lines=lines)

    def __str__(self) -> str:
        body = "\n".join(f"    {line}" for line in self.diff().splitlines())
        return f"cell {self.index} ({self.cell}), {self.what}:\n{body}"


def compare(
    expected: Mapping[str, Any],
    actual: Mapping[str, Any],
    *,
    cells: Sequence[str] | None = None,
    folders: Sequence[str] = (),
) -> tuple[Difference, ...]:
    """Differences between the outputs of two executed notebooks, in the order of the first.

    What differs each time and is no result is passed over: see `NOISE`. Tracebacks are not
    compared, errors by class and text.

    Args:
        expected: an executed notebook, as nbformat's dictionary.
        actual: another one with the same cell ids.
        cells: look only at the cells with these ids; all code cells where None.
        folders: paths that may differ (working directories); they are read as one word.
    """
    others = {cell["id"]: cell for cell in _code(actual)}
    sides = _side(expected, folders), _side(actual, folders)
    found: list[Difference] = []
    for index, cell in enumerate(_code(expected), 1):
        if cells is not None and cell["id"] not in cells:
            continue
        other = others.get(cell["id"])
        if other is None:
            found.append(Difference(cell["id"], index, "outputs", "a cell", "no such cell"))
            continue
        for what, one, two in _differences(_items(cell), _items(other), sides):
            found.append(Difference(cell["id"], index, what, one, two))
    return tuple(found)


def report(differences: Sequence[Difference]) -> str:
    """The differences for people, one paragraph each."""
    return "\n".join(str(difference) for difference in differences) or "no differences"


def _code(notebook: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (cell for cell in notebook["cells"] if cell["cell_type"] == "code")


def _side(notebook: Mapping[str, Any], folders: Sequence[str]) -> Side:
    widgets = notebook.get("metadata", {}).get("widgets", {}).get(WIDGETS, {})
    return Side(tuple(folders), widgets.get("state", {}))


@dataclass
class _Written:
    """What the streams got between two other outputs."""

    texts: dict[str, str] = field(default_factory=dict)

    def items(self) -> list[Item]:
        """One item a stream; standard output and error are not ordered among each other."""
        return [(name, {name: as_shown(text)}) for name, text in sorted(self.texts.items()) if text]


def _items(cell: Mapping[str, Any]) -> list[Item]:
    """What the cell shows in its order: a kind, and contents by mime type."""
    items: list[Item] = []
    written = _Written()
    for output in cell.get("outputs", []):
        kind = output["output_type"]
        if kind == "stream":
            name, text = output["name"], text_of(output["text"])
            written.texts[name] = written.texts.get(name, "") + text
            continue
        items += written.items()
        written = _Written()
        if kind == "error":
            items.append(("error", {"error": f"{output['ename']}: {output['evalue']}"}))
        else:
            items.append((kind, output.get("data", {})))
    return [*items, *written.items()]


def _differences(
    left: list[Item], right: list[Item], sides: tuple[Side, Side]
) -> Iterator[tuple[str, str, str]]:
    if _kinds(left) == _kinds(right):
        for (_, one), (_, other) in zip(left, right, strict=True):
            yield from _content(one, other, sides)
        return
    joined = _joined(left), _joined(right)
    if _kinds(joined[0]) == _kinds(joined[1]) and not any(
        [*_content(one, other, sides)] for (_, one), (_, other) in zip(*joined, strict=True)
    ):
        yield "order", _listing(left, sides[0]), _listing(right, sides[1])
    else:
        yield "outputs", _listing(left, sides[0]), _listing(right, sides[1])


def _kinds(items: list[Item]) -> list[tuple[str, tuple[str, ...]]]:
    return [(kind, tuple(sorted(data))) for kind, data in items]


def _joined(items: list[Item]) -> list[Item]:
    """The items with each stream in one piece, first; what a front end in a hurry would show."""
    texts: dict[str, str] = {}
    for kind, data in items:
        if kind in {"stdout", "stderr"}:
            texts[kind] = texts.get(kind, "") + data[kind]
    others = [(kind, data) for kind, data in items if kind not in {"stdout", "stderr"}]
    return [*((name, {name: texts[name]}) for name in sorted(texts)), *others]


def _content(
    left: Mapping[str, Any], right: Mapping[str, Any], sides: tuple[Side, Side]
) -> Iterator[tuple[str, str, str]]:
    found = {
        mime: differ
        for mime in sorted(left)
        if (differ := content_differences(mime, left[mime], right[mime], sides=sides)) is not None
    }
    if _PLAIN in found:  # it says for people what the other says for browsers
        found.pop(_HTML, None)
    for mime, differ in found.items():
        yield mime, *differ


def _listing(items: list[Item], side: Side) -> str:
    lines: list[str] = []
    for kind, data in items:
        for mime in sorted(data):
            if mime == _HTML and _PLAIN in data:
                continue
            name = mime if kind == mime else f"{kind} {mime}"
            content = data[mime]
            readable = isinstance(content, str | list) and not mime.startswith("image/")
            lines.append(f"[{name}] {side.quiet(text_of(content))}" if readable else f"[{name}]")
    return "\n".join(lines)
