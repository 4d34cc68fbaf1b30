"""What a run consists of, each in a table: steps, values, lines of logs; and runs themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from nbflow.api import doing, elapsed, moment, peak_memory
from nbflow.interactive.listings import Listing
from nbflow.interactive.markup import badge, escape
from nbflow.model import StepRun, format_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from nbflow.api import Artifact
    from nbflow.interactive.executions import Run

__all__ = ["Artifacts", "LogLine", "Logs", "Runs", "StepRuns"]


class StepRuns(Listing[StepRun]):
    """The steps of a run: state, cells that have ended, time, memory, failure."""

    columns: ClassVar[tuple[str, ...]] = ("step", "state", "cells", "elapsed", "peak memory", "")
    what: ClassVar[str] = "step"
    empty: ClassVar[str] = "no steps"

    def _row(self, item: StepRun) -> Sequence[object]:
        cells = f"{item.cells_done}/{item.cells_total}" if item.cells_total else ""
        return (item.name, item.state, cells, elapsed(item), peak_memory(item), doing(item))

    def _html_row(self, item: StepRun) -> Sequence[str]:
        name, _, *rest = super()._html_row(item)
        return (name, badge(item.state), *rest)


class Artifacts(Listing["Artifact"]):
    """What the steps of a run handed on and recorded; `run.value(NAME)` brings one back."""

    columns: ClassVar[tuple[str, ...]] = ("name", "step", "type", "size", "preview")
    what: ClassVar[str] = "artifact"
    empty: ClassVar[str] = "no step has left anything"

    def _row(self, item: Artifact) -> Sequence[object]:
        size = "" if item.size is None else format_bytes(item.size)
        return (item.name, item.step, item.type, size, item.preview)


class Runs(Listing["Run"]):
    """Runs, the newest first; the id of one is its key."""

    columns: ClassVar[tuple[str, ...]] = ("run", "state", "started", "elapsed", "")
    what: ClassVar[str] = "run"
    empty: ClassVar[str] = "no runs yet"

    def _name(self, item: Run) -> str:
        return item.run_id

    def _row(self, item: Run) -> Sequence[object]:
        failure = item.failure
        why = "" if failure is None else failure.message.splitlines()[0]
        if item.resumed is not None:
            why = f"{why} (resumed {moment(item.resumed)})".strip()
        return (item.name, item.state, moment(item.started), elapsed(item._seen), why)

    def _html_row(self, item: Run) -> Sequence[str]:
        name, _, *rest = super()._html_row(item)
        return (name, badge(item.state), *rest)


@dataclass(frozen=True)
class LogLine:
    """A line that a step wrote.

    Attributes:
        step: the step's name.
        text: the line; with the traceback below it where there is one.
        level: `info`, `error`, … in Airflow; `stdout`, `stderr`, `error` here; or empty.
        moment: aware datetime, or None.
    """

    step: str
    text: str
    level: str = ""
    moment: datetime | None = None


class Logs(Listing[LogLine]):
    """Lines of logs, step by step."""

    columns: ClassVar[tuple[str, ...]] = ("step", "text")
    what: ClassVar[str] = "line"
    empty: ClassVar[str] = "nothing was written"

    def _name(self, item: LogLine) -> str:  # noqa: ARG002 - lines have no names
        return ""

    def __repr__(self) -> str:
        shown, lines = "", []
        for one in self:
            if one.step != shown:
                lines.append(f"=== {one.step}")
                shown = one.step
            when = "" if one.moment is None else f"{one.moment.astimezone():%H:%M:%S} "
            lines.append(f"{when}{one.text}")
        return "\n".join(lines) or self.empty

    def _repr_html_(self) -> str:
        return f"<pre>{escape(repr(self))}</pre>"
