"""What a form asks of a notebook and a live view of a run; whoever has them offers these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from nbflow.model import Document, Run
    from nbflow.settings import Settings

__all__ = ["Startable", "Watched"]


@dataclass(frozen=True)
class Watched:
    """A run that can be looked at while it goes.

    Attributes:
        seen: the run as it was last looked at.
        current: the settings that name its store and its Airflow.
        document: the notebook that it is of, where that is known.
        local: whether it is a run on this machine.
        follow: calls its first argument with the run at each look, until it has ended or the
            second one says that nobody looks any longer.
        cancel: stops it.
        resume: goes on from the failed step.
        output: writes its executed notebook, and says where.
    """

    seen: Run
    current: Settings
    document: Document | None
    local: bool
    follow: Callable[[Callable[[Run], None], Callable[[], bool]], None]
    cancel: Callable[[], object]
    resume: Callable[[], Watched]
    output: Callable[[], Path]


@dataclass(frozen=True)
class Startable:
    """A notebook that can be run.

    Attributes:
        path: the notebook.
        run: begins a run on this machine with these values.
        trigger: begins a run in Airflow of what is published.
    """

    path: Path
    run: Callable[[Mapping[str, Any]], Watched]
    trigger: Callable[[Mapping[str, Any]], Watched]
