"""Airflow's JSON in nbflow's words."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nbflow.model import Failure, Run, RunState, StepRun

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ASKING = "awaiting_input"
_STATES = {
    "scheduled": RunState.QUEUED,
    "queued": RunState.QUEUED,
    "running": RunState.RUNNING,
    "deferred": RunState.RUNNING,
    _ASKING: RunState.RUNNING,
    "up_for_reschedule": RunState.RUNNING,
    "restarting": RunState.RETRYING,
    "up_for_retry": RunState.RETRYING,
    "success": RunState.SUCCESS,
    "failed": RunState.FAILED,
    "upstream_failed": RunState.UPSTREAM_FAILED,
    "skipped": RunState.SKIPPED,
    "removed": RunState.CANCELLED,
}

_GIVEN_UP = {RunState.CANCELLED, RunState.SKIPPED}
"""States of steps that may never have begun."""
CANCELLED = "cancelled by nbflow"
"""The note of a run, or of an item, that `cancel` has ended: to Airflow it is one that failed."""
RESUMED = "resumed by nbflow; begun "
"""Begins the line of a run's note that says when it began: Airflow forgets that as it goes on."""
_AT_ONCE = timedelta(seconds=0.5)
"""Within this of a run's end ended what was stopped with it; one request does all of it."""


@dataclass(frozen=True)
class LogLine:
    """A line of a task's log.

    Attributes:
        text: the message, with the traceback below it where there is one.
        level: `info`, `error`, … or None.
        moment: aware datetime, or None.
        source: the logger's name (`task.stdout` is what the task printed), or None.
        failure: the exception that is reported, where it is one alone, or None.
        cell: id of the author's cell that it is about, where that was looked for, or None.
    """

    text: str
    level: str | None = None
    moment: datetime | None = None
    source: str | None = None
    failure: Failure | None = None
    cell: str | None = None

    def as_json(self) -> dict[str, Any]:
        """For programs; whose line it is they are told beside it."""
        return {
            "cell": self.cell,
            "moment": None if self.moment is None else self.moment.isoformat(),
            "level": self.level,
            "text": self.text,
        }


@dataclass(frozen=True)
class ImportProblem:
    """A DAG file that Airflow cannot import.

    Attributes:
        file: its path as Airflow has it, relative to the folder of DAGs where it says so.
        traceback: what Python said.
        moment: when it was tried last, an aware datetime.
    """

    file: str
    traceback: str
    moment: datetime | None


def dag_url(url: str, *, dag_id: str) -> str:
    """The page of a DAG in Airflow's web pages."""
    return f"{url}/dags/{quote(dag_id, safe='')}"


def run_path(dag_id: str, run_id: str) -> str:
    """Where Airflow's API has a run."""
    return f"/api/v2/dags/{quote(dag_id, safe='~')}/dagRuns/{quote(run_id, safe='~')}"


def run_url(url: str, *, dag_id: str, run_id: str) -> str:
    """The page of a run in Airflow's web pages."""
    return f"{dag_url(url, dag_id=dag_id)}/runs/{quote(run_id, safe='')}"


def read_run(
    data: Mapping[str, Any],
    *,
    url: str,
    tasks: Sequence[Mapping[str, Any]] = (),
    order: Sequence[str] = (),
) -> Run:
    """A run and the steps of it that are known; steps named in `order` come first, in its order."""
    dag_id, run_id = str(data["dag_id"]), str(data["dag_run_id"])
    state = _STATES.get(data["state"], RunState.RUNNING)
    ended = _moment(data.get("end_date"))
    stopped = None
    if was_cancelled(data):
        # Airflow may know of no end; then what failed is taken to have been stopped.
        state, stopped = RunState.CANCELLED, ended or datetime.min.replace(tzinfo=UTC) + _AT_ONCE
    started, resumed = _beginnings(data, tasks)
    places = {name: place for place, name in enumerate(order)}
    steps = [_read_step(task, finished=state.finished, stopped=stopped) for task in tasks]
    return Run(
        dag_id=dag_id,
        run_id=run_id,
        state=state,
        steps=tuple(sorted(steps, key=lambda step: places.get(step.name, len(places)))),
        parameters=data.get("conf") or {},
        started=started,
        resumed=resumed,
        ended=ended,
        url=run_url(url, dag_id=dag_id, run_id=run_id),
    )


def first_begun(data: Mapping[str, Any]) -> datetime | None:
    """When a run that nbflow let go on began first, by its note; None where that says nothing."""
    for line in (data.get("note") or "").splitlines():
        with suppress(ValueError):
            if line.startswith(RESUMED):
                return datetime.fromisoformat(line.removeprefix(RESUMED))
    return None


