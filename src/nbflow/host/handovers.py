"""What the host does for a step whose kernel knows nothing of nbflow: its files cross."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from nbflow import runtime
from nbflow.host.ledgers import BUNDLE
from nbflow.model import Plan

__all__ = ["Handover"]


@dataclass(frozen=True)
class Handover:
    """Of one attempt of one step."""

    plan: Plan
    folder: Path
    step: str
    attempt: int

    def take_over(self, work: Path) -> runtime.Workspace:
        """Fill the working directory; raises StoreError."""
        return runtime.take_over(
            work,
            attached=self.folder / BUNDLE / "files",
            run=runtime.open_store(str(self.folder)),
            step=self.step,
            upstream={one.name: tuple(one.upstream) for one in self.plan.steps},
        )

    def hand_on(self, workspace: runtime.Workspace, *, started: datetime) -> None:
        """Keep what the step left there; raises StoreError."""
        runtime.hand_on(
            workspace,
            run=runtime.open_store(str(self.folder)),
            step=self.step,
            attempt=self.attempt,
            started=started.astimezone(UTC).isoformat(),
        )
