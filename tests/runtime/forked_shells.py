"""Pipelines by hand, each step in an IPython shell of a forked process: no kernel to wait for."""

from __future__ import annotations

import json
import multiprocessing
import os
import warnings
from typing import TYPE_CHECKING, Any

from by_hand import step_notebook
from IPython.core.interactiveshell import InteractiveShell

from nbflow.model import Failure, Run, RunState, StepRun
from nbflow.runtime import WORKSPACES, open_store, read_manifest

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path

    from by_hand import Notebook


def run(notebook: Notebook, folder: Path, *, parameters: dict[str, Any] | None = None) -> Run:
    """Run the steps one after the other, in the notebook's order."""
    files = folder.parent / "files"
    for path, content in notebook.files.items():
        (files / path).parent.mkdir(parents=True, exist_ok=True)
        (files / path).write_bytes(content)
    values = {
        "nbflow_params": json.dumps(parameters or {}),
        "nbflow_run": str(folder),
        "nbflow_files": str(files),
        "nbflow_attempt": "1",
    }
    steps: dict[str, StepRun] = {}
    metrics: dict[str, Any] = {}
    for name, hand in notebook.steps.items():
        if any(steps[parent].state != RunState.SUCCESS for parent in hand.after):
            steps[name] = StepRun(name, RunState.UPSTREAM_FAILED)
            continue
        failure = step(step_notebook(notebook, name), values, folder.parent)
        steps[name] = StepRun(
            name, RunState.FAILED if failure else RunState.SUCCESS, failure=failure
        )
        manifest = read_manifest(open_store(str(folder)), name)
        metrics |= manifest.metrics if manifest else {}
    failed = any(step.state != RunState.SUCCESS for step in steps.values())
    state = RunState.FAILED if failed else RunState.SUCCESS
    return Run("by_hand", folder.name, state, tuple(steps.values()), metrics=metrics)


def step(notebook: dict[str, Any], values: dict[str, str], place: Path) -> Failure | None:
    """Run a step notebook with these values injected; what it failed of."""
    forked = multiprocessing.get_context("fork")
    mine, its = forked.Pipe(duplex=False)
    process = forked.Process(target=_execute, args=(notebook, values, place, its))
    process.start()
    its.close()
    try:
        found: Failure | None = mine.recv()
    finally:
        process.join()
    return found


def _execute(
    notebook: dict[str, Any], values: dict[str, str], place: Path, answer: Connection
) -> None:
    warnings.resetwarnings()
    os.environ[WORKSPACES] = str(place)
    os.chdir(place)
    shell = InteractiveShell.instance()
    shell.colors = "nocolor"
    shell.user_ns.update(values)
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbflow", {}).get("role") == "parameters":
            continue
        result = shell.run_cell(cell["source"], store_history=True)
        error = result.error_before_exec or result.error_in_exec
        if error is not None:
            own = None if "nbflow" in cell["metadata"] else cell["id"]
            answer.send(Failure(type(error).__name__, str(error), own, None, ()))
            return
    answer.send(None)
