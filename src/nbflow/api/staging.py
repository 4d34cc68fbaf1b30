"""Run a pipeline of several notebooks on this machine."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nbflow import bundles, host
from nbflow.api import parts
from nbflow.api.notebooks import within_project
from nbflow.api.running import write_parts
from nbflow.errors import Interrupted, UsageError
from nbflow.model import Approval

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nbflow.api.notebooks import Compiled
    from nbflow.host import Limits, Stop
    from nbflow.model import Run

__all__ = ["Ask", "refuse_without_answer", "run_stages", "write_stages"]

Ask = Callable[[str, Approval], bool]


def run_stages(
    compiled: Compiled,
    *,
    parameters: Mapping[str, Any],
    folder: Path,
    approve: Ask | None,
    observe: Callable[[Run], None] | None,
    workers: int | None,
    cache: bool,
    limits: Limits | None,
    stop: Stop | None,
    write: Callable[[Run | None], Path],
) -> Run:
    """Run it; see `run`.

    Args:
        compiled: the pipeline.
        parameters: values in their wire form.
        folder: the run's.
        approve: is asked for an approval.
        observe: called with the run at each change.
        workers: how many steps may run at once.
        cache: False where steps that may be skipped run too.
        limits: what each step may use.
        stop: by which another thread ends the run.
        write: writes the executed notebooks.
    """
    own = {
        one.stage.name: bundles.bundle(
            one.plan, attachments=compiled.inspected.stages[one.stage.name].attachments
        )
        for one in compiled.plan.stages
        if one.plan is not None
    }
    try:
        return host.run_stages(
            compiled.plan,
            compiled.bundle,
            bundles=own,
            parameters=parameters,
            folder=folder,
            approve=approve or (lambda _name, _approval: False),
            observe=observe,
            workers=workers or os.cpu_count() or 1,
            source=within_project(compiled.inspected),
            cache=cache,
            limits=None if limits is None else limits.steps,
            stop=stop,
        )
    except Interrupted as interruption:
        write(None)
        path = compiled.inspected.path
        interruption.hint = f"What had ended is in {folder}. `nbflow run {path} --resume` goes on."
        raise


def refuse_without_answer(compiled: Compiled, approve: Ask | None) -> None:
    """Raise UsageError where a stage asks for an approval and nobody is there to answer."""
    asked = _approvals(compiled)
    if asked and approve is None:
        raise UsageError(
            f"{compiled.inspected.path} asks for an approval: {', '.join(asked)}",
            hint=f"Say --approve {asked[0]}, --refuse {asked[0]} or --yes, or run it in a "
            "terminal; from Python give `approve=`.",
        )


def write_stages(
    compiled: Compiled, run: Run | None, *, folder: Path, to: Path | None, header: bool
) -> Path:
    """Write the executed notebooks of a run; the folder that they are in."""
    ledger = host.read_ledger(folder)
    run = run or (ledger.run if ledger else None)
    if run is None:
        return to or folder
    order = [one.stage.name for one in compiled.plan.stages]
    return write_parts(
        parts.parts(run, folder=folder, order=order),
        run=run,
        folder=folder,
        to=to,
        current=compiled.inspected.settings,
        header=header,
    )


def _approvals(compiled: Compiled) -> list[str]:
    return [one.stage.name for one in compiled.plan.stages if one.stage.approval]
