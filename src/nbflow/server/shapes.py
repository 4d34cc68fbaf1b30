"""What the verbs return, as clients read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow import api
from nbflow.server import failures

if TYPE_CHECKING:
    from nbflow.model import Run

__all__ = ["failed_run_as_json", "run_as_json"]


def run_as_json(run: Run) -> dict[str, Any]:
    """A run, and whether it is one of this machine."""
    return {**api.run_as_json(run), "here": api.is_local(run.run_id)}


def failed_run_as_json(run: Run) -> dict[str, Any]:
    """A run that is shown alone: with the error that it is, once it has failed."""
    failure = api.failure_of(run) if run.state.finished else None
    return {**run_as_json(run), "failure": failure and failures.as_json(failure)}
