"""What the host does for a step whose kernel knows nothing of nbflow: its files cross."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow import runtime

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Handover", "handover_of", "step_of"]


@dataclass(frozen=True)
class Handover:
    """Of one attempt of one step.

    Attributes:
        step: its name.
        upstream: by step, the names of those that it needs.
        run: the run's folder: a path or a URL.
        files: folder with what came with the notebook.
        attempt: counted from 1.
    """

    step: str
    upstream: Mapping[str, tuple[str, ...]]
    run: str
    files: Path
    attempt: int

    def take_over(self, work: Path) -> runtime.Workspace:
        """Fill the working directory; raises StoreError."""
        return runtime.take_over(
            work,
            attached=self.files if self.files.is_dir() else None,
            run=runtime.open_store(self.run),
            step=self.step,
            upstream=self.upstream,
        )

    def hand_on(self, workspace: runtime.Workspace, *, started: datetime) -> None:
        """Keep what the step left there; raises StoreError."""
        runtime.hand_on(
            workspace,
            run=runtime.open_store(self.run),
            step=self.step,
            attempt=self.attempt,
            started=started.astimezone(UTC).isoformat(),
        )


def step_of(notebook: Mapping[str, Any]) -> str | None:
    """The step that a step notebook runs; None where it is none."""
    ours = notebook["metadata"].get("nbflow", {})
    found: str | None = ours.get("orders", ours).get("step")
    return found


def handover_of(
    notebook: Mapping[str, Any], *, run: str, files: Path, attempt: int
) -> Handover | None:
    """What the host must do for a step notebook; None where its own cells do it.

    Args:
        notebook: the step notebook.
        run: the run's folder: a path or a URL.
        files: folder with what came with the notebook.
        attempt: counted from 1.
    """
    ours = notebook["metadata"].get("nbflow", {})
    if "orders" in ours or "upstream" not in ours:
        return None
    upstream = {name: tuple(before) for name, before in ours["upstream"].items()}
    return Handover(ours["step"], upstream, run, files, attempt)
