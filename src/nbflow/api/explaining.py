"""What Airflow's logs say of steps that have no notebook to tell of them, or not all."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from nbflow import host
from nbflow.errors import RemoteError
from nbflow.model import Failure, RunState, split_item

if TYPE_CHECKING:
    from nbflow.model import Run, StepRun
    from nbflow.remote import Airflow

__all__ = ["Explainer"]

FAILED = "Failed"
"""What a failure is named that a task tells of its pod."""
_VAGUE = {host.LOST, host.STOPPED, "OutOfMemory"}
"""Failures of which a task knows more than the notebook: what became of its pod, what is next."""
_PATIENCE = 10.0
"""Seconds between two looks at why a step does not begin."""
_FIRST = 3.0
"""Seconds before the first."""
_WAITING = re.compile(
    r"The Pod has an Event: (?P<event>.*?(?:nodes are available|Insufficient|Failed|Error|ErrImage"
    r"|Back-off|not found).*?)(?: from \S*)?|step \S+ (?P<quota>waits for its team's quota: .*)"
)
_EVENT = re.compile(r"The Pod has an Event: ")
_KILLED = "DeadKernelError"
"""What papermill says of a kernel that is lost."""
_NO_KERNEL = (
    "Install the kernel where Airflow's tasks run, in the environment or image that they have, or "
    "choose another one for the notebook."
)


class Explainer:
    """Asks for the logs of a run, each no more often than it must."""

    def __init__(self, client: Airflow) -> None:
        """`client` is the Airflow that has the logs."""
        self._client = client
        self._failures: dict[tuple[str, int], Failure | None] = {}
        self._notes: dict[tuple[str, int], tuple[float, str | None]] = {}

    def explain(self, run: Run) -> Run:
        """Name the failures that no notebook tells of, and why steps wait for their pods."""
        return replace(run, steps=tuple(self._explained(run, step) for step in run.steps))

    def _explained(self, run: Run, step: StepRun) -> StepRun:
        if step.state in {RunState.FAILED, RunState.RETRYING}:
            seen = step.failure
            if seen is not None and seen.ename not in _VAGUE:
                return step
            told = self._failure(run, step)
            if seen is None:
                return replace(step, failure=told)
            if told is not None and _never_began(seen, told):
                return replace(step, failure=told)
            if told is not None and told.ename == FAILED:
                ename = FAILED if seen.ename == host.LOST else seen.ename
                return replace(step, failure=replace(seen, ename=ename, evalue=told.evalue))
            return step
        if step.state is RunState.RUNNING and not step.cells_total and step.note is None:
            return replace(step, note=self._note(run, step))
        return step

    def _failure(self, run: Run, step: StepRun) -> Failure | None:
        """The last error in the log of a step's attempt."""
        key = (step.name, step.attempt)
        if key not in self._failures:
            self._failures[key] = self._ask_failure(run, step)
        return self._failures[key]

    def _ask_failure(self, run: Run, step: StepRun) -> Failure | None:
        try:
            said = self._client.failure(run.dag_id, run.run_id, step.name, attempt=step.attempt)
        except RemoteError:  # the run has failed whether or not its log can be had
            return None
        if said is None:
            return None
        # What the task says of its pod; it does not say which item of a list it is for.
        task = re.escape(split_item(step.name)[0])
        place = r"\d+ \(id (?P<cell>\S+)\)(?:: [^\n]*)?\n|(?P<id>[^ :\n]+)(?:: |\n)"
        about = rf"step {task}(?:, cell (?:{place})|: )(?P<why>.+)"
        found = re.fullmatch(about, said.evalue, re.DOTALL)
        if found is None or not said.ename.startswith("Airflow"):
            return replace(said, hint=_NO_KERNEL) if said.ename == "NoSuchKernel" else said
        return Failure(ename=FAILED, evalue=found["why"], cell=found["cell"] or found["id"])

    def _note(self, run: Run, step: StepRun) -> str | None:
        """Why a step has not begun, as far as its log says; None where all seems well."""
        key, now = (step.name, step.attempt), time.monotonic()
        asked, said = self._notes.setdefault(key, (now + _FIRST - _PATIENCE, None))
        if now - asked >= _PATIENCE:
            said = self._ask_note(run, step)
            self._notes[key] = (now, said)
        return said

    def _ask_note(self, run: Run, step: StepRun) -> str | None:
        try:
            lines = self._client.logs(run.dag_id, run.run_id, step.name, attempt=step.attempt)
        except RemoteError:
            return None
        for line in reversed(lines):
            found = _WAITING.fullmatch(line.text)
            if found:
                return found["event"] or found["quota"]
            if _EVENT.match(line.text):  # something good came after
                return None
        return None


def _never_began(seen: Failure, told: Failure) -> bool:
    """Whether a kernel is taken for lost that no cell had begun in, and the task says why."""
    lost = seen.ename == host.LOST and seen.cell is None
    return lost and told.ename not in {FAILED, _KILLED}
