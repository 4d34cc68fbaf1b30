"""A run that was stopped by its user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow.errors import Interrupted

if TYPE_CHECKING:
    from nbflow.model import Run

__all__ = ["RunInterrupted"]


class RunInterrupted(Interrupted):
    """The user stopped a run.

    Attributes:
        run: how far it came.
    """

    def __init__(self, run: Run) -> None:
        super().__init__(f"run {run.run_id} of {run.dag_id} was stopped")
        self.run = run
