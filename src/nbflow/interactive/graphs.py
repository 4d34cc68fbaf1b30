"""A pipeline's steps as a picture: boxes from left to right, drawn the same way every time."""

from __future__ import annotations

from dataclasses import dataclass
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
    x: float
    y: float
    width: float

    @property
    def left(self) -> tuple[float, float]:
        return self.x, self.y + _HEIGHT / 2

    @property
    def right(self) -> tuple[float, float]:
        return self.x + self.width, self.y + _HEIGHT / 2


def draw(nodes: Sequence[Node]) -> str:
    """The steps, each to the right of those that it needs, as an SVG element."""
    if not nodes:
        return ""
    boxes = _place(nodes)
    width = max(box.x + box.width for box in boxes.values()) + _MARGIN
    height = max(box.y for box in boxes.values()) + _HEIGHT + _MARGIN
    edges = [
        _edge(boxes[before], boxes[node.name], f"{before} → {node.name}: {why}")
        for node in nodes
        for before, why in node.needs.items()
        if before in boxes
    ]
    shapes = "".join([*edges, *(_box(node, boxes[node.name]) for node in nodes)])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" style="max-width:100%;height:auto;color:inherit" '
        f'font-family="monospace" font-size="12">{shapes}</svg>'
    )


def _place(nodes: Sequence[Node]) -> dict[str, _Box]:
    depths = _depths(nodes)
    columns: list[list[Node]] = [[] for _ in range(max(depths.values()) + 1)]
    for node in nodes:
        columns[depths[node.name]].append(node)
    boxes: dict[str, _Box] = {}
    x = float(_MARGIN)
    tallest = max(map(len, columns))
    for column in columns:
        # Stable: those of one height stay in the notebook's order.
        column.sort(key=lambda node: _height_of(node, boxes))
        width = max(len(node.name) for node in column) * _LETTER + 2 * _PADDING
        top = _MARGIN + (tallest - len(column)) * (_HEIGHT + _GAP_Y) / 2
        for index, node in enumerate(column):
            boxes[node.name] = _Box(x, top + index * (_HEIGHT + _GAP_Y), width)
        x += width + _GAP_X
    return boxes


def _depths(nodes: Sequence[Node]) -> dict[str, int]:
    """How many steps come before each at least; a circle, which is an error, is cut."""
    depths = {node.name: 0 for node in nodes}
    for _ in nodes:
        for node in nodes:
            before = [depths[name] + 1 for name in node.needs if name in depths]
            depths[node.name] = min(max(before, default=0), len(nodes) - 1)
    used = sorted(set(depths.values()))
    return {name: used.index(depth) for name, depth in depths.items()}


def _height_of(node: Node, boxes: Mapping[str, _Box]) -> float:
    heights = [boxes[name].y for name in node.needs if name in boxes]
    return sum(heights) / len(heights) if heights else 0.0


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


def _edge(start: _Box, end: _Box, about: str) -> str:
    (x1, y1), (x2, y2) = start.right, end.left
    bend = max((x2 - x1) / 2, _GAP_X / 2)
    path = f"M{x1:g},{y1:g} C{x1 + bend:g},{y1:g} {x2 - bend:g},{y2:g} {x2 - 6:g},{y2:g}"
    tip = f"M{x2 - 7:g},{y2 - 4:g} L{x2:g},{y2:g} L{x2 - 7:g},{y2 + 4:g} Z"
    return (
        f'<g opacity="0.65"><title>{escape(about)}</title>'
        f'<path d="{path}" fill="none" stroke="currentColor" stroke-width="1.3"/>'
        f'<path d="{tip}" fill="currentColor"/></g>'
    )
