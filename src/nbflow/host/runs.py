"""A whole plan on this machine: each step in its own kernel, independent steps at once."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow import runtime
from nbflow.bundles import slices
from nbflow.errors import NotebookError, StoreError, UsageError
from nbflow.host.kernelspecs import require_kernel
from nbflow.host.ledgers import (
    WORK,
    Recorder,
    clear_abandoned,
    held,
    keep_bundle,
    read_ledger,
)
from nbflow.host.places import Places
from nbflow.host.resuming import Resumption, set_aside
from nbflow.model import Bundle, Plan, Run, RunState, StepRun

if TYPE_CHECKING:
    from nbflow.host.interruptions import Stop
    from nbflow.host.shortages import Limit

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
    places: Places | None = None,
    resume: Resumption | None = None,
    source: str = "",
    cache: bool = True,
    limits: Mapping[str, Limit] | None = None,
    stop: Stop | None = None,
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
        places: instead of `workers`, so many at once of several runs together.
        resume: the run's folder holds an earlier, unfinished run: what is kept of it.
        source: the notebook's path within its project, to know the run by.
        cache: False where steps that may be skipped run too.
        limits: by name of the step, what it may use; others may use what the machine has.
        stop: by which another thread ends it.

    Returns:
        The run at its end, failed or not.

    Raises:
        NotebookError: the notebook's kernel is not installed.
        UsageError: a parameter's value is not JSON, or another process runs in the folder.
        StoreError: nothing can be written to the folder.
        RunInterrupted: Ctrl-C, or somebody asked `stop`; no process is left, partial notebooks are
            in the folder.
    """
    from nbflow.host.scheduling import complete

    given = _as_json(parameters)
    record = Recorder(folder, source=source, digest=bundle.digest)

    def watch(run: Run) -> None:
        record(run)
        if observe is not None:
            observe(run)

    with ExitStack() as stack:
        with _explained(folder):
            folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(held(folder))
            steps = _resumed(plan, folder, resume) if resume else _waiting(plan)
            before = read_ledger(folder) if resume else None
            keep_bundle(bundle, folder, slices=slices(plan))
        # Not earlier: the process that knows the kernels may still be starting.
        _require_kernel(plan, folder, new=resume is None)
        clear_abandoned()
        work = Path(tempfile.mkdtemp(prefix=WORK))
        stack.callback(shutil.rmtree, work, ignore_errors=True)
        stack.enter_context(held(work))
        return complete(
            plan,
            Run(
                plan.dag_id,
                folder.name,
                RunState.RUNNING,
                steps,
                dict(parameters),
                started=None if before is None else before.run.started,
            ),
            work=work,
            folder=folder.resolve(),
            parameters=given,
            observe=watch,
            places=places or Places(workers or os.cpu_count() or 1),
            env={} if cache else {runtime.CACHE: "off"},
            limits=limits,
            stop=stop,
        )


def _require_kernel(plan: Plan, folder: Path, *, new: bool) -> None:
    try:
        require_kernel(plan.pipeline.document.kernel)
    except NotebookError:
        if new:
            shutil.rmtree(folder, ignore_errors=True)
        raise


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"the run cannot be kept in {folder}: {error.strerror}",
            hint="make room or see that the folder may be written, or set another `store` in "
            "nbflow.yaml",
        ) from error


def _as_json(parameters: Mapping[str, Any]) -> str:
    try:
        return json.dumps(dict(parameters))
    except (TypeError, ValueError) as error:
        raise UsageError(f"a parameter's value cannot be given as JSON: {error}") from None


def _waiting(plan: Plan) -> tuple[StepRun, ...]:
    return tuple(
        StepRun(one.name, RunState.QUEUED, cells_total=len(one.step.cells)) for one in plan.steps
    )


def _resumed(plan: Plan, folder: Path, resume: Resumption) -> tuple[StepRun, ...]:
    attempts = set_aside(folder, kept=resume.kept)
    return tuple(
        replace(resume.kept[step.name], kept=True)
        if step.name in resume.kept
        else replace(step, attempt=attempts.get(step.name, 1), note=resume.reasons.get(step.name))
        for step in _waiting(plan)
    )
