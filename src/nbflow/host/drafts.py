"""An executed notebook on disk while it is being executed.

On disk lie a notebook, whole at any moment, and beside it the cells that have ended since it was
written, a line of JSON each. A cell is written when it ends, once; the notebook seldom. So the cost
is linear in the outputs, and who is killed loses the running cell at most.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

__all__ = ["Draft", "read_draft"]

_SHARE = 10
"""At most one part in this many of the time goes into writing the whole notebook."""
_SUFFIX = ".cells"


class Draft:
    """Keeps a growing notebook on disk.

    Writing raises OSError, as files do.
    """

    def __init__(self, notebook: dict[str, Any], path: Path) -> None:
        self.path = path
        self._notebook = notebook
        self._changed = True
        self._due = 0.0
        self._cells = _cells_of(path)

    def touch(self) -> None:
        """The notebook has changed."""
        self._changed = True

    @property
    def wait(self) -> float:
        """Seconds until it may be written again without taking too much of the time."""
        return max(0.0, self._due - time.monotonic())

    def write_if_due(self) -> None:
        """Write the whole notebook if it has changed and was not written a moment ago."""
        if self._changed and not self.wait:
            self.write()

    def keep(self, cell: dict[str, Any]) -> None:
        """A cell has ended: write it down."""
        data = _dump(cell) + b"\n"
        descriptor = os.open(self._cells, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        try:
            while data:
                data = data[os.write(descriptor, data) :]
        finally:
            os.close(descriptor)

    def write(self) -> None:
        """Write the whole notebook."""
        started = time.monotonic()
        self._changed = False
        draft = self.path.with_name(f".{self.path.name}.{uuid.uuid4().hex}")
        try:
            draft.write_bytes(_dump(self._notebook, indent=1) + b"\n")
            draft.replace(self.path)
        finally:
            draft.unlink(missing_ok=True)
        self._cells.unlink(missing_ok=True)
        ended = time.monotonic()
        self._due = ended + _SHARE * (ended - started)


def read_draft(path: Path) -> dict[str, Any]:
    """A notebook that was, or is being, executed, with the cells that ended since it was written.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no JSON.
    """
    # The lines first: they go when the notebook that has them comes.
    lines: list[bytes] = []
    with suppress(FileNotFoundError):
        lines = _cells_of(path).read_bytes().splitlines()
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    ended = {}
    for line in lines:
        with suppress(ValueError):  # the last one may have been cut off
            cell = json.loads(line)
            ended[cell["id"]] = cell
    notebook["cells"] = [ended.get(cell.get("id"), cell) for cell in notebook["cells"]]
    return notebook


def _cells_of(path: Path) -> Path:
    return path.with_suffix(_SUFFIX)


def _dump(value: Any, *, indent: int | None = None) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=indent).encode("utf-8", "replace")
