"""The log of a task as the notebook's author reads it: their cells, without what Airflow adds."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from nbflow import host
from nbflow.api import parts, records
from nbflow.errors import NbflowError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbflow.model import Document, Run
    from nbflow.remote import LogLine
    from nbflow.settings import Settings

__all__ = ["AuthorsLog"]

_QUIET = {None, "debug", "info"}
"""Levels of what may be noise; a warning or an error never is."""
_PLACE = re.compile(r"(Executing|Ending) Cell (\d+)-+")
_OF_POD = re.compile(r"\[base\] (?:logs: )?(.*)", re.DOTALL)
_POD_PLACE = re.compile(r"cell \d+ of \d+(?: \((\S+)\): .*|: done in [\d.]+ s)")
# As pods of earlier versions said it, and DAGs of theirs.
_POD_FAILED = re.compile(r"failed: cell (\S+): (.*)", re.DOTALL)
_STEP_FAILED = re.compile(r"(step \S+), cell ([^ :\n]+): (.*)", re.DOTALL)
_RAISED = re.compile(r'\n-+\nException encountered at "In \[(\d+)\]":\n-+\n(.*)', re.DOTALL)
_COUNT = re.compile(r"\bCell In\[(\d+)\], line (\d+)")
_MARK = "papermill-error-cell-tag"
"""The tag of cells that papermill adds to a notebook that has failed."""
_TCP = "[IPKernelApp] WARNING | Kernel is running over TCP without encryption."
_INTERRUPTED = "[IPKernelApp] ERROR | KeyboardInterrupt caught in kernel."
"""What a kernel says that is shut down; where a cell runs, it has been stopped."""
_FOLDS = ("::group::", "::endgroup::")
_NOISE = re.compile(
    "|".join(
        [
            *map(re.escape, _FOLDS),
            # papermill, before the first cell
            "(Input|Output) Notebook: ",
            "Executing notebook with kernel: ",
            # the task's process
            "DAG bundles loaded: ",
            "Filling up the DagBag from ",
            "Worker startup parse complete",
            "Pausing task as DEFERRED",
            "Retry policy decision",
            "Pushing xcom",
            "Clearing task state from custom backend",
            # the process that waits for a pod
            "trigger .* starting",
            "trigger completed",
            "Trigger fired event",
            "Checking pod ",
            # the operator of a pod, where all goes as it should
            "Building pod ",
            "Found matching pod ",
            "`try_number` of ",
            "Waiting .* to get the POD ",
            "Waiting for container .* state to be completed",
            "Pod has reached .* phase before launch timeout",
            "Pod .* has phase ",
            "(Deleting|Skipping deleting) pod",
            "The Pod has an Event: (Successfully |Pulling |Created |Started )",
            "The Pod has an Event: Container image .* already ",
        ]
    )
)
_LOGGERS = ("papermill", "task", "airflow")
"""How the names of the loggers begin that say so; a library of the author's may say the same."""
_TOLD = {"AirflowException", "AirflowFailException", "AirflowRescheduleException"}
"""What nbflow's tasks raise themselves, and say all of it."""


@dataclass(frozen=True)
class _Cells:
    """An executed notebook's cells by place and count, as logs call them; and its step's own."""

    places: Mapping[int, str]
    counts: Mapping[int, str]
    own: frozenset[str]


