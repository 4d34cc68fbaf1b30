"""A pipeline's steps as a picture: boxes from left to right, drawn the same way every time."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from nbflow.interactive.markup import escape

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Node", "draw"]

_LETTER = 7.4
"""Width of a letter in pixels, of the widest that a browser may choose at this size."""
_HEIGHT, _GAP_X, _GAP_Y, _MARGIN, _PADDING = 34, 46, 16, 8, 14
_BACKGROUND = "var(--jp-layout-color1, var(--vscode-editor-background, transparent))"


@dataclass(frozen=True)
class Node:
    """A step in the picture.

    Attributes:
        name: what is written in its box.
        needs: the steps before it, each with the reason.
        about: what is shown when one points at it.
        colour: of its frame; that of text where None.
    """

    name: str
    needs: Mapping[str, str]
    about: str = ""
    colour: str | None = None


@dataclass(frozen=True)
class _Box:
    """Where a step is drawn; or, without height, where an edge passes between steps."""

    x: float
    y: float
    width: float
    height: float = _HEIGHT

    @property
    def left(self) -> tuple[float, float]:
        return self.x, self.y + self.height / 2

    @property
    def right(self) -> tuple[float, float]:
        return self.x + self.width, self.y + self.height / 2


_Key = tuple[str, ...]
"""A step's name alone; of a passage the edge's two steps and the column."""


def draw(nodes: Sequence[Node]) -> str:
    """The steps, each to the right of those that it needs, as an SVG element."""
    if not nodes:
        return ""
    depths = _depths(nodes)
    ways = {
        (before, node.name): [
            (before, node.name, str(depth))
            for depth in range(depths[before] + 1, depths[node.name])
        ]
        for node in nodes
        for before in node.needs
        if before in depths
    }
    boxes = _place(nodes, depths, ways)
    width = max(box.x + box.width for box in boxes.values()) + _MARGIN
    height = max(box.y + box.height for box in boxes.values()) + _MARGIN
    why = {(before, node.name): said for node in nodes for before, said in node.needs.items()}
    edges = [
        _edge(
            [boxes[before,], *(boxes[key] for key in way), boxes[name,]],
            f"{before} → {name}: {why[before, name]}",
        )
        for (before, name), way in ways.items()
    ]
    shapes = "".join([*edges, *(_box(node, boxes[node.name,]) for node in nodes)])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" style="max-width:100%;height:auto;color:inherit" '
        f'font-family="monospace" font-size="12">{shapes}</svg>'
    )


def _place(
    nodes: Sequence[Node],
    depths: Mapping[str, int],
    ways: Mapping[tuple[str, str], Sequence[_Key]],
) -> dict[_Key, _Box]:
    columns: list[list[_Key]] = [[] for _ in range(max(depths.values()) + 1)]
    before: dict[_Key, list[_Key]] = {(node.name,): [] for node in nodes}
    for node in nodes:
        columns[depths[node.name]].append((node.name,))
    for (start, end), way in ways.items():
        stations = [(start,), *way, (end,)]
        for one, following in pairwise(stations):
            before.setdefault(following, []).append(one)
        for key in way:
            columns[int(key[-1])].append(key)
    tallest = max(map(_height, columns))
    boxes: dict[_Key, _Box] = {}
    x = float(_MARGIN)
    for column in columns:
        # Stable: those of one height stay in the notebook's order.
        column.sort(key=lambda key: _middle([boxes[one] for one in before[key] if one in boxes]))
        width = max(len(key[0]) for key in column if len(key) == 1) * _LETTER + 2 * _PADDING
        y = _MARGIN + (tallest - _height(column)) / 2
        for key in column:
            boxes[key] = _Box(x, y, width, _HEIGHT if len(key) == 1 else 0)
            y += boxes[key].height + _GAP_Y
        x += width + _GAP_X
    return boxes


def _height(column: Sequence[_Key]) -> float:
    return sum(_HEIGHT for key in column if len(key) == 1) + _GAP_Y * (len(column) - 1)


def _middle(boxes: Sequence[_Box]) -> float:
    return sum(box.left[1] for box in boxes) / len(boxes) if boxes else 0.0


def _depths(nodes: Sequence[Node]) -> dict[str, int]:
    """How many steps come before each at least; a circle, which is an error, is cut."""
    depths = {node.name: 0 for node in nodes}
    for _ in nodes:
        for node in nodes:
            before = [depths[name] + 1 for name in node.needs if name in depths]
            depths[node.name] = min(max(before, default=0), len(nodes) - 1)
    used = sorted(set(depths.values()))
    return {name: used.index(depth) for name, depth in depths.items()}


def _box(node: Node, box: _Box) -> str:
    colour = node.colour or "currentColor"
    middle_x, middle_y = box.x + box.width / 2, box.y + _HEIGHT / 2
    title = f"<title>{escape(node.about)}</title>" if node.about else ""
    return (
        f'<g>{title}<rect x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{_HEIGHT}" '
        f'rx="6" style="fill:{_BACKGROUND}" stroke="{colour}" stroke-width="1.5"/>'
        f'<text x="{middle_x:g}" y="{middle_y:g}" fill="currentColor" text-anchor="middle" '
        f'dominant-baseline="central">{escape(node.name)}</text></g>'
    )


def _edge(stations: Sequence[_Box], about: str) -> str:
    path = "M{:g},{:g}".format(*stations[0].right)
    for start, end in pairwise(stations):
        (x1, y1), (x2, y2) = start.right, end.left
        x2 -= 6 if end is stations[-1] else 0  # room for the arrow's tip
        bend = max((x2 - x1) / 2, _GAP_X / 2)
        path += f" C{x1 + bend:g},{y1:g} {x2 - bend:g},{y2:g} {x2:g},{y2:g}"
        if end is not stations[-1]:
            path += " L{:g},{:g}".format(*end.right)
    x, y = stations[-1].left
    tip = f"M{x - 7:g},{y - 4:g} L{x:g},{y:g} L{x - 7:g},{y + 4:g} Z"
    return (
        f'<g opacity="0.65"><title>{escape(about)}</title>'
        f'<path d="{path}" fill="none" stroke="currentColor" stroke-width="1.3"/>'
        f'<path d="{tip}" fill="currentColor"/></g>'
    )
