"""All that a proof runs, seen as one run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from nbflow.model import Failure, Plan, Run, RunState, StepRun
from nbflow.proving.wholes import steps_of

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Progress"]


class Progress:
    """Tells an observer of the whole runs and of the pipeline's steps as of steps of one run."""

    def __init__(
        self, plan: Plan, observe: Callable[[Run], None], *, parameters: Mapping[str, Any]
    ) -> None:
        self._observe = observe
        self._cells = steps_of(plan.pipeline)
        self._wholes: list[StepRun] = []
        self._steps = tuple(
            StepRun(one.name, RunState.QUEUED, cells_total=len(one.step.cells))
            for one in plan.steps
        )
        self._run = Run(
            plan.dag_id,
            "proof",
            RunState.RUNNING,
            parameters=dict(parameters),
            started=datetime.now(UTC),
        )

    def begin_whole(self, number: int) -> None:
        """The notebook begins to run whole for the n-th time."""
        name = "(whole)" if number == 1 else f"(whole, run {number})"
        begun = StepRun(
            name, RunState.RUNNING, cells_total=len(self._cells), started=datetime.now(UTC)
        )
        self._wholes.append(begun)
        self._show()

    def watch(self, cell: str, done: bool) -> None:  # noqa: FBT001 - as an attempt calls it
        """A cell of the whole run starts or has ended."""
        if cell not in self._cells:
            return
        last = self._wholes[-1]
        count = last.cells_done + done
        self._wholes[-1] = replace(last, cells_done=count, cell=None if done else cell)
        self._show()

    def end_whole(self, failure: Failure | None) -> None:
        """The whole run has ended."""
        state = RunState.SUCCESS if failure is None else RunState.FAILED
        self._wholes[-1] = replace(
            self._wholes[-1], state=state, failure=failure, cell=None, ended=datetime.now(UTC)
        )
        self._show()

    def pipeline(self, run: Run) -> None:
        """The pipeline's run has changed."""
        self._steps = run.steps
        self._show()

    def end(self) -> None:
        """Nothing more will run."""
        failed = any(one.state is not RunState.SUCCESS for one in (*self._wholes, *self._steps))
        state = RunState.FAILED if failed else RunState.SUCCESS
        self._run = replace(self._run, state=state, ended=datetime.now(UTC))
        self._show()

    def _show(self) -> None:
        first, rest = self._wholes[:1], self._wholes[1:]
        self._observe(replace(self._run, steps=(*first, *self._steps, *rest)))
