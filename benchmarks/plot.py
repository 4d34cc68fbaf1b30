"""The picture: every ratio beside its target, on a logarithmic axis."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_HELD, _MISSED, _TARGET = "#2a7f62", "#c0392b", "#333333"
_WIDTH = 58


def draw(rows: Sequence[Row], path: Path) -> None:
    """Write the bar chart of the rows that have a target, as PNG."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    aimed = [row for row in rows if row.at_most is not None]
    if not aimed:
        return
    figure, axes = pyplot.subplots(figsize=(10, 0.5 * len(aimed) + 1.6), layout="constrained")
    _bars(aimed, axes)
    figure.legend(loc="outside lower center", ncols=4, frameon=False)
    figure.savefig(path, dpi=90, metadata={"Software": None})
    pyplot.close(figure)


def _bars(rows: Sequence[Row], axes: Axes) -> None:
    lowest = min(min(row.spread[0], row.ratio) for row in rows) / 3
    for place, row in enumerate(rows):
        low, high = row.spread
        axes.barh(place, row.ratio, color=_HELD if row.held else _MISSED, height=0.62)
        axes.plot([low, high], [place, place], color="#111111", linewidth=1.2)
        target = row.at_most or 0
        axes.plot([target, target], [place - 0.42, place + 0.42], color=_TARGET, linewidth=2.4)
        right = max(high, row.ratio, target)
        axes.text(right * 1.12, place, f"{row.ratio:.2g}", va="center", fontsize=9)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_xlim(lowest, 6 * max(max(row.spread[1], row.at_most or 0) for row in rows))
    axes.axvline(1, color="#999999", linewidth=0.8, linestyle=":", zorder=0)
    axes.set_yticks(range(len(rows)), [_label(row) for row in rows], fontsize=9)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlabel("nbflow by the peer, logarithmic; shorter is better")
    axes.spines[["top", "right"]].set_visible(False)
    axes.barh(0, 0, color=_HELD, label="target held")
    axes.barh(0, 0, color=_MISSED, label="target missed")
    axes.plot([], [], color=_TARGET, linewidth=2.4, label="target")
    axes.plot([], [], color="#111111", linewidth=1.2, label="turns' spread")


def _label(row: Row) -> str:
    work = re.sub(r"`|, (process start to exit|whole process)", "", row.work)
    work = work.replace(" (8 float, 1 int, 1 string)", "")
    against = row.against.replace("`", "")
    line = f"{work} / {against}"
    return line if len(line) <= _WIDTH else f"{work}\n/ {against}"
