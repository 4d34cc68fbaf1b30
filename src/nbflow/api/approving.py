"""Approve, or refuse, what a run in Airflow waits for."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from nbflow import remote
from nbflow.errors import UsageError
from nbflow.model import did_you_mean

if TYPE_CHECKING:
    from nbflow.model import Run
    from nbflow.remote import Airflow

__all__ = ["approve"]

_SETTLED = 5.0
"""Seconds after which Airflow's scheduler has seen that a task waits. A task that goes on before
that counts as one whose process has ended too early, and fails."""


def approve(run: Run, *, client: Airflow, stage: str | None = None, approved: bool = True) -> str:
    """Answer an approval that a run waits for.

    Args:
        run: the run.
        client: the Airflow that has it.
        stage: which one; may be left out where one waits.
        approved: False to refuse: what comes behind it is skipped.

    Returns:
        The stage's name.

    Raises:
        UsageError: nothing waits for an answer, or several do and none is named.
        RemoteError: it was answered already, the user may not, or Airflow is not reached.
    """
    name = f"{run.dag_id}/{run.run_id}"
    asked = remote.questions(client.connection, run.dag_id, run.run_id)
    waiting = [one.stage for one in asked if one.answer is None]
    answered = {one.stage: one.answer for one in asked if one.answer is not None}
    if stage is not None and stage in answered:
        raise UsageError(
            f"{stage} of {name} has its answer: {answered[stage]}",
            hint=f"`nbflow runs {name}` shows how the run goes on",
        )
    if not waiting or (stage is not None and stage not in waiting):
        what = "no approval" if stage is None else f"no approval {stage!r}"
        waits = ", ".join(waiting) or "nothing does"
        guess = did_you_mean(stage, waiting) if stage else ""
        raise UsageError(
            f"{what} of {name} waits for an answer", hint=f"{guess}What waits: {waits}"
        )
    if stage is None and len(waiting) > 1:
        raise UsageError(
            f"several approvals of {name} wait for an answer", hint=f"name one: {waiting}"
        )
    chosen = stage or waiting[0]
    _let_it_settle(next(one.asked for one in asked if one.stage == chosen))
    remote.answer(client.connection, run.dag_id, run.run_id, chosen, approved=approved)
    return chosen


def _let_it_settle(asked: datetime) -> None:
    """Wait until an approval that was asked for just now may be answered."""
    age = (datetime.now(UTC) - asked).total_seconds()
    time.sleep(min(max(_SETTLED - age, 0.0), _SETTLED))
