"""The step notebook: one step, complete in itself, for any notebook executor."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbflow.bundles.literals import literal
from nbflow.bundles.slices import Slice, slices
from nbflow.runtime import DefinitionOrder, Orders, ParameterOrder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nbflow.model import Cell, Parameter, Pipeline, Plan, Step

# Tags that make papermill take a cell of the author's for its own.
_PAPERMILL_TAGS = ("parameters", "injected-parameters")
_GIVEN = '''\
nbflow_params = "{}"  # JSON: the values given to this run
nbflow_run = ""  # folder of the run in the store; empty: beside this notebook
nbflow_files = ""  # folder of the files that came with the notebook; empty: ../files
nbflow_attempt = "1"'''


def step_notebooks(
    plan: Plan, *, attachments: Mapping[str, bytes] | None = None
) -> dict[str, dict[str, Any]]:
    """By step, the notebook that runs it, as an nbformat 4.5 dictionary.

    Args:
        plan: what will run.
        attachments: files that come with the notebook, by path relative to it.
    """
    found = slices(plan) if runs_in_python(plan) else {}
    attached = _digests(attachments or {})
    return {
        one.name: _step_notebook(plan, one.name, found=found, attached=attached)
        for one in plan.steps
    }


def _step_notebook(
    plan: Plan, name: str, *, found: Mapping[str, Slice], attached: Mapping[str, str]
) -> dict[str, Any]:
    pipeline = plan.pipeline
    step = pipeline.step(name)
    body = list(_body(step, pipeline))
    if not runs_in_python(plan):
        cells = [*_copied(_in_order(pipeline), pipeline), *body]
        upstream = {one.name: [edge.step for edge in one.edges] for one in pipeline.steps}
        return _notebook(pipeline, cells, {"step": name, "upstream": upstream, "version": 1})
    orders = replace(
        _orders(plan, step),
        cache=_cache(plan, name, found[name]),
        reads_parameters=tuple(sorted(found[name].parameters)),
        slices={one: found[one].code for one in (*pipeline.ancestors(name), name)},
        attached=attached,
    )
    cells = [
        _generated("parameters", _GIVEN),
        _generated("begin", _begin(orders)),
        *_everywhere(pipeline),
        _generated("load", "_nbflow.load()"),
        *body,
        _generated("save", "_nbflow.save()"),
    ]
    return _notebook(pipeline, cells, {"orders": orders.as_dict(), "version": 1})


def runs_in_python(plan: Plan) -> bool:
    """Whether the runtime's cells can run in the notebook's kernel."""
    return plan.pipeline.document.language == "python"


def _digests(attachments: Mapping[str, bytes]) -> dict[str, str]:
    """Of files, what tells others: digests of their names and of their contents."""
    if not attachments:
        return {}
    names, contents = hashlib.sha256(), hashlib.sha256()
    for path, content in sorted(attachments.items()):
        names.update(f"{path}\0".encode())
        contents.update(hashlib.sha256(content).digest())
    return {"names": names.hexdigest()[:16], "contents": contents.hexdigest()[:16]}


def _cache(plan: Plan, name: str, found: Slice) -> str:
    """What tells an unchanged step, where it may be skipped; else empty."""
    planned = next(one for one in plan.steps if one.name == name)
    if not planned.cache:
        return ""
    taken = f" {' '.join(planned.step.outputs)}" if planned.step.outputs else ""
    digest = hashlib.sha256(f"{found.digest} {planned.profile.image}{taken}".encode()).hexdigest()
    return digest[:32]


def _orders(plan: Plan, step: Step) -> Orders:
    pipeline = plan.pipeline
    names = tuple(one.name for one in pipeline.steps)
    needs = {need.name: need.step for need in step.needs}
    return Orders(
        dag_id=pipeline.name,
        step=step.name,
        steps=names,
        ancestors=pipeline.ancestors(step.name),
        descendants=_descendants(pipeline, step.name),
        parameters={one.name: parameter_order(one) for one in pipeline.parameters},
        needs=needs,
        saves=step.saves,
        reads=tuple(sorted(needs)),
        binds=step.binds,
        definitions=tuple(
            DefinitionOrder(names=one.names, source=one.source, cell=one.cell, line=one.line)
            for one in step.definitions
        ),
        metrics=step.metrics,
        seeded=pipeline.seeded,
        cells=tuple(one for one in step.cells if pipeline.document.cell(one).source.strip()),
        check_in_place=plan.check_in_place,
        outputs=step.outputs,
        stage=plan.stage,
    )


def parameter_order(parameter: Parameter) -> ParameterOrder:
    """A parameter as a step's runtime knows it."""
    return ParameterOrder(
        kind=str(parameter.kind),
        nullable=parameter.nullable,
        computed=parameter.computed,
        default=parameter.default,
    )


