"""Runs a notebook whole and as its pipeline, and says where they differ."""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from nbflow import host, notebook
from nbflow.model import Bundle, Failure, Plan, Run
from nbflow.proving.evidence import edge_proofs, file_proofs, manifests, written_files
from nbflow.proving.progress import Progress
from nbflow.proving.proofs import Proof
from nbflow.proving.verdicts import Judge
from nbflow.proving.wholes import whole_notebook

__all__ = ["prove"]

Observe = Callable[[Run], None]
Notebook = dict[str, Any]

_MOST_WHOLE_RUNS = 3
"""How often a notebook is run whole where something differs, to see whether it always does."""
_FILES = "files/"


@dataclass(frozen=True)
class _Whole:
    """The notebook, run whole once."""

    notebook: Notebook
    failure: Failure | None
    seconds: float
    files: Mapping[str, tuple[int, str]]


def prove(
    plan: Plan,
    bundle: Bundle,
    *,
    parameters: Mapping[str, Any],
    folder: Path,
    observe: Observe | None = None,
    workers: int | None = None,
) -> Proof:
    """Run a notebook whole and as its pipeline here, and compare what its cells show.

    Where something differs the notebook is run whole again, at most three times in all, to tell
    what differs each time from what the cut changed.

    Args:
        plan: the notebook's.
        bundle: its step notebooks and files.
        parameters: values given to both, as JSON has them.
        folder: what the runs leave goes there: `whole.ipynb`, `pipeline.ipynb`, and a folder each.
        observe: called with all that runs as one run, at each change.
        workers: how many steps of the pipeline may run at once; the number of cores where None.

    Raises:
        NotebookError: the notebook's kernel is not installed.
        UsageError: a parameter's value is not JSON.
        Interrupted: Ctrl-C; no process is left.
    """
    folder = folder.resolve()
    # What a second attempt hides would be a difference.
    plan = replace(plan, steps=tuple(replace(one, retries=0) for one in plan.steps))
    show = Progress(plan, observe or _ignore, parameters=parameters)
    whole = partial(_run_whole, plan, bundle, parameters, folder, show)
    wholes = [whole(1)]
    started = time.monotonic()
    run = host.run(
        plan,
        bundle,
        parameters=parameters,
        folder=folder / "pipeline",
        observe=show.pipeline,
        workers=workers,
        cache=False,
    )
    seconds = time.monotonic() - started
    merged = notebook.merge(plan.pipeline.document, host.executed(folder / "pipeline"))
    notebook.write(merged, folder / "pipeline.ipynb")
    judge = Judge(plan.pipeline, run, merged)
    judge.take(wholes[0].notebook)
    while judge.unexplained and len(wholes) < _MOST_WHOLE_RUNS:
        wholes.append(whole(len(wholes) + 1))
        judge.take(wholes[-1].notebook)
    show.end()
    left = manifests(plan.pipeline, folder / "pipeline")
    step = run.failed_step
    return Proof(
        name=plan.pipeline.name,
        cells=tuple(judge.verdicts()),
        edges=tuple(edge_proofs(plan.pipeline, left)),
        files=file_proofs([one.files for one in wholes], left),
        whole_seconds=wholes[0].seconds,
        pipeline_seconds=seconds,
        whole_runs=len(wholes),
        whole_failure=wholes[0].failure,
        pipeline_failure=None if step is None else step.failure,
    )


def _ignore(_: Run) -> None:
    """Observe nothing."""


def _run_whole(
    plan: Plan,
    bundle: Bundle,
    parameters: Mapping[str, Any],
    folder: Path,
    show: Progress,
    number: int,
) -> _Whole:
    """Run the notebook whole in a folder with what its steps get."""
    attached = {
        path.removeprefix(_FILES): content
        for path, content in bundle.files.items()
        if path.startswith(_FILES)
    }
    # A step's working directory has a name of this form.
    work = folder / f"whole-{number}" / f"nbflow-{uuid.uuid4().hex}"
    work.mkdir(parents=True)
    for path, content in attached.items():
        (work / path).parent.mkdir(parents=True, exist_ok=True)
        (work / path).write_bytes(content)
    executed = work.parent / "whole.ipynb" if number > 1 else folder / "whole.ipynb"
    env = dict(os.environ)
    for planned in plan.steps:
        env |= planned.profile.env
    started = time.monotonic()
    show.begin_whole(number)
    failure = host.execute(
        whole_notebook(plan.pipeline, given=parameters),
        path=executed,
        folder=work,
        log=work.parent / "whole.log",
        env=env,
        watch=show.watch,
    )
    show.end_whole(failure)
    seconds = time.monotonic() - started
    found = json.loads(executed.read_text(encoding="utf-8"))
    return _Whole(found, failure, seconds, written_files(work, before=attached))
