"""Prove that a notebook's pipeline does what the notebook does."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from nbflow import analysis, notebook, proving
from nbflow.api.compositions import is_composition
from nbflow.api.notebooks import Inspected, inspect, inspect_pipeline, require_one_notebook
from nbflow.api.notebooks import compile as compile_
from nbflow.api.values import resolve
from nbflow.model import Run
from nbflow.proving import Proof


def cut_every_cell(path: str | Path) -> Inspected:
    """Inspect a notebook as if each code cell that computes were a step of its own.

    Raises:
        NotebookError: the file cannot be read as a notebook.
        SettingsError: the settings cannot be understood.
    """
    where = Path(path)
    if is_composition(where):
        require_one_notebook(inspect(where), doing="proving")
    cut = proving.cut_every_cell(notebook.outline(notebook.read(where)))
    return inspect_pipeline(where, analysis.analyse(notebook.outline(cut, folder=where.parent)))


def prove(
    source: str | Path | Inspected,
    *,
    parameters: Mapping[str, Any] | None = None,
    every_cell: bool = False,
    keep: str | Path | None = None,
    observe: Callable[[Run], None] | None = None,
    workers: int | None = None,
) -> Proof:
    """Run a notebook whole and as its pipeline on this machine, and compare what they show.

    Nothing is left behind but what `keep` asks for.

    Args:
        source: the notebook's path, or what `inspect` made of it.
        parameters: values by name; the notebook's defaults for the others.
        every_cell: cut before each code cell that computes, whatever the tags say; for a path.
        keep: folder that both executed notebooks go to, `whole.ipynb` and `pipeline.ipynb`.
        observe: called with all that runs as one run, at each change.
        workers: how many steps of the pipeline may run at once; the number of cores where None.

    Returns:
        What was found: look at `equal` and `failed`.

    Raises:
        NotebookError, SettingsError, CheckFailed: as `compile`.
        UsageError: a parameter is unknown or ill-typed.
        Interrupted: Ctrl-C; no process is left.
    """
    if every_cell and not isinstance(source, Inspected):
        source = cut_every_cell(source)
    inspected = source if isinstance(source, Inspected) else inspect(source)
    require_one_notebook(inspected, doing="proving")
    compiled = compile_(inspected)
    wire = resolve(parameters or {}, parameters=compiled.plan.pipeline.parameters)
    folder = Path(tempfile.mkdtemp(prefix="nbflow-prove-"))
    try:
        return proving.prove(
            compiled.plan,
            compiled.bundle,
            parameters=wire,
            folder=folder,
            observe=observe,
            workers=workers,
        )
    finally:
        if keep is not None:
            _keep(folder, Path(keep))
        shutil.rmtree(folder, ignore_errors=True)


def _keep(folder: Path, target: Path) -> None:
    """Copy the executed notebooks, as far as they came."""
    target.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.ipynb"):
        shutil.copy(path, target / path.name)