def _descendants(pipeline: Pipeline, name: str) -> tuple[str, ...]:
    """All steps that start only after this one, in the notebook's order."""
    found, before = {name}, 0
    while len(found) > before:  # once and a look around, but for edges against the order
        before = len(found)
        for step in pipeline.steps:
            if step.name not in found and any(edge.step in found for edge in step.edges):
                found.add(step.name)
    return tuple(step.name for step in pipeline.steps if step.name in found - {name})


def _begin(orders: Orders) -> str:
    return (
        "import nbflow.runtime as _nbflow\n\n"
        "_nbflow.begin(\n"
        f"    {literal(orders.to_json())},\n"
        "    params=nbflow_params,\n"
        "    run=nbflow_run,\n"
        "    files=nbflow_files,\n"
        "    attempt=nbflow_attempt,\n"
        ")"
    )


def _in_order(pipeline: Pipeline) -> list[str]:
    """The cells that run in every step, in the notebook's order: imports may stand first."""
    cells = {*pipeline.parameter_cells, *pipeline.setup}
    return [cell.id for cell in pipeline.document.cells if cell.id in cells]


def _everywhere(pipeline: Pipeline) -> Iterable[dict[str, Any]]:
    """The cells that run in every step; given values count once their defaults are bound."""
    cells = _in_order(pipeline)
    last = max(pipeline.parameter_cells, key=cells.index, default=None)
    given = _generated("given", "_nbflow.given()")
    if pipeline.parameters and cells and last is None:
        yield given
    for cell in cells:
        yield _authored(pipeline.document.cell(cell))
        if pipeline.parameters and cell == last:
            yield given


def _body(step: Step, pipeline: Pipeline) -> Iterable[dict[str, Any]]:
    """The author's cells, and the given values again where a parameters cell is one of them."""
    binding = {one.cell for one in pipeline.parameters} & set(step.cells)
    last = max(binding, key=step.cells.index, default=None)
    for cell in step.cells:
        yield _authored(pipeline.document.cell(cell))
        if cell == last:
            yield {**_generated("given", "_nbflow.given()"), "id": "nbflow-given-again"}


def _generated(role: str, source: str) -> dict[str, Any]:
    tags = ["parameters", "nbflow"] if role == "parameters" else ["nbflow"]
    metadata = {"nbflow": {"role": role}, "tags": tags}
    return code_cell(f"nbflow-{role}", source, metadata)


def _copied(cells: Iterable[str], pipeline: Pipeline) -> list[dict[str, Any]]:
    return [_authored(pipeline.document.cell(cell)) for cell in cells]


def _authored(cell: Cell) -> dict[str, Any]:
    """An author's cell without what earlier runs left in it."""
    tags = [tag for tag in cell.tags if tag not in _PAPERMILL_TAGS]
    return code_cell(cell.id, cell.source, {"tags": tags} if tags else {})


def code_cell(cell_id: str, source: str, metadata: dict[str, Any]) -> dict[str, Any]:
    """A code cell that has not run, as an nbformat 4.5 dictionary."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": cell_id,
        "metadata": metadata,
        "outputs": [],
        "source": source,
    }


def _notebook(
    pipeline: Pipeline, cells: list[dict[str, Any]], ours: dict[str, Any]
) -> dict[str, Any]:
    document = pipeline.document
    given = document.metadata.get("kernelspec") or {}
    kernelspec = {
        "display_name": given.get("display_name") or document.kernel,
        "language": document.language,
        "name": document.kernel,
    }
    metadata: dict[str, Any] = {
        "kernelspec": kernelspec,
        "language_info": {"name": document.language},
    }
    if ours:
        here = {cell["id"] for cell in cells}
        numbers = {cell.id: cell.index + 1 for cell in document.cells if cell.id in here}
        metadata["nbflow"] = {**ours, "numbers": numbers}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