@dataclass
class AuthorsLog:
    """Reads the log of one attempt of a step, line by line.

    Lines that are known to tell nothing of the notebook are left out. Before what a cell wrote
    stands the cell, by its number in the author's notebook; also where it wrote nothing, if it is
    one of the step's own.

    Attributes:
        run: the run.
        step: the step's name.
        attempt: whose log it is.
        current: the settings, which name the store.
    """

    run: Run
    step: str
    attempt: int
    current: Settings
    _known: tuple[_Cells, Document] | None = None
    _unknown: bool = False
    _begun: bool = False
    _idle: bool = True
    _cell: str | None = None
    _heading: list[LogLine] = field(default_factory=list)

    def read(self, line: LogLine) -> Iterator[LogLine]:
        """What there is to say of a line: nothing, it, or it behind its cell's heading."""
        of_pod = _OF_POD.fullmatch(line.text)
        if of_pod:
            line = replace(line, text=of_pod[1])
        place = _PLACE.fullmatch(line.text) if line.source in {None, "papermill"} else None
        in_pod = _POD_PLACE.fullmatch(line.text) if of_pod else None
        if place or in_pod:
            cell = self._named(place, in_pod)
            yield from self._enter(cell, line)
        elif of_pod or not self._is_noise(line):
            yield from self._heading
            self._heading.clear()
            yield replace(self._told(line, in_pod=bool(of_pod)), cell=self._cell)

    def _named(self, place: re.Match[str] | None, in_pod: re.Match[str] | None) -> str | None:
        """The cell that begins; None where one ends, or is none of the author's."""
        if in_pod:
            return in_pod[1]
        self._begun = True
        self._idle = place is not None and place[1] == "Ending"
        known = self._look()
        if place is None or place[1] == "Ending" or known is None:
            return None
        return known[0].places.get(int(place[2]))

    def _enter(self, cell: str | None, line: LogLine) -> Iterator[LogLine]:
        self._heading.clear()
        self._cell = cell
        said = None if cell is None else self._describe(cell)
        if said is None:
            return
        heading = replace(line, text=said, level=None, cell=cell)
        known = self._look()
        if known is None or cell in known[0].own:
            yield heading
        else:  # setup and parameters are in every step: worth a line where they say something
            self._heading.append(heading)

    def _is_noise(self, line: LogLine) -> bool:
        if line.text.startswith(_TCP) or (self._idle and line.text.startswith(_INTERRUPTED)):
            return True
        if line.level not in _QUIET or not (line.source or "task").startswith(_LOGGERS):
            return False
        if line.source == "papermill" and self._begun:  # what cells write comes from it, too
            return False
        return line.failure is None and _NOISE.match(line.text) is not None

    def _told(self, line: LogLine, *, in_pod: bool) -> LogLine:
        """A line with the author's cells in place of those of the step's notebook."""
        text, failure = line.text, line.failure
        if failure is not None:
            raised = _RAISED.fullmatch(failure.evalue)
            if raised:
                text = f"failed{self._at(int(raised[1]))}\n{raised[2]}".rstrip()
            elif failure.ename in _TOLD and failure.evalue.startswith("step "):
                text = f"{failure.ename}: {self._of_step(failure.evalue)}"
        failed = _POD_FAILED.fullmatch(text) if in_pod else None
        if failed:
            text = f"failed: {self._describe(failed[1]) or f'cell {failed[1]}'}: {failed[2]}"
        level = line.level
        if level == "error" and failure is None and line.source == "task.stderr":
            level = None  # Airflow calls so all that is written there
        return replace(line, text=_COUNT.sub(self._counted, text.rstrip("\n")), level=level)

    def _of_step(self, evalue: str) -> str:
        found = _STEP_FAILED.fullmatch(evalue)
        said = None if found is None else self._describe(found[2])
        return evalue if found is None or said is None else f"{found[1]}, {said}: {found[3]}"

    def _at(self, count: int) -> str:
        """` at cell 5 (id c4): print(1)`; where no cell of the author's was, that it was none."""
        known = self._look()
        cell = None if known is None else known[0].counts.get(count)
        said = None if cell is None else self._describe(cell)
        if said is not None:
            return f" at {said}"
        return f' at "In [{count}]"' if known is None else " in a cell that nbflow has added"

    def _counted(self, found: re.Match[str]) -> str:
        known = self._look()
        cell = None if known is None else known[0].counts.get(int(found[1]))
        named = None if known is None or cell is None else known[1].by_id.get(cell)
        return found[0] if named is None else f"Cell {named.index + 1}, line {found[2]}"

    def _describe(self, cell: str) -> str | None:
        """`cell 5 (id c4): print(1)`; None where nothing tells of it."""
        known = self._look()
        found = None if known is None else known[1].by_id.get(cell)
        if found is None:
            return None
        return f"cell {found.index + 1} (id {cell}): {found.first_line}"

    def _look(self) -> tuple[_Cells, Document] | None:
        """What the store has: which cells the step's notebook has, and the author's."""
        if self._known is None and not self._unknown:
            try:
                folder = records.find_folder(self.run, current=self.current)
                executed = folder and host.executed_step(folder, self.step)
                if not folder or not executed:
                    self._unknown = self.run.state.finished  # else not yet
                    return None
                stage = parts.stage_of(self.step)
                document = records.author_document(
                    self.run, folder=folder, current=self.current, stage=stage
                )
            except (NbflowError, OSError):
                self._unknown = True  # who may not read the store sees what the log says
            else:
                self._known = _cells(executed), document
        return self._known


def _cells(executed: Mapping[str, Any]) -> _Cells:
    cells = [one for one in executed["cells"] if _MARK not in one["metadata"].get("tags", ())]
    mine = [one.get("id") if "nbflow" not in one["metadata"] else None for one in cells]
    orders = (executed["metadata"].get("nbflow") or {}).get("orders") or {}
    pairs = [(one.get("execution_count"), name) for one, name in zip(cells, mine, strict=True)]
    return _Cells(
        places={place: name for place, name in enumerate(mine, 1) if name},
        counts={count: name for count, name in pairs if count and name},
        own=frozenset(orders.get("cells") or filter(None, mine)),
    )
