"""A run of several notebooks, notebook by notebook."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nbflow import host
from nbflow.api.parameters import given_in
from nbflow.model import Run, RunState, as_identifier, split_item, step_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = ["Part", "part_of", "parts", "place_of", "stage_of"]


@dataclass(frozen=True)
class Part:
    """What a run did with one of its notebooks; of a stage with `foreach`, for one item.

    Attributes:
        name: the stage's, with the item's number where it has one: `train[0]`.
        stage: the stage's name.
        run: the run, of which these steps are kept, and the values that the notebook was given.
        executed: the executed step notebooks, by the steps' full names.
    """

    name: str
    stage: str
    run: Run
    executed: Mapping[str, Mapping[str, Any]]

    @property
    def folder(self) -> str:
        """Its folder in the run's."""
        return _folder(self.name)


def stage_of(step: str) -> str | None:
    """The stage of a step `stage.step`; None of a step of a notebook by itself."""
    stage, dot, _ = step.partition(".")
    return stage if dot else None


def part_of(step: str) -> str:
    """The part that a step belongs to: of `train.fit[0]` it is `train[0]`; empty where of none."""
    match step_folder(step).split("/"):
        case [stage, item, _]:
            return f"{stage}[{item}]"
        case [stage, _]:
            return stage
    return ""


def parts(run: Run, *, folder: Path, order: Iterable[str] = ()) -> tuple[Part, ...]:
    """The notebooks of a run as far as they have begun; none where it is of one notebook.

    Args:
        run: the run.
        folder: its folder.
        order: the stages' names, in their order.
    """
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for step, notebook in host.executed(folder).items():
        if name := part_of(step):
            found.setdefault(name, {})[step] = notebook
    stages = list(order)

    def place(name: str) -> tuple[int, int]:
        stage, item = split_item(name)
        place = stages.index(stage) if stage in stages else len(stages)
        return place, -1 if item is None else item

    return tuple(
        Part(name, split_item(name)[0], _run_of(name, run, found[name], folder), found[name])
        for name in sorted(found, key=place)
    )


def place_of(step: str, *, stages: list[str], steps: list[str]) -> tuple[int, int, int]:
    """Where a task of a pipeline of several notebooks stands: by its stage, then in its notebook.

    Args:
        step: a step's name, an approval's, or that of a task which asks or lists for a stage.
        stages: the stages' names, in their order.
        steps: all steps' names, in theirs.
    """
    name, item = split_item(step)
    number = -1 if item is None else item
    for position, stage in enumerate(stages):
        known = as_identifier(stage)
        if name in {stage, f"if_{known}"}:
            return position, -2, number
        if name == f"each_of_{known}":
            return position, -1, number
        if name.startswith(f"{stage}."):
            inner = steps.index(name) if name in steps else len(steps)
            return position, number, inner
    return len(stages), 0, number


def _run_of(name: str, run: Run, executed: Mapping[str, Mapping[str, Any]], folder: Path) -> Run:
    own = tuple(step for step in run.steps if part_of(step.name) == name)
    return replace(
        run,
        steps=own,
        state=_state(own, run.state),
        parameters=_given_to(name, executed, folder),
        metrics={
            key.removeprefix(f"{name}."): value
            for key, value in run.metrics.items()
            if key.startswith(f"{name}.")
        },
    )


def _given_to(name: str, executed: Mapping[str, Mapping[str, Any]], folder: Path) -> dict[str, Any]:
    """What the notebook was given last: steps that were kept may have been given other values."""
    ledger = host.read_ledger(folder / _folder(name))
    return given_in(executed.values()) if ledger is None else dict(ledger.run.parameters)


def _folder(name: str) -> str:
    return name.replace("[", "/").rstrip("]")


def _state(steps: Iterable[Any], otherwise: RunState) -> RunState:
    states = {step.state for step in steps}
    if RunState.FAILED in states:
        return RunState.FAILED
    return RunState.SUCCESS if states == {RunState.SUCCESS} else otherwise