def _beginnings(
    data: Mapping[str, Any], tasks: Sequence[Mapping[str, Any]]
) -> tuple[datetime | None, datetime | None]:
    """When a run began first, and when it went on last.

    Airflow forgets when a run began as it goes on. nbflow writes it down; who went on in Airflow's
    pages has not, but the steps that were kept still have their times.
    """
    start, queued = _moment(data.get("start_date")), _moment(data.get("queued_at"))
    since = start or queued
    told = [first_begun(data)]
    for task in tasks:
        began, ended = _moment(task.get("start_date")), _moment(task.get("end_date"))
        if ended is not None and queued is not None and ended < queued:
            told.append(began)
    first = min((one for one in told if one is not None), default=None)
    if first is None or since is None or first >= since:
        return start, None
    return first, since


def was_cancelled(data: Mapping[str, Any]) -> bool:
    """Whether a run has ended because nbflow cancelled it."""
    return data["state"] == "failed" and CANCELLED in (data.get("note") or "").splitlines()


def read_log_line(entry: Any) -> LogLine:
    """A line of a log; older logs come as plain text."""
    if not isinstance(entry, dict):
        return LogLine(str(entry))
    text = str(entry.get("event", ""))
    details = [_traceback(detail) for detail in entry.get("error_detail") or ()]
    return LogLine(
        text="\n".join([text, *details]),
        level=entry.get("level"),
        moment=_moment(entry.get("timestamp")),
        source=entry.get("logger"),
        failure=read_failure(entry) if len(details) == 1 else None,
    )


def read_failure(entry: Any) -> Failure | None:
    """The exception that a line of a log reports, or None."""
    details = entry.get("error_detail") if isinstance(entry, dict) else None
    if not details:
        return None
    # The outermost comes first, its causes after it.
    outermost = details[0]
    return Failure(
        ename=str(outermost.get("exc_type", "")),
        evalue=str(outermost.get("exc_value", "")),
        traceback=tuple(_traceback(outermost).splitlines()),
    )


def read_import_problem(data: Mapping[str, Any]) -> ImportProblem:
    """A DAG file that Airflow cannot import."""
    return ImportProblem(
        file=str(data["filename"]),
        traceback=str(data["stack_trace"]).strip(),
        moment=_moment(data.get("timestamp")),
    )


def read_durations(
    tasks: Sequence[Mapping[str, Any]], *, without: str | None
) -> dict[str, tuple[float, ...]]:
    """Seconds by step, in the tasks' order; those of the run `without` do not count."""
    found: dict[str, tuple[float, ...]] = {}
    for task in tasks:
        seconds = task.get("duration")
        if seconds is not None and task.get("dag_run_id") != without:
            name = _name(task)
            found[name] = (*found.get(name, ()), float(seconds))
    return found


def _name(task: Mapping[str, Any]) -> str:
    index = task.get("map_index", -1)
    return str(task["task_id"]) if index < 0 else f"{task['task_id']}[{index}]"


def _read_step(
    task: Mapping[str, Any], *, finished: bool, stopped: datetime | None = None
) -> StepRun:
    """A step; `stopped` is when its run was cancelled, if it was."""
    waiting = RunState.CANCELLED if finished else RunState.QUEUED
    waits = "waits for a person: `nbflow approve`" if task["state"] == _ASKING else None
    state = waiting if task["state"] is None else _STATES.get(task["state"], RunState.RUNNING)
    started, ended = _moment(task.get("start_date")), _moment(task.get("end_date"))
    # What had failed or was skipped by itself had ended before the run was cancelled.
    at_once = stopped is not None and (
        ended is None or ended > stopped - _AT_ONCE or task.get("note") == CANCELLED
    )
    if at_once and state in {RunState.FAILED, RunState.SKIPPED}:
        state = RunState.CANCELLED
    # What was never reached has a moment, too: the one at which Airflow gave it up.
    if state is RunState.UPSTREAM_FAILED or (state in _GIVEN_UP and started == ended):
        started = ended = None
    return StepRun(
        note=waits,
        name=_name(task),
        state=state,
        started=started,
        ended=ended,
        attempt=max(int(task.get("try_number") or 0), 1),
    )


def _traceback(detail: Mapping[str, Any]) -> str:
    frames = [
        f'  File "{frame.get("filename")}", line {frame.get("lineno")}, in {frame.get("name")}'
        for frame in detail.get("frames") or ()
    ]
    return "\n".join([*frames, f"{detail.get('exc_type')}: {detail.get('exc_value')}"])


def _moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None
