"""What the verbs return, as clients read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow import api
from nbflow.server import failures
from nbflow.server.wording import spoken

if TYPE_CHECKING:
    from nbflow.api import Difference
    from nbflow.model import Run

__all__ = ["difference_as_json", "failed_run_as_json", "run_as_json"]


def difference_as_json(found: Difference) -> dict[str, Any]:
    """What would be another one, and in words."""
    return {**found.as_json(), "summary": found.summary, "first_run": found.first_run}


def run_as_json(run: Run) -> dict[str, Any]:
    """A run, and whether it is one of this machine."""
    told = api.run_as_json(run)
    steps = [spoken(step) for step in told["steps"]]
    return {**told, "steps": steps, "here": api.is_local(run.run_id)}


def failed_run_as_json(run: Run) -> dict[str, Any]:
    """A run that is shown alone: with the error that it is, once it has failed."""
    failure = api.failure_of(run) if run.state.finished else None
    return {**run_as_json(run), "failure": failure and failures.as_json(failure)}
