"""From a run's step to a notebook in which a person looks into it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow import host, notebook, settings
from nbflow.api import parts, records
from nbflow.api.operating import find_run_anywhere
from nbflow.errors import StoreError, UsageError
from nbflow.model import Failure, Run, RunState, StepRun, did_you_mean, step_folder

if TYPE_CHECKING:
    from nbflow.model import Document


def debug(
    reference: str | Run,
    *,
    step: str | None = None,
    current: settings.Settings,
    to: Path | None = None,
) -> Path:
    """Write a notebook that brings back what a step was given and ends with its failing cell.

    Args:
        reference: the run, or what means one: `DAG/RUN_ID`, `RUN_ID`, `DAG` (its latest run), or
            the path of a run's folder.
        step: the step's name; the one that failed where None.
        current: the project's settings.
        to: where the notebook goes; `DAG-STEP-debug.ipynb` here where None.

    Returns:
        Where the notebook is.

    Raises:
        StoreError, RemoteError: there is no such run, or what the step was given is gone.
        UsageError: the run has no such step, or none of its steps failed and none is named.
    """
    run, folder = _find(reference, current)
    name = step or _failed(run, folder)
    executed, failure = _executed(name, run, folder)
    inner = folder / step_folder(name)  # of a stage's step in the stage's folder
    made = host.debug_notebook(
        executed,
        run=run,
        step=inner.name,
        folder=inner.parent,
        document=_document(run, folder, current, stage=parts.stage_of(name)),
        failure=failure,
    )
    shown = re.sub(r"[^\w.-]+", "-", name).strip("-")
    target = to or Path(f"{run.dag_id}-{shown}-debug.ipynb")
    target.parent.mkdir(parents=True, exist_ok=True)
    notebook.write(made, target)
    return target


def _find(reference: str | Run, current: settings.Settings) -> tuple[Run, Path]:
    if isinstance(reference, Run):
        return reference, records.require_folder(reference, current=current)
    folder = Path(reference)
    if folder.is_dir() and any(host.executed(folder)):
        ledger = host.read_ledger(folder)
        known = Run(folder.resolve().parent.name, folder.resolve().name, RunState.FAILED)
        return (known if ledger is None else ledger.run), folder
    run = find_run_anywhere(reference, current=current)
    return run, records.require_folder(run, current=current)


def _document(
    run: Run, folder: Path, current: settings.Settings, *, stage: str | None
) -> Document | None:
    try:
        return records.author_document(run, folder=folder, current=current, stage=stage)
    except StoreError:
        return None


def _failed(run: Run, folder: Path) -> str:
    """The step that failed, or that was running when the run was stopped."""
    executed = list(host.executed(folder))
    found = [step for name in executed if (step := host.progress(folder, name)) is not None]
    told = [step for step in run.steps if step.failure is not None and step.name in executed]
    failed = next((one.name for one in (*told, *found) if one.failure is not None), None)
    open_ = next((one.name for one in found if one.state is not RunState.SUCCESS), None)
    if failed or open_:
        return failed or open_ or ""
    raise UsageError(
        f"no step of run {run.run_id} failed",
        hint=f"Name the step to look into: {', '.join(executed) or 'none has run yet'}.",
    )


def _executed(name: str, run: Run, folder: Path) -> tuple[dict[str, Any], Failure | None]:
    """The step notebook with the values that it was given, and how it failed."""
    executed = host.executed(folder)
    steps = [step.name for step in run.steps] or list(executed)
    if name in executed:
        told = next((step.failure for step in run.steps if step.name == name), None)
        return executed[name], _with_place(host.progress(folder, name), told)
    source = folder / host.BUNDLE / "steps" / f"{name}.ipynb"
    if source.is_file() and name in steps:
        found: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
        cell = next(c for c in found["cells"] if c["id"] == "nbflow-parameters")
        cell["source"] = f"nbflow_params = {json.dumps(dict(run.parameters))!r}"
        return found, None
    if name in steps:
        raise StoreError(
            f"step {name!r} of run {run.run_id} has not run",
            hint=f"Steps that have: {', '.join(executed) or 'none'}.",
        )
    raise UsageError(
        f"run {run.run_id} has no step {name!r}",
        hint=f"{did_you_mean(name, steps)}Its steps: {', '.join(steps)}.",
    )


def _with_place(seen: StepRun | None, told: Failure | None) -> Failure | None:
    """How a step failed: what its notebook shows, or what its run tells of a kernel that died."""
    if seen is not None and seen.failure is not None:
        return seen.failure
    if told is not None:
        return told
    if seen is not None and seen.cell is not None:
        return Failure("Stopped", "the run ended while this cell was running", seen.cell)
    return None
