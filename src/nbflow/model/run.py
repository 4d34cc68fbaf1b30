"""What happened: a run and its steps, whether it ran here or in Airflow."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from nbflow.model.usage import Usage


class RunState(StrEnum):
    """The state of a run or of a step."""

    QUEUED = "queued"
    RUNNING = "running"
    RETRYING = "retrying"
    SUCCESS = "success"
    FAILED = "failed"
    UPSTREAM_FAILED = "upstream_failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"

    @property
    def finished(self) -> bool:
        """Nothing more will happen."""
        return self not in {RunState.QUEUED, RunState.RUNNING, RunState.RETRYING}


@dataclass(frozen=True)
class Failure:
    """Why a step failed.

    Attributes:
        ename: the exception's class name, or a word such as `KernelDied`, `Timeout`.
        evalue: the exception's text.
        cell: id of the failing cell, None when no cell was running.
        cell_index: its position in the author's notebook, counted from 1, or None.
        traceback: lines, with terminal colours as IPython made them.
        hint: what can be done about it, where more is known than the exception says.
    """

    ename: str
    evalue: str
    cell: str | None = None
    cell_index: int | None = None
    traceback: tuple[str, ...] = ()
    hint: str | None = None


@dataclass(frozen=True)
class StepRun:
    """A step of a run at one moment.

    Attributes:
        name: the step's name.
        state: where it stands.
        cells_done: how many of its author's cells have ended.
        cells_total: how many there are.
        cell: id of the cell that runs now, or None.
        line: how that cell's source begins, or None.
        started, ended: aware datetimes, or None.
        attempt: counted from 1.
        failure: why it failed, or None.
        kept: it had succeeded when the run was resumed, and was not run again.
        cached: id of the run whose outcome it took over because nothing had changed, or None.
        note: why, or when, it runs again, or why it does not begin; or None.
        usage: what its last attempt used, or None where nobody measured.
        usual: seconds that it usually takes, or None where nobody asked or it never went well. Of
            few runs, those that it took the last time.
        usual_of: of how many earlier runs that is.
    """

    name: str
    state: RunState
    cells_done: int = 0
    cells_total: int = 0
    cell: str | None = None
    started: datetime | None = None
    ended: datetime | None = None
    attempt: int = 1
    failure: Failure | None = None
    kept: bool = False
    cached: str | None = None
    note: str | None = None
    usage: Usage | None = None
    usual: float | None = None
    usual_of: int = 0
    line: str | None = None


@dataclass(frozen=True)
class Run:
    """A run at one moment.

    Attributes:
        dag_id: the pipeline.
        run_id: unique within the pipeline.
        state: where it stands.
        steps: in the notebook's order.
        parameters: the values that it was given.
        started: when it began first, however often it went on since: an aware datetime, or None.
        resumed: when it went on last after it had ended, as `started`; None where it never did.
        ended: when it ended last, as `started`.
        url: the run's page in Airflow, or None.
        metrics: recorded values by name.
        expected_end: when it ends if its steps take as long as usual: an aware datetime, or None.
        stored: whether the store holds anything of it, or None where nobody looked.
    """

    dag_id: str
    run_id: str
    state: RunState
    steps: tuple[StepRun, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    started: datetime | None = None
    resumed: datetime | None = None
    ended: datetime | None = None
    url: str | None = None
    metrics: Mapping[str, Any] = field(default_factory=dict)
    expected_end: datetime | None = None
    stored: bool | None = None

    @property
    def since(self) -> datetime | None:
        """When its last part began, by which its duration counts: that it lay still does not."""
        return self.resumed or self.started

    @property
    def failed_step(self) -> StepRun | None:
        """The first step that failed by itself, or None."""
        return next((step for step in self.steps if step.state is RunState.FAILED), None)


STEP_DEPTH = 2
"""How many folders a step's own may lie deep in its run's: a stage's, and an item's in that."""


def split_item(name: str) -> tuple[str, int | None]:
    """The name of a step or a stage, and the number of its item: of `train.fit[0]` it is 0."""
    task, bracket, item = name.partition("[")
    return task, int(item.rstrip("]")) if bracket else None


def is_folder_name(name: str) -> bool:
    """Whether a name can be that of a DAG's, run's or step's folder, and leads nowhere else.

    Example:
        >>> is_folder_name("manual__2026-01-01T00:00:00+00:00"), is_folder_name("../local__1")
        (True, False)
    """
    return name not in {"", ".", ".."} and not any(char in name for char in "/\\\0")


def step_folder(name: str) -> str:
    """The folder of a step in its run's: `fit`, of a stage's step `train.fit` it is `train/fit`.

    Of one item's, `train.fit[0]`, it is `train/0/fit`.
    """
    stage, dot, step = name.partition(".")
    if not dot:
        return name
    step, item = split_item(step)
    return f"{stage}/{step}" if item is None else f"{stage}/{item}/{step}"


def step_name(folder: str) -> str:
    """The step that has a folder, see `step_folder`."""
    match folder.split("/"):
        case [stage, item, step]:
            return f"{stage}.{step}[{item}]"
        case [stage, step]:
            return f"{stage}.{step}"
    return folder


def format_elapsed(duration: timedelta) -> str:
    """Write a time for people: `3.2s`, `2m05s`, `1h02m`."""
    seconds = max(duration.total_seconds(), 0.0)
    if seconds < 60:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02}m" if hours else f"{minutes}m{rest:02}s"
