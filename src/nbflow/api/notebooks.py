"""From a notebook's path to what it means and to its bundle."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbflow import analysis, bundles, checks, host, notebook, planning, settings, targets
from nbflow.api.refusals import find_refusals, refuse_unknown_backend
from nbflow.api.shapes import parameter_as_json
from nbflow.errors import CheckFailed, UsageError
from nbflow.model import (
    Bundle,
    Composition,
    Diagnostic,
    Document,
    Pipeline,
    Plan,
    Severity,
    Step,
    in_notebook_order,
)


@dataclass(frozen=True)
class Inspected:
    """A notebook with everything that is known before it runs.

    Attributes:
        path: where it was read.
        pipeline: what it means.
        settings: what it would run under.
        attachments: the files beside it that it needs, by relative path.
        diagnostics: what is wrong with it, in its order.
        composition: what a pipeline's file says; None where this is a notebook.
        stages: its notebooks, by stage.
        definition: the file's text.
    """

    path: Path
    pipeline: Pipeline
    settings: settings.Settings
    attachments: Mapping[str, bytes]
    diagnostics: tuple[Diagnostic, ...]
    composition: Composition | None = None
    stages: Mapping[str, Inspected] = field(default_factory=dict)
    definition: bytes = b""

    @property
    def all_diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is wrong with it and with its notebooks."""
        return (*self.diagnostics, *(d for one in self.stages.values() for d in one.diagnostics))

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that stop the work."""
        return tuple(d for d in self.all_diagnostics if d.severity is Severity.ERROR)


@dataclass(frozen=True)
class Compiled:
    """A notebook with its plan and its bundle."""

    inspected: Inspected
    plan: Plan
    bundle: Bundle


@contextmanager
def _without_collector() -> Iterator[None]:
    """Syntax trees are many objects and no garbage: looking through them is a sixth of the time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


@_without_collector()
def load(path: str | Path) -> Pipeline:
    """Read a notebook and say what it means.

    Raises:
        NotebookError: the file cannot be read as a notebook.
    """
    where = Path(path)
    return analysis.analyse(notebook.outline(notebook.read(where), folder=where.parent))


def inspect(path: str | Path) -> Inspected:
    """Read a notebook, the settings around it and the files beside it, and check all of it.

    Or a pipeline's file (`.yaml`, `.yml`) with all its notebooks.

    Raises:
        NotebookError: the file cannot be read as a notebook.
        SettingsError: the settings cannot be understood.
    """
    if notebook.is_composition(path):
        from nbflow.api.compositions import inspect_composition

        return inspect_composition(Path(path))
    return inspect_document(notebook.read(Path(path)), path=Path(path))


@_without_collector()
def inspect_document(document: Document, *, path: Path) -> Inspected:
    """The same of a notebook that need not be in a file.

    Args:
        document: the notebook.
        path: where it lies, or would lie: settings and files beside it are looked for there.

    Raises:
        SettingsError: the settings cannot be understood.
    """
    pipeline = analysis.analyse(notebook.outline(document, folder=path.parent))
    if pipeline.steps and all(step.notebook for step in pipeline.steps):
        from nbflow.api.compositions import inspect_conductor

        return inspect_conductor(path, pipeline)
    return inspect_pipeline(path, pipeline)


def inspect_pipeline(
    where: Path, pipeline: Pipeline, *, current: settings.Settings | None = None
) -> Inspected:
    """Check a pipeline with the settings around its notebook and the files beside it.

    Args:
        where: the notebook.
        pipeline: what it means.
        current: the settings; those around the notebook where None.

    Raises:
        SettingsError: the settings cannot be understood.
    """
    folder = where.resolve().parent
    if current is None:
        current = settings.load_settings(folder, environ=os.environ)
    attached, about_files = notebook.attachments(pipeline, folder=folder)
    found = [*checks.check(pipeline, current), *about_files, *_about_kernel(pipeline)]
    found += find_refusals(pipeline, current, found=found)
    together = in_notebook_order(found, document=pipeline.document)
    return Inspected(where, pipeline, current, attached, together)


def _about_kernel(pipeline: Pipeline) -> Iterator[Diagnostic]:
    # Asking for the kernels takes time, and the usual one is where nbflow is.
    if pipeline.document.kernel != "python3":
        yield from checks.find_missing_kernel(pipeline, (each.name for each in host.kernels()))


def require_one_notebook(inspected: Inspected, *, doing: str) -> None:
    """Raise UsageError for a pipeline of several notebooks where only a notebook will do."""
    if inspected.composition is not None:
        raise UsageError(
            f"{inspected.path} is a pipeline of several notebooks, and {doing} is for one notebook",
            hint="Name one of its notebooks.",
        )


