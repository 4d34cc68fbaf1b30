"""Which cells are written otherwise than in what is published of their notebook."""

from __future__ import annotations

import difflib
import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbflow.api.sorts import CHANGED, GONE, MARKS, NEW

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbflow.model import Bundle
    from nbflow.targets import Edition

__all__ = ["CellChange", "changed_cells"]

_CONTEXT = 2
"""Lines of a cell around a change."""


@dataclass(frozen=True)
class CellChange:
    """A cell that is new, gone, or written otherwise.

    Attributes:
        cell: its id.
        index: its place in the notebook, counted from 1; in the published one where it is gone.
        sort: `new`, `gone` or `changed`.
        text: its lines as a unified diff, without names of files.
        step: the step that it belongs to; None for text, and for cells that belong to all of them.
        stage: the stage whose notebook it is in, of several notebooks.
    """

    cell: str
    index: int
    sort: str
    text: str
    step: str | None = None
    stage: str | None = None

    @property
    def mark(self) -> str:
        """A sign for its sort, as diffs have it."""
        return MARKS[self.sort]


def changed_cells(bundle: Bundle, there: Edition | None) -> tuple[CellChange, ...]:
    """The cells of a bundle's notebooks that are not as they are published, in their order.

    A cell that came under another id, as some editors give them anew, is as it was. A notebook that
    is not published, or would be no more, is left out: all of it is new or gone.

    Args:
        bundle: what would be published.
        there: what is published; None where nothing is.
    """
    if there is None:
        return ()
    old, new = there.manifest, json.loads(bundle.files["manifest.json"])
    return tuple(
        change
        for stage, path in _notebooks(new)
        if (was := _written(there.content(path))) and (now := _written(bundle.files.get(path, b"")))
        for change in _compared(was, now, stage=stage, steps=(_steps(old), _steps(new)))
    )


def _notebooks(manifest: Mapping[str, Any]) -> Iterator[tuple[str | None, str]]:
    """The authors' notebooks in a bundle, each with the stage that runs it."""
    stages = manifest.get("stages")
    if stages is None:
        yield None, "notebook.ipynb"
        return
    for stage in stages:
        if stage.get("notebook"):
            yield str(stage["name"]), f"notebooks/{stage['name']}.ipynb"


def _steps(manifest: Mapping[str, Any]) -> dict[str, str]:
    """The step of each cell, by id; of a stage's cell by `stage/id`."""
    steps = manifest.get("steps", ())
    return {str(cell): str(step["name"]) for step in steps for cell in step["cells"]}


def _written(notebook: bytes) -> dict[str, tuple[int, str]]:
    """Place and source of each cell, by id; none where the notebook cannot be read."""
    try:
        cells = json.loads(notebook)["cells"]
        return {
            str(cell["id"]): (number, "".join(cell["source"]))
            for number, cell in enumerate(cells, 1)
        }
    except (ValueError, KeyError, TypeError):
        return {}


def _compared(
    was: Mapping[str, tuple[int, str]],
    now: Mapping[str, tuple[int, str]],
    *,
    stage: str | None,
    steps: tuple[Mapping[str, str], Mapping[str, str]],
) -> Iterator[CellChange]:
    def told(cell: str, index: int, sort: str, text: str) -> CellChange:
        step = steps[sort != GONE].get(f"{stage}/{cell}" if stage else cell)
        return CellChange(cell, index, sort, text, step, stage)

    old, new = dict(was), dict(now)
    for cell in [cell for cell in old if cell in new and old[cell][1] == new[cell][1]]:
        del old[cell], new[cell]
    _take_out_alike(old, new)
    for cell, (index, source) in new.items():
        sort, before = (CHANGED, old.pop(cell)[1]) if cell in old else (NEW, "")
        if text := _diff(before, source):
            yield told(cell, index, sort, text)
    for cell, (index, source) in old.items():
        yield told(cell, index, GONE, _diff(source, ""))


def _take_out_alike(old: dict[str, tuple[int, str]], new: dict[str, tuple[int, str]]) -> None:
    """Leave in both only the cells that are in the other under no id, and those with some code."""
    ids = defaultdict(list)
    for cell, (_, source) in old.items():
        ids[source].append(cell)
    for cell, (_, source) in [*new.items()]:
        if ids[source]:
            del old[ids[source].pop(0)], new[cell]
    for cells in (old, new):
        for cell in [cell for cell, (_, source) in cells.items() if not source.strip()]:
            del cells[cell]


def _diff(before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=_CONTEXT)
    return "\n".join([*lines][2:])
