"""Several notebooks as one plan: each stage's own, and the steps of all of them together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nbflow import analysis
from nbflow.model import (
    Cell,
    Composition,
    Document,
    Edge,
    Pipeline,
    PipelineOptions,
    Plan,
    PlannedStage,
    PlannedStep,
    Prev,
    Reason,
    ReasonKind,
    Reference,
    Stage,
    Step,
)
from nbflow.planning.choices import plan
from nbflow.planning.resources import choose_options

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from nbflow.settings import Settings

__all__ = ["conducted", "merge_pipelines", "plan_composition", "stage_pipeline"]


def stage_pipeline(stage: Stage, pipeline: Pipeline, composition: Composition) -> Pipeline:
    """What a notebook means as a stage: what is said of whole runs is not its own to say.

    Args:
        stage: the stage.
        pipeline: what the notebook means by itself.
        composition: the pipeline of all.
    """
    options, ours = pipeline.options, composition.options
    own = choose_options(stage.options, options.defaults)
    bound = analysis.last_bound(pipeline)
    taken: dict[str, list[str]] = {}
    for name in composition.outputs(stage.name):
        if name in bound:
            taken.setdefault(bound[name], []).append(name)
    return replace(
        pipeline,
        name=composition.name,
        options=PipelineOptions(
            description=options.description,
            owner=ours.owner,
            team=ours.team,
            defaults=choose_options(own, ours.defaults),
            files=options.files,
            check_in_place=options.check_in_place,
        ),
        steps=tuple(
            replace(step, outputs=tuple(taken.get(step.name, ()))) for step in pipeline.steps
        ),
    )


def conducted(
    pipeline: Pipeline, *, parameters_of: Callable[[str], Collection[str]]
) -> Composition:
    """A notebook whose every step runs another notebook, as a pipeline of these.

    Args:
        pipeline: what the notebook means.
        parameters_of: the names of the parameters of a notebook, by its path as written.
    """
    known = [one.name for one in pipeline.parameters]
    stages = []
    for step in pipeline.steps:
        assert step.notebook is not None
        theirs = parameters_of(step.notebook)
        stages.append(
            Stage(
                step.name,
                step.notebook,
                given={name: Reference(name) for name in known if name in theirs},
                after=tuple(edge.step for edge in step.edges),
                options=step.options,
            )
        )
    return Composition(pipeline.name, pipeline.options, pipeline.parameters, tuple(stages))


def merge_pipelines(composition: Composition, pipelines: Mapping[str, Pipeline]) -> Pipeline:
    """All stages as one pipeline, whose steps are named `stage.step` and cells `stage/cell`.

    An approval is a step without cells.
    """
    cells: list[Cell] = []
    steps: list[Step] = []
    for stage in composition.in_order:
        pipeline = pipelines.get(stage.name)
        if pipeline is None:
            if stage.approval is not None:
                steps.append(Step(stage.name, (), edges=_incoming(stage, composition, pipelines)))
            continue
        for cell in pipeline.document.cells:
            cells.append(replace(cell, id=f"{stage.name}/{cell.id}", index=len(cells)))
        incoming = _incoming(stage, composition, pipelines)
        steps += (_prefixed(step, stage.name, incoming) for step in pipeline.steps)
    return Pipeline(
        composition.name,
        Document(composition.source, tuple(cells)),
        composition.options,
        composition.parameters,
        steps=tuple(steps),
    )


def plan_composition(
    composition: Composition, pipelines: Mapping[str, Pipeline], *, settings: Settings
) -> Plan:
    """Make every choice that a pipeline of several notebooks leaves open.

    Args:
        composition: the pipeline.
        pipelines: what the notebooks mean by themselves, by stage.
        settings: that they run under.

    Raises:
        SettingsError, PolicyError: as `plan`, for each of them.
    """
    own = {
        stage.name: stage_pipeline(stage, pipelines[stage.name], composition)
        for stage in composition.stages
        if stage.name in pipelines
    }
    merged = merge_pipelines(composition, own)
    whole = plan(replace(merged, steps=()), settings=settings)
    plans = {
        name: replace(plan(pipeline, settings=settings), stage=name)
        for name, pipeline in own.items()
    }
    stages = tuple(PlannedStage(stage, plans.get(stage.name)) for stage in composition.in_order)
    return replace(
        whole,
        pipeline=merged,
        steps=tuple(
            _planned(step, one.stage.name, merged)
            for one in stages
            if one.plan is not None
            for step in one.plan.steps
        ),
        stages=stages,
    )


def _planned(step: PlannedStep, stage: str, merged: Pipeline) -> PlannedStep:
    return replace(step, step=merged.step(f"{stage}.{step.name}"))


def _prefixed(step: Step, stage: str, incoming: tuple[Edge, ...]) -> Step:
    """A step as the merged pipeline has it.

    One that needs no other of its notebook waits for what its stage waits for.
    """
    own = tuple(replace(edge, step=f"{stage}.{edge.step}") for edge in step.edges)
    return replace(
        step,
        name=f"{stage}.{step.name}",
        cells=tuple(f"{stage}/{cell}" for cell in step.cells),
        edges=own or incoming,
        needs=(),
        declared=tuple(Prev(f"{stage}.{one.name}", f"{stage}/{one.cell}") for one in step.declared),
        definitions=(),
    )


def _incoming(
    stage: Stage, composition: Composition, pipelines: Mapping[str, Pipeline]
) -> tuple[Edge, ...]:
    return tuple(_edges(stage, composition, pipelines))


def _edges(
    stage: Stage, composition: Composition, pipelines: Mapping[str, Pipeline]
) -> Iterator[Edge]:
    """What the first steps of a stage need: the last ones of each stage before it."""
    for name in stage.needs:
        taken = sorted({one.name for one in stage.references if one.stage == name})
        because = [Reason(ReasonKind.DECLARED, (stage.name,))] if name in stage.after else []
        because += [Reason(ReasonKind.VARIABLES, tuple(taken))] if taken else []
        pipeline = pipelines.get(name)
        if pipeline is not None:
            inner = {edge.step for step in pipeline.steps for edge in step.edges}
            last = [f"{name}.{one.name}" for one in pipeline.steps if one.name not in inner]
        else:
            last = [name] if name in composition.by_name else []
        yield from (Edge(one, tuple(because)) for one in last)
