"""An executed notebook on disk while it is being executed."""

from __future__ import annotations

import json
import time
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Draft"]

_SHARE = 10
"""At most one part in this many of the time goes into writing: the cost stays linear."""


class Draft:
    """Writes a notebook again as it grows; what is on disk is always a whole notebook."""

    def __init__(self, notebook: Mapping[str, Any], path: Path) -> None:
        self.path = path
        self._notebook = notebook
        self._changed = True
        self._due = 0.0

    def touch(self) -> None:
        """The notebook has changed."""
        self._changed = True

    @property
    def wait(self) -> float:
        """Seconds until it may be written again without taking too much of the time."""
        return max(0.0, self._due - time.monotonic())

    def write_if_due(self) -> None:
        """Write it if it has changed and was not written a moment ago."""
        if self._changed and not self.wait:
            self.write()

    def write(self) -> None:
        """Write it now."""
        started = time.monotonic()
        self._changed = False
        text = json.dumps(self._notebook, ensure_ascii=False, indent=1)
        draft = self.path.with_name(f".{self.path.name}.{uuid.uuid4().hex}")
        draft.write_bytes(text.encode("utf-8", "replace") + b"\n")
        draft.replace(self.path)
        ended = time.monotonic()
        self._due = ended + _SHARE * (ended - started)
