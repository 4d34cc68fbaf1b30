"""What a step alone tells while it runs: lines for the log, and last words for its pod."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.host.handovers import step_of
from nbflow.model import format_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from nbflow.model import Failure, Usage

__all__ = ["LAST_WORDS", "Report"]

LAST_WORDS = "NBFLOW_LAST_WORDS"
"""The environment variable that names the file of last words, where it is not Kubernetes' own."""
_TERMINATION = "/dev/termination-log"
# https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/
_MOST = 1500
"""Characters of an error's text; Kubernetes keeps 4 KB of last words in all."""
_PASSED_MOST = 3800
"""Bytes of JSON that a step may pass on in its last words."""
_LINE = 100
_LINES = 1000
"""Lines of one cell that are told."""


class Voice:
    """Tells the lines that a cell writes, as they are complete, up to so many."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        """Nothing was told yet."""
        self._tell = tell
        self._lines = 0
        self._output = 0
        self._place = 0
        self._begun = ""

    def look(self, outputs: Sequence[Mapping[str, Any]]) -> None:
        """Tell what has come since the last time; what is shown otherwise than as text is not."""
        for output in outputs[self._output :]:
            if output["output_type"] == "stream":
                self._hear(output["text"][self._place :])
                self._place = len(output["text"])
            if output is not outputs[-1]:
                self._output, self._place = self._output + 1, 0

    def _hear(self, text: str) -> None:
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            self._say(line)

    def _say(self, line: str) -> None:
        # A bar of progress writes over itself: what stays is told.
        seen = line.rstrip("\r").rpartition("\r")[2]
        self._lines += 1
        if self._lines <= _LINES:
            self._tell(f"  {seen[:_MOST]}")
        elif self._lines == _LINES + 1:
            self._tell("  … all that it writes is in the executed notebook")

    def end(self) -> None:
        """Tell the last line too, though nothing ended it."""
        if self._begun:
            self._say(self._begun)
            self._begun = ""


class Report:
    """Of one step.

    The last words are written before each cell and as the memory grows: a container that is killed
    at once leaves the cell in which that happened, and the peak that was seen last.

    Attributes:
        tell: takes lines for the log.
    """

    def __init__(self, notebook: Mapping[str, Any], tell: Callable[[str], None]) -> None:
        """Prepare for a step notebook; `tell` takes lines for the log."""
        own = [one for one in notebook["cells"] if "nbflow" not in one["metadata"]]
        self._cells = [one for one in own if one["cell_type"] == "code"]
        self._step = step_of(notebook) or ""
        self._numbers = (notebook["metadata"].get("nbflow") or {}).get("numbers") or {}
        self.tell = tell
        self._started = 0.0
        path = Path(os.environ.get(LAST_WORDS, _TERMINATION))
        self._last_words = path if path.exists() else None
        self._now: dict[str, Any] = {"step": self._step}
        self._voice = Voice(tell)

    def watch(self, cell: str, done: bool) -> None:  # noqa: FBT001 - the host calls it so
        """Tell of a cell that starts or has ended; of ours nothing."""
        ids = [one["id"] for one in self._cells]
        self._voice.end()
        if cell not in ids:
            return
        self._voice = Voice(self.tell)
        place = f"cell {ids.index(cell) + 1} of {len(ids)}"
        if done:
            self.tell(f"{place}: done in {time.monotonic() - self._started:.1f} s")
            return
        self._started = time.monotonic()
        self.tell(f"{place} ({cell}): {self._line(cell)}")
        self._now |= self._about(cell)
        self._write(self._now)

    def _line(self, cell: str) -> str:
        """How a cell of the author's begins; empty for one of ours."""
        source = next((one["source"] for one in self._cells if one["id"] == cell), "")
        return next(iter("".join(source).strip().splitlines()), "")[:_LINE]

    def _about(self, cell: str | None) -> dict[str, Any]:
        """Which cell it is, as its author knows it: nothing of one of ours."""
        if cell is None:
            return {"cell": None}
        number, line = self._numbers.get(cell), self._line(cell)
        place = f"cell {cell}" if number is None else f"cell {number} (id {cell})"
        place = f"{place}: {line}" if line else place
        return {"cell": cell, "number": number, "line": line, "place": place}

    def hear(self, cell: Mapping[str, Any]) -> None:
        """Tell what a running cell of the author's has written since the last time."""
        if "nbflow" not in cell["metadata"]:
            self._voice.look(cell["outputs"])

    def grow(self, peak: int) -> None:
        """Keep the peak of memory, in bytes, for one that cannot tell any more."""
        self._now["peak"] = format_bytes(peak)
        self._write(self._now)

    @property
    def passed_most(self) -> int | None:
        """Bytes of what a step passes on that its last words have room for; None: none are kept."""
        return _PASSED_MOST if self._last_words is not None else None

    def end(
        self,
        failure: Failure | None,
        *,
        again: bool,
        usage: Usage | None,
        outputs: Mapping[str, Any] | None = None,
    ) -> None:
        """Tell how it ended, and leave the last words.

        Args:
            failure: what went wrong.
            again: another try may go well: the kernel was lost, out of time, or stopped.
            usage: what the step used.
            outputs: what a step that went well passes on to other notebooks.
        """
        self._voice.end()
        if usage is not None:
            self.tell(f"used: {usage}")
        if failure is None:
            self._write({"outputs": dict(outputs)} if outputs else {})
            return
        for line in failure.traceback:
            self.tell(line)
        about = self._about(failure.cell)
        if failure.cell:
            self.tell(f"failed at {about['place']}")
        self.tell(f"{'' if failure.cell else 'failed: '}{failure.ename}: {failure.evalue}")
        if failure.hint:
            self.tell(f"  {failure.hint}")
        words = {
            "step": self._step,
            **about,
            "ename": failure.ename,
            "evalue": failure.evalue[:_MOST],
            "again": again,
        }
        self._write(words)

    def _write(self, words: Mapping[str, Any]) -> None:
        if self._last_words is not None:
            with suppress(OSError):  # the log says it too
                self._last_words.write_text(json.dumps(words) if words else "", encoding="utf-8")
