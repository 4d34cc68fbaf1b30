"""Checks a pipeline of several notebooks: that its stages fit together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow import analysis
from nbflow.model import Diagnostic, ParameterKind, Reference, known_names
from nbflow.notebook import (
    BAD_REFERENCE,
    NOT_A_LIST,
    STAGE_CIRCLE,
    STAGE_OPTION_UNUSED,
    STAGE_PARAMETER,
    STAGE_TEAM,
    UNUSED_PARAMETER,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbflow.model import Composition, Parameter, Pipeline, PipelineOptions, Stage

__all__ = ["check_composition"]

_LISTS = {ParameterKind.LIST, ParameterKind.TUPLE}
_OPEN = {ParameterKind.ANY, ParameterKind.NONE}


def check_composition(
    composition: Composition, pipelines: Mapping[str, Pipeline]
) -> Iterator[Diagnostic]:
    """What does not fit together.

    Args:
        composition: the pipeline.
        pipelines: what the notebooks mean, by stage; of those that could be read.
    """
    bound = {name: analysis.last_bound(pipeline) for name, pipeline in pipelines.items()}
    for stage in composition.stages:
        yield from _references(stage, composition, bound)
        if stage.name in pipelines:
            pipeline = pipelines[stage.name]
            yield from _parameters(stage, composition, pipeline)
            yield from _options(stage, composition, pipeline)
            if pipeline.document.language != "python" and composition.outputs(stage.name):
                names = ", ".join(composition.outputs(stage.name))
                yield STAGE_PARAMETER.at(
                    f"stage {stage.name!r} is a notebook in {pipeline.document.language}, whose "
                    f"variables ({names}) cannot be handed on",
                    line=stage.line,
                    hint="Only notebooks in Python take and give values; use a file in the store.",
                )
        if stage.foreach is not None:
            yield from _foreach(stage, composition)
    taken = {one.name for stage in composition.stages for one in stage.references if not one.stage}
    for parameter in composition.parameters:
        if parameter.name not in taken:
            message = f"no stage takes the parameter {parameter.name!r}"
            yield UNUSED_PARAMETER.at(message, line=parameter.line)
    placed = {one.name for one in composition.in_order}
    circle = [one for one in composition.stages if one.name not in placed]
    if circle:
        names = ", ".join(one.name for one in circle)
        yield STAGE_CIRCLE.at(f"stages need each other: {names}", line=circle[0].line)


def _references(
    stage: Stage, composition: Composition, bound: Mapping[str, Mapping[str, str]]
) -> Iterator[Diagnostic]:
    where = f"stage {stage.name!r}"
    parameters = {one.name for one in composition.parameters}
    stages = composition.by_name
    for name in stage.after:
        if name not in stages:
            message = f"{where} comes after {name!r}, which is no stage"
            guess = known_names("the stages", name, stages)
            yield BAD_REFERENCE.at(message, line=stage.line, hint=guess)
    for one in stage.references:
        hint: str | None = None
        if one.stage is None and one.name not in parameters:
            hint = known_names("the pipeline's parameters", one.name, parameters)
            message = f"{where}: the pipeline has no parameter {one.name!r}"
        elif one.stage is None:
            continue
        elif one.stage not in stages:
            hint = known_names("the stages", one.stage, stages)
            message = f"{where} takes {one}, and there is no stage {one.stage!r}"
        elif stages[one.stage].approval is not None:
            message = f"{where} takes {one}, and {one.stage!r} is an approval, not a notebook"
            hint = f"Write `after: [{one.stage}]`: what was refused runs nothing behind it."
        elif one.stage in bound and one.name not in bound[one.stage]:
            hint = known_names("its variables", one.name, bound[one.stage])
            message = f"{where} takes {one}, and that notebook binds no {one.name!r}"
        else:
            continue
        yield BAD_REFERENCE.at(message, line=stage.line, hint=hint)


def _parameters(stage: Stage, composition: Composition, pipeline: Pipeline) -> Iterator[Diagnostic]:
    known = {one.name: one for one in pipeline.parameters}
    given = dict(stage.given)
    if stage.foreach is not None:
        given[stage.foreach.parameter] = None  # what its items are is looked at elsewhere
    for name, value in given.items():
        if name not in known:
            yield STAGE_PARAMETER.at(
                f"stage {stage.name!r}: {stage.notebook} has no parameter {name!r}",
                line=stage.line,
                hint=known_names("its parameters", name, known),
            )
        elif isinstance(value, Reference):
            yield from _reference_type(stage, value, known[name], composition)


def _reference_type(
    stage: Stage, value: Reference, wanted: Parameter, composition: Composition
) -> Iterator[Diagnostic]:
    kind, nullable = _kind(value, composition)
    allowed = {wanted.kind, *(_LISTS if wanted.kind in _LISTS else ())}
    allowed |= {ParameterKind.INT} if wanted.kind is ParameterKind.FLOAT else set()
    if kind is None or wanted.kind in _OPEN or (nullable and wanted.nullable) or kind in allowed:
        return
    each = value.stage is not None
    about = "one value for each item of its `foreach`" if each else f"of type {kind}"
    yield STAGE_PARAMETER.at(
        f"stage {stage.name!r}: {value} is {'a list, ' if each else ''}{about}, and the parameter "
        f"{wanted.name!r} of {stage.notebook} is of type {wanted.kind}",
        line=stage.line,
    )


def _kind(value: Reference, composition: Composition) -> tuple[ParameterKind | None, bool]:
    """The type of what is referred to, where that is known before anything runs."""
    if value.stage is not None:
        upstream = composition.by_name.get(value.stage)
        repeated = upstream is not None and upstream.foreach is not None
        return (ParameterKind.LIST if repeated else None), False
    for one in composition.parameters:
        if one.name == value.name and one.kind not in _OPEN:
            return one.kind, one.nullable
    return None, False


def _foreach(stage: Stage, composition: Composition) -> Iterator[Diagnostic]:
    assert stage.foreach is not None
    items: Any = stage.foreach.items
    if isinstance(items, Reference):
        kind, _ = _kind(items, composition)
        if kind is not None and kind not in _LISTS:
            message = f"stage {stage.name!r} goes over {items}, which is of type {kind}"
            yield NOT_A_LIST.at(message, line=stage.line)
    elif not isinstance(items, list):
        message = f"stage {stage.name!r} goes over {items!r}"
        yield NOT_A_LIST.at(message, line=stage.line)


def _options(stage: Stage, composition: Composition, pipeline: Pipeline) -> Iterator[Diagnostic]:
    own = pipeline.options
    if own.team is not None and own.team != composition.options.team:
        said = composition.options.team
        yield STAGE_TEAM.at(
            f"{stage.notebook} belongs to team {own.team!r}, and the pipeline to "
            f"{'none' if said is None else repr(said)}",
            line=stage.line,
            hint=f"Write `team: {own.team}` in the pipeline's file.",
        )
    unused = _unused(own, composition.options)
    if unused:
        yield STAGE_OPTION_UNUSED.at(
            f"{stage.notebook} says {', '.join(unused)}, which does not count in stage "
            f"{stage.name!r}",
            line=stage.line,
        )


def _unused(own: PipelineOptions, ours: PipelineOptions) -> list[str]:
    """What a notebook says of whole runs, and the pipeline does not say as well."""
    said = {
        "schedule": (own.schedule, ours.schedule),
        "start": (own.start, ours.start),
        "catchup": (own.catchup, ours.catchup),
        "max_active_runs": (own.max_active_runs, ours.max_active_runs),
        "owner": (own.owner, ours.owner),
        "makes": (own.assets.makes, ours.assets.makes),
        "waits_for": (own.assets.waits_for, ours.assets.waits_for),
        "interval": (tuple(own.interval.names), tuple(ours.interval.names)),
        "notify": (own.notices, ours.notices),
    }
    empty = type(own)()
    nothing = (None, False, (), empty.notices)
    return [key for key, (mine, theirs) in said.items() if mine not in nothing and mine != theirs]