def require_no_errors(inspected: Inspected) -> None:
    """Raise CheckFailed with all diagnostics if any of them is an error.

    What only a plan refuses is left to the plan, whose error says whether it is for the settings
    or the policy; work that needs no plan goes on.
    """
    errors = inspected.errors
    if any(one.code != checks.REFUSED.code for one in errors):
        count = "1 error" if len(errors) == 1 else f"{len(errors)} errors"
        raise CheckFailed(f"{inspected.path}: {count}", diagnostics=inspected.all_diagnostics)


@_without_collector()
def compile(source: str | Path | Inspected) -> Compiled:  # noqa: A001 - the command's verb
    """Make the bundle of a notebook; nothing is written.

    Raises:
        NotebookError, SettingsError, CheckFailed: as `inspect`, or the notebook has errors.
    """
    inspected = source if isinstance(source, Inspected) else inspect(source)
    require_no_errors(inspected)
    refuse_unknown_backend(inspected.settings)
    if inspected.composition is not None:
        from nbflow.api.compositions import compile_composition

        return compile_composition(inspected)
    plan = planning.plan(inspected.pipeline, settings=inspected.settings)
    bundle = bundles.bundle(
        plan, attachments=inspected.attachments, source=within_project(inspected)
    )
    return Compiled(inspected, plan, bundle)


def within_project(inspected: Inspected) -> str:
    """The notebook's path relative to the project, which tells two of one name apart."""
    path, root = inspected.path.resolve(), inspected.settings.root
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def write(compiled: Compiled, folder: str | Path) -> str:
    """Write a bundle as a folder target would hold it; returns the DAG file's path."""
    return targets.write_bundle(compiled.bundle, Path(folder))


def describe(inspected: Inspected) -> dict[str, Any]:
    """What `nbflow show --json` prints."""
    pipeline = inspected.pipeline
    composition = inspected.composition
    of_stages = {} if composition is None else {"stages": _stages(composition)}
    return {
        "name": pipeline.name,
        "parameters": [parameter_as_json(one) for one in pipeline.parameters],
        "schedule": {
            "at": pipeline.options.schedule,
            "timezone": pipeline.options.timezone,
            **bundles.events(pipeline.options),
        },
        **of_stages,
        "setup": list(pipeline.setup),
        "steps": [
            {
                "name": step.name,
                "cells": list(step.cells),
                "needs": [
                    {
                        "step": edge.step,
                        "because": [
                            {"kind": str(reason.kind), "names": list(reason.names)}
                            for reason in edge.because
                        ],
                    }
                    for edge in step.edges
                ],
                "profile": _profile_of(step, inspected),
                "metrics": list(step.metrics),
            }
            for step in pipeline.steps
        ],
        "diagnostics": diagnostics_as_json(inspected),
    }


def diagnostics_as_json(inspected: Inspected) -> list[dict[str, Any]]:
    """What is wrong, for programs; of a pipeline's notebooks with the path of each."""
    return [
        *(diagnostic.as_json() for diagnostic in inspected.diagnostics),
        *(
            {"notebook": str(one.path), **diagnostic.as_json()}
            for one in inspected.stages.values()
            for diagnostic in one.diagnostics
        ),
    ]


def _profile_of(step: Step, inspected: Inspected) -> str | None:
    """The profile that a step runs on; None of an approval, which runs nothing."""
    stage, dot, name = step.name.partition(".")
    if inspected.composition is None:
        return checks.profile_of(step, inspected.pipeline, inspected.settings)
    if not dot:
        return None
    own = inspected.stages[stage].pipeline
    return checks.profile_of(own.step(name), own, inspected.settings)


def _stages(composition: Composition) -> list[dict[str, Any]]:
    return [
        {
            "name": stage.name,
            "notebook": stage.notebook,
            "approve": stage.approval and stage.approval.subject,
            "needs": [
                {
                    "stage": name,
                    "variables": sorted({r.name for r in stage.references if r.stage == name}),
                }
                for name in stage.needs
            ],
            "parameters": notebook.escaped(dict(stage.given)),
            "foreach": stage.foreach
            and {stage.foreach.parameter: notebook.escaped(stage.foreach.items)},
            "parallel": stage.foreach and stage.foreach.parallel,
            "when": stage.when and stage.when.text,
            "outputs": list(composition.outputs(stage.name)),
        }
        for stage in composition.in_order
    ]
