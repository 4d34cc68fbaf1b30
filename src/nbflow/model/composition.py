"""Several notebooks as one pipeline: stages, what passes between them, and what they wait for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nbflow.model.pipeline import PipelineOptions, StepOptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import timedelta

    from nbflow.model.pipeline import Parameter


@dataclass(frozen=True)
class Reference:
    """`${name}`, a parameter; `${stage.name}`, what a variable of a stage is at its end.

    Attributes:
        name: the parameter's name, or the variable's.
        stage: the stage's name, None for a parameter.
    """

    name: str
    stage: str | None = None

    def __str__(self) -> str:
        return f"${{{self.name}}}" if self.stage is None else f"${{{self.stage}.{self.name}}}"


@dataclass(frozen=True)
class Operation:
    """A part of a condition: an operator of Python's with its operands.

    Attributes:
        operator: `and`, `or`, `not`, `==`, `!=`, `<`, `<=`, `>`, `>=`, `in`, `not in`, and with
            None, True and False `is` or `is not`.
        operands: operations, references and plain values.
    """

    operator: str
    operands: tuple[Any, ...]


@dataclass(frozen=True)
class Condition:
    """Whether a stage runs.

    Attributes:
        text: as written.
        tree: an operation, a reference or a plain value.
    """

    text: str
    tree: Any

    @property
    def references(self) -> tuple[Reference, ...]:
        """What it refers to, in its order."""
        return tuple(references_in(self.tree))


@dataclass(frozen=True)
class Foreach:
    """A stage that runs once for each item of a list.

    Attributes:
        parameter: the parameter of its notebook that gets the item.
        items: a reference to a list, or a list.
        parallel: how many items may be under way at once, None for as many as there are.
    """

    parameter: str
    items: Any
    parallel: int | None = None


@dataclass(frozen=True)
class Approval:
    """A stage that waits until a person has agreed.

    Attributes:
        subject: the question.
        message: more about it, Markdown; or None.
        approvers: names of the users who may answer; empty: whoever may in Airflow.
        timeout: how long it waits; None: for ever.
    """

    subject: str
    message: str | None = None
    approvers: tuple[str, ...] = ()
    timeout: timedelta | None = None


@dataclass(frozen=True)
class Stage:
    """A notebook, or an approval, of a pipeline of several notebooks.

    Attributes:
        name: unique in the pipeline.
        notebook: its path relative to the pipeline's file; None where it is an approval.
        given: values of the notebook's parameters: plain values, and references in them.
        foreach: for what it is repeated, or None.
        when: the condition that it runs under, or None.
        after: stages that it comes after though it takes nothing of them.
        options: for its steps that say nothing themselves.
        approval: what is asked; None where it is a notebook.
        line: its line in the pipeline's file, or None.
    """

    name: str
    notebook: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    foreach: Foreach | None = None
    when: Condition | None = None
    after: tuple[str, ...] = ()
    options: StepOptions = field(default_factory=StepOptions)
    approval: Approval | None = None
    line: int | None = None

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """All that it refers to, each once."""
        parts = [self.given, self.foreach and self.foreach.items, self.when and self.when.tree]
        return tuple(dict.fromkeys(references_in(parts)))

    @property
    def needs(self) -> tuple[str, ...]:
        """Names of the stages that it comes after, each once: those it refers to come first."""
        referred = (one.stage for one in self.references if one.stage is not None)
        return tuple(dict.fromkeys((*referred, *self.after)))


@dataclass(frozen=True)
class Composition:
    """A pipeline of several notebooks.

    Attributes:
        name: the DAG's id.
        options: of the pipeline.
        parameters: that a run may be given.
        stages: in the file's order.
        source: the file's name.
    """

    name: str
    options: PipelineOptions = field(default_factory=PipelineOptions)
    parameters: tuple[Parameter, ...] = ()
    stages: tuple[Stage, ...] = ()
    source: str = "pipeline.yaml"

    @cached_property
    def by_name(self) -> Mapping[str, Stage]:
        """The stages by their names."""
        return {stage.name: stage for stage in self.stages}

    def outputs(self, stage: str) -> tuple[str, ...]:
        """The variables of a stage that others take, sorted."""
        taken = (one for each in self.stages for one in each.references)
        return tuple(sorted({one.name for one in taken if one.stage == stage}))

    @cached_property
    def in_order(self) -> tuple[Stage, ...]:
        """The stages, each behind all that it needs, else in the file's order.

        Stages that need each other in a circle are left out.
        """
        placed: dict[str, Stage] = {}
        while True:
            free = next(
                (
                    one
                    for one in self.stages
                    if one.name not in placed
                    and all(need in placed or need not in self.by_name for need in one.needs)
                ),
                None,
            )
            if free is None:
                return tuple(placed.values())
            placed[free.name] = free


def references_in(value: Any) -> Iterator[Reference]:
    """The references in a value or condition, in its order."""
    match value:
        case Reference():
            yield value
        case Operation():
            for operand in value.operands:
                yield from references_in(operand)
        case list() | tuple():
            for item in value:
                yield from references_in(item)
        case dict():
            for item in value.values():
                yield from references_in(item)
