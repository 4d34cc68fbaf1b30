"""A whole plan on this machine: each step in its own kernel, independent steps at once."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from nbflow.errors import UsageError
from nbflow.host.kernels import require_kernel
from nbflow.model import Bundle, Plan, Run, RunState, StepRun

__all__ = ["run"]

Observe = Callable[[Run], None]


def run(
    plan: Plan,
    bundle: Bundle,
    *,
    parameters: Mapping[str, Any],
    folder: Path,
    observe: Observe | None = None,
    workers: int | None = None,
) -> Run:
    """Run a plan here: each step in its own process and directory, independent ones at once.

    Args:
        plan: what to run.
        bundle: its step notebooks and files.
        parameters: values given to the run, as JSON has them.
        folder: the run's folder; executed notebooks and artifacts go there, and its name is the
            run's id.
        observe: called with the run at each change.
        workers: how many steps may run at once; the number of cores where None.

    Returns:
        The run at its end, failed or not.

    Raises:
        NotebookError: the notebook's kernel is not installed.
        UsageError: a parameter's value is not JSON.
        RunInterrupted: Ctrl-C; no process is left, partial notebooks are in the folder.
    """
    from nbflow.host.scheduling import complete

    require_kernel(plan.pipeline.document.kernel)
    folder.mkdir(parents=True, exist_ok=True)
    private = Path(tempfile.mkdtemp(prefix="nbflow-run-"))
    try:
        _unpack(bundle, private)
        return complete(
            plan,
            Run(plan.dag_id, folder.name, RunState.RUNNING, _waiting(plan), dict(parameters)),
            private=private,
            folder=folder.resolve(),
            parameters=_as_json(parameters),
            observe=observe or _ignore,
            workers=workers or os.cpu_count() or 1,
        )
    finally:
        shutil.rmtree(private, ignore_errors=True)


def _ignore(_: Run) -> None:
    """Observe nothing."""


def _unpack(bundle: Bundle, folder: Path) -> None:
    for path, content in bundle.files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    (folder / "files").mkdir(exist_ok=True)
    (folder / "work").mkdir(exist_ok=True)


def _as_json(parameters: Mapping[str, Any]) -> str:
    try:
        return json.dumps(dict(parameters))
    except (TypeError, ValueError) as error:
        raise UsageError(f"a parameter's value cannot be given as JSON: {error}") from None


def _waiting(plan: Plan) -> tuple[StepRun, ...]:
    return tuple(
        StepRun(one.name, RunState.QUEUED, cells_total=len(one.step.cells)) for one in plan.steps
    )
