"""How long the steps of a run usually take, and when it is expected to end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

from nbflow.api import records
from nbflow.api.wording import USUAL_FROM
from nbflow.errors import RemoteError, StoreError
from nbflow.model import RunState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbflow.model import Run, StepRun
    from nbflow.remote import Airflow
    from nbflow.settings import Settings

__all__ = ["Forecaster", "expected_end"]

_LAST = 10
"""Successful runs of a step whose median is its usual duration."""
_MOST = 1000
"""Task instances that are asked for at most."""


class Forecaster:
    """Asks once how long a DAG's steps have taken, and the store once what needs what."""

    def __init__(self, client: Airflow | None, *, current: Settings) -> None:
        """`client` is the Airflow that ran it, None for a run on this machine.

        `current` says where its bundle was published, and where runs on this machine are.
        """
        self._client = client
        self._current = current
        self._told: Mapping[str, Sequence[float]] | None = None
        self._needs: Mapping[str, Sequence[str]] = {}

    def forecast(self, run: Run) -> Run:
        """The run with the usual duration of each step, and its expected end while it goes."""
        if self._told is None:
            self._told = self._ask(run)
        told = self._told
        steps = tuple(_with_usual(step, told.get(step.name, ())) for step in run.steps)
        run = replace(run, steps=steps)
        if run.state.finished or not told:
            return run
        self._needs = self._needs or self._read_needs(run)
        end = expected_end(run, needs=self._needs, now=datetime.now(UTC)) if self._needs else None
        return replace(run, expected_end=end)

    def _ask(self, run: Run) -> dict[str, Sequence[float]]:
        """Seconds by step, of the last times before this run that it went well, newest first."""
        if self._client is None:
            return self._look(run)
        most = min(_LAST * max(len(run.steps), 1), _MOST)
        try:
            told = self._client.durations(
                run.dag_id, limit=most, without=run.run_id, before=run.started
            )
        except RemoteError:  # who may see a run need not see all of them
            return {}
        return {name: seconds[:_LAST] for name, seconds in told.items()}

    def _look(self, run: Run) -> dict[str, Sequence[float]]:
        """The same of the last runs on this machine, of which some may have failed."""
        told: dict[str, list[float]] = {}
        before = records.runs_here(
            self._current, dag_id=run.dag_id, limit=2 * _LAST, before=run.started
        )
        for earlier in before:
            for step in earlier.steps if earlier.run_id != run.run_id else ():
                if step.state is not RunState.SUCCESS or step.kept or step.cached:
                    continue
                if step.started and step.ended:
                    took = (step.ended - step.started).total_seconds()
                    told.setdefault(step.name, []).append(took)
        return {name: seconds[:_LAST] for name, seconds in told.items()}

    def _read_needs(self, run: Run) -> dict[str, list[str]]:
        """The steps that each step needs, as the run's bundle says; empty where it is gone."""
        try:
            folder = records.find_folder(run, current=self._current)
        except StoreError:
            return {}
        if folder is None:
            return {}
        said = records.manifest_of(folder, current=self._current).get("steps", ())
        return {one["name"]: [edge["step"] for edge in one["needs"]] for one in said}


def _with_usual(step: StepRun, seconds: Sequence[float]) -> StepRun:
    """The step with what its earlier runs, the newest first, tell of how long it takes."""
    few = len(seconds) < USUAL_FROM
    usual = None if not seconds else seconds[0] if few else median(seconds)
    return replace(step, usual=usual, usual_of=len(seconds))


def expected_end(run: Run, *, needs: Mapping[str, Sequence[str]], now: datetime) -> datetime | None:
    """When a run ends if each step that has not ended takes as long as usual.

    Args:
        run: a run whose steps have `usual` durations.
        needs: the steps that each step waits for, by name.
        now: the present, an aware datetime; nothing that has not ended ends before.

    Returns:
        None where a step has no usual duration, or one will not run as it stands.
    """
    steps = {step.name: step for step in run.steps}
    ends: dict[str, datetime] = {}
    for name in needs:  # in the notebook's order, in which a step needs earlier ones only
        step = steps.get(name)
        end = None if step is None else _end(step, [ends[one] for one in needs[name]], now)
        if end is None:
            return None
        ends[name] = end
    return max(ends.values(), default=None)


def _end(step: StepRun, before: Sequence[datetime], now: datetime) -> datetime | None:
    if step.state in {RunState.SUCCESS, RunState.SKIPPED}:
        return step.ended or now
    if step.state.finished or step.usual is None:
        return None
    usual = timedelta(seconds=step.usual)
    if step.state is RunState.RUNNING and step.started is not None:
        return max(step.started + usual, now)
    return max([*before, now]) + usual
