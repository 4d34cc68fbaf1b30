"""Two executed notebooks side by side: which cells' outputs differ, and how."""

from __future__ import annotations

import base64
import difflib
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_NOISE = (
    (re.compile(r"\x1b\[[0-9;]*[A-Za-z]"), ""),  # terminal colours
    (re.compile(r"\b0x[0-9a-fA-F]{6,16}\b"), "0x…"),
    (re.compile(r"/\S*ipykernel_\d+/\d+\.py"), "<cell>"),
    (re.compile(r"<ipython-input-[^>]*>"), "<cell>"),
    (re.compile(r"(?m)^(CPU times|Wall time):.*$"), r"\1: …"),
    (re.compile(r"[\d.]+ (?:[nmµ]?s|min) ± [\d.]+ (?:[nmµ]?s|min) per loop"), "… per loop"),
    # numbered by the process that made them, not by what they show
    (re.compile(r"\b(sk-container-id|sk-estimator-id)-\d+"), r"\1-…"),
    (re.compile(r"\bT_[0-9a-f]{5}\b"), "T_…"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<uuid>"),
)


@dataclass(frozen=True)
class Difference:
    """What one cell shows in one notebook and not in the other.

    Attributes:
        cell: the cell's id.
        index: its position among the code cells, counted from 1.
        what: `stdout`, `stderr`, `error`, `text/plain`, …, or `outputs` where their number differs.
        expected, actual: as text, after noise was taken out.
    """

    cell: str
    index: int
    what: str
    expected: str
    actual: str

    def __str__(self) -> str:
        lines = difflib.unified_diff(
            self.expected.splitlines(),
            self.actual.splitlines(),
            "expected",
            "actual",
            lineterm="",
            n=1,
        )
        body = "\n".join(f"    {line}" for line in list(lines)[:40])
        return f"cell {self.index} ({self.cell}), {self.what}:\n{body}"


def compare(
    expected: Mapping[str, Any],
    actual: Mapping[str, Any],
    *,
    cells: Sequence[str] | None = None,
    folders: Sequence[str] = (),
) -> tuple[Difference, ...]:
    """Differences between the outputs of two executed notebooks, in the order of the first.

    Args:
        expected: an executed notebook, as nbformat's dictionary.
        actual: another one with the same cell ids.
        cells: look only at the cells with these ids; all code cells where None.
        folders: paths that may differ (working directories); they are read as one word.
    """
    others = {cell["id"]: cell for cell in _code(actual)}
    found: list[Difference] = []
    for index, cell in enumerate(_code(expected), 1):
        if cells is not None and cell["id"] not in cells:
            continue
        other = others.get(cell["id"])
        if other is None:
            found.append(Difference(cell["id"], index, "outputs", "a cell", "no such cell"))
            continue
        left, right = _shown(cell, folders), _shown(other, folders)
        found.extend(_differences(cell["id"], index, left, right))
    return tuple(found)


def report(differences: Sequence[Difference]) -> str:
    """The differences for people, one paragraph each."""
    return "\n".join(str(difference) for difference in differences) or "no differences"


def _code(notebook: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (cell for cell in notebook["cells"] if cell["cell_type"] == "code")


def _differences(
    cell: str, index: int, left: list[tuple[str, str]], right: list[tuple[str, str]]
) -> Iterator[Difference]:
    if [kind for kind, _ in left] != [kind for kind, _ in right]:
        yield Difference(cell, index, "outputs", _listing(left), _listing(right))
        return
    for (kind, expected), (_, actual) in zip(left, right, strict=True):
        if expected != actual:
            yield Difference(cell, index, kind, expected, actual)


def _listing(shown: list[tuple[str, str]]) -> str:
    return "\n".join(f"[{kind}] {text}" for kind, text in shown)


def _shown(cell: Mapping[str, Any], folders: Sequence[str]) -> list[tuple[str, str]]:
    """What the cell shows: streams joined, then the other outputs in order."""
    streams: dict[str, str] = {}
    shown: list[tuple[str, str]] = []
    for output in cell.get("outputs", []):
        kind = output["output_type"]
        if kind == "stream":
            streams[output["name"]] = streams.get(output["name"], "") + _text(output["text"])
        elif kind == "error":
            shown.append(("error", f"{output['ename']}: {output['evalue']}"))
        else:
            data = output.get("data", {})
            shown.extend((mime, _content(mime, data[mime])) for mime in sorted(data))
    joined = [(name, streams[name]) for name in sorted(streams)]
    return [(kind, _quiet(text, folders)) for kind, text in joined + shown]


def _text(text: str | Sequence[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def _quiet(text: str, folders: Sequence[str]) -> str:
    for folder in sorted(folders, key=len, reverse=True):
        text = text.replace(folder, "<folder>")
    for noise, word in _NOISE:
        text = noise.sub(word, text)
    return text


def _content(mime: str, value: Any) -> str:
    if mime == "image/png":
        return _pixels(_text(value))
    if mime == "application/vnd.jupyter.widget-view+json":
        return "a widget"
    return _text(value) if isinstance(value, str | list) else repr(value)


def _pixels(encoded: str) -> str:
    """A PNG as its size and a digest of its pixels: encoders and their metadata may differ."""
    import hashlib

    data = base64.b64decode(encoded)
    try:
        from PIL import Image

        with Image.open(io.BytesIO(data)) as image:
            pixels = image.convert("RGBA").tobytes()
            size = "{}x{}".format(*image.size)
    except (ImportError, OSError):
        pixels, size = data, f"{len(data)} bytes"
    return f"image {size} sha256 {hashlib.sha256(pixels).hexdigest()}"
