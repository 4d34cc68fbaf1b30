"""From a pipeline's file to what its notebooks mean together, and to their bundle."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from nbflow import bundles, checks, notebook, planning, settings
from nbflow.api.notebooks import Compiled, Inspected, inspect_pipeline, load, within_project
from nbflow.api.refusals import find_refusals
from nbflow.errors import NotebookError, UsageError
from nbflow.model import (
    Composition,
    Diagnostic,
    Parameter,
    Pipeline,
    Reference,
    Stage,
    references_in,
)

__all__ = [
    "compile_composition",
    "escaped",
    "inspect_composition",
    "inspect_conductor",
    "inspect_definition",
    "is_composition",
]


escaped = notebook.escaped
is_composition = notebook.is_composition


def inspect_composition(path: Path) -> Inspected:
    """Read a pipeline's file and its notebooks, and check all of them.

    Raises:
        NotebookError: the file cannot be read.
        SettingsError: the settings cannot be understood.
    """
    composition, found = notebook.read_composition(path)
    return _inspected(path, composition, found, definition=path.read_bytes())


def inspect_conductor(path: Path, pipeline: Pipeline) -> Inspected:
    """A notebook whose every step runs another notebook, as Kale's `notebook:` cells do.

    It is a pipeline of these; each is given what it has a parameter of the same name for.
    """
    folder = path.resolve().parent
    composition = planning.conducted(pipeline, parameters_of=partial(_parameters_in, folder))
    found = list(pipeline.diagnostics)
    cells = [pipeline.document.cell(cell) for cell in pipeline.setup]
    if any(cell.source.strip() for cell in cells):
        found.append(
            notebook.STAGE_OPTION_UNUSED.at(
                "setup cells of a notebook whose steps run other notebooks run nowhere",
                cell=cells[0].id,
                hint="Have them in the notebooks that need them.",
            )
        )
    return _inspected(path, composition, found, definition=_text(composition))


def _parameters_in(folder: Path, relative: str) -> set[str]:
    """The names of a notebook's parameters; none where it cannot be read, which is told later."""
    try:
        return {one.name for one in load(folder / relative).parameters}
    except NotebookError:
        return set()


def _text(composition: Composition) -> bytes:
    """The stages as a pipeline's file says them; JSON is YAML too."""
    stages = {
        one.name: {
            "notebook": one.notebook,
            "parameters": notebook.escaped(dict(one.given)),
            "after": list(one.after),
        }
        for one in composition.stages
    }
    return json.dumps({"name": composition.name, "stages": stages}, indent=1).encode() + b"\n"


def inspect_definition(content: Mapping[str, Any], *, path: Path, definition: bytes) -> Inspected:
    """The same of a pipeline's file as plain data.

    Args:
        content: what the file would say.
        path: where it would lie.
        definition: its text.
    """
    folder = path.resolve().parent.name
    composition, found = notebook.understand(content, folder=folder)
    return _inspected(path, composition, found, definition=definition)


def compile_composition(inspected: Inspected) -> Compiled:
    """The bundle of a pipeline without errors."""
    assert inspected.composition is not None
    composition = inspected.composition
    pipelines = {name: one.pipeline for name, one in inspected.stages.items()}
    plan = planning.plan_composition(composition, pipelines, settings=inspected.settings)
    bundle = bundles.bundle_composition(
        plan,
        attachments={name: one.attachments for name, one in inspected.stages.items()},
        source=within_project(inspected),
        definition=inspected.definition,
    )
    return Compiled(inspected, plan, bundle)


def _inspected(
    path: Path, composition: Composition, found: Iterable[Diagnostic], *, definition: bytes
) -> Inspected:
    folder = path.resolve().parent
    current = settings.load_settings(folder, environ=os.environ)
    diagnostics = list(found)
    pipelines = dict(_read(composition, folder, diagnostics))
    diagnostics += checks.check_composition(composition, pipelines)
    composition, wrong = _on_the_wire(composition, pipelines)
    diagnostics += wrong
    own = {
        name: planning.stage_pipeline(composition.by_name[name], pipeline, composition)
        for name, pipeline in pipelines.items()
    }
    composition = replace(composition, source=path.name)
    merged = planning.merge_pipelines(composition, own)
    diagnostics += find_refusals(replace(merged, steps=()), current, found=diagnostics)
    stages = {}
    for name, pipeline in own.items():
        relative = composition.by_name[name].notebook or ""
        one = inspect_pipeline(path.parent / relative, pipeline, current=current)
        told = {(each.code, each.message) for each in diagnostics}
        rest = (each for each in one.diagnostics if (each.code, each.message) not in told)
        stages[name] = replace(one, diagnostics=tuple(rest))
    return Inspected(
        path,
        merged,
        current,
        {},
        tuple(sorted(dict.fromkeys(diagnostics), key=lambda one: (one.line or 0, one.code))),
        composition=composition,
        stages=stages,
        definition=definition,
    )


def _read(
    composition: Composition, folder: Path, found: list[Diagnostic]
) -> Iterator[tuple[str, Pipeline]]:
    """What the notebook of each stage means by itself; of those that can be read."""
    read: dict[str, Pipeline] = {}
    for stage in composition.stages:
        if stage.notebook is None:
            continue
        if is_composition(stage.notebook):
            message = f"stage {stage.name!r}: {stage.notebook} is no notebook"
            found.append(notebook.STAGE_NOTEBOOK.at(message, line=stage.line))
            continue
        try:
            if stage.notebook not in read:
                read[stage.notebook] = load(folder / stage.notebook)
        except NotebookError as error:
            message = f"stage {stage.name!r}: {error.message}"
            at = notebook.STAGE_NOTEBOOK.at(message, line=stage.line, hint=error.hint)
            found.append(at)
            continue
        yield stage.name, read[stage.notebook]


def _on_the_wire(
    composition: Composition, pipelines: Mapping[str, Pipeline]
) -> tuple[Composition, list[Diagnostic]]:
    """The pipeline with plain values as they travel to notebooks; what does not fit them."""
    found: list[Diagnostic] = []
    stages = []
    for stage in composition.stages:
        known = {}
        if stage.name in pipelines:
            known = {one.name: one for one in pipelines[stage.name].parameters}
        given = {
            name: _wire(stage, known.get(name), value, found) for name, value in stage.given.items()
        }
        each = stage.foreach
        if each is not None and isinstance(each.items, list):
            parameter = known.get(each.parameter)
            items = [_wire(stage, parameter, item, found) for item in each.items]
            each = replace(each, items=items)
        stages.append(replace(stage, given=given, foreach=each))
    return replace(composition, stages=tuple(stages)), found


def _wire(stage: Stage, parameter: Parameter | None, value: Any, found: list[Diagnostic]) -> Any:
    if parameter is None or isinstance(value, Reference) or any(references_in(value)):
        return value
    try:
        return bundles.to_wire(parameter, value)
    except UsageError as error:
        message = f"stage {stage.name!r}, {stage.notebook}: {error.message}"
        at = notebook.STAGE_PARAMETER.at(message, line=stage.line, hint=error.hint)
        found.append(at)
        return value
