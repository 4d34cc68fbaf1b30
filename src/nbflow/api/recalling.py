"""Values that the steps of a run left, brought back for a person."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nbflow import host, runtime
from nbflow.api import records
from nbflow.api.manifests import (
    inner_steps,
    manifests_of,
    manifests_of_part,
    parts_of,
    require_store,
    store_of_part,
)
from nbflow.errors import StoreError
from nbflow.model import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbflow.api.parts import Part
    from nbflow.model import Run
    from nbflow.runtime import Manifest
    from nbflow.settings import Settings

__all__ = ["Artifact", "artifacts", "value"]

_METRIC = "metric"
_CALLER = 4
"""How far from here the cell is that asks a run for a value."""


@dataclass(frozen=True)
class Artifact:
    """A value that a step left.

    Attributes:
        name: the variable's.
        step: the step that left it.
        type: its type's name; `metric` for a recorded value of which only that is kept.
        size: bytes that it takes in the store together with what it shares memory with; None of a
            metric.
        preview: its first words.
    """

    name: str
    step: str
    type: str
    size: int | None
    preview: str


def artifacts(run: Run, *, current: Settings) -> tuple[Artifact, ...]:
    """What the steps of a run handed on or recorded, in the order of the steps.

    Raises:
        StoreError: the store holds nothing of this run, or cannot be reached.
    """
    if several := parts_of(run, current=current):
        whole = require_store(run, current=current)
        return tuple(
            replace(found, step=f"{part.name}: {found.step}")
            for part in several
            for manifest in manifests_of_part(part, store_of_part(part, whole))
            for found in _of(manifest)
        )
    _, manifests = manifests_of(run, current=current)
    return tuple(found for manifest in manifests for found in _of(manifest))


def value(run: Run, name: str, *, current: Settings, step: str | None = None) -> Any:
    """A variable as the last step that handed it on or recorded it left it.

    A later step may have changed it and handed it on to nobody: then a warning says so.

    Args:
        run: the run.
        name: the variable.
        current: the settings, which name the store.
        step: the step whose version is meant; in a run of several notebooks also the stage, or an
            item of it (`train[0]`).

    Raises:
        StoreError: no step left it, its class is not known here, or what it left is damaged.
    """
    if several := parts_of(run, current=current):
        return _of_parts(several, name, run, current, step=step)
    store, manifests = manifests_of(run, current=current)
    for index, manifest in reversed(list(enumerate(manifests))):
        if step not in {None, manifest.step}:
            continue
        if name in manifest.variables:
            doubt = step is None and _doubt(name, manifest, manifests[index + 1 :], run, current)
            if doubt:
                warnings.warn(doubt, stacklevel=_CALLER)
            return runtime.recall(name, manifest=manifest, run=store, manifests=manifests)
        if name in manifest.metrics:
            return manifest.metrics[name]
    raise _unknown(run, name, step, manifests)


def _of_parts(
    several: Sequence[Part], name: str, run: Run, current: Settings, *, step: str | None
) -> Any:
    """A variable of one of several notebooks, the last one that has it."""
    whole = require_store(run, current=current)
    for part in reversed(several):
        if step is not None and step not in {part.name, part.stage, *part.executed}:
            continue
        store = store_of_part(part, whole)
        inner = inner_steps(part)
        manifests = manifests_of_part(part, store)
        for manifest in reversed(manifests):
            if step in part.executed and inner[manifest.step] != step:
                continue
            if name in manifest.outputs:
                return manifest.outputs[name]
            if name in manifest.variables:
                return runtime.recall(name, manifest=manifest, run=store, manifests=manifests)
            if name in manifest.metrics:
                return manifest.metrics[name]
    where = f" of {step}" if step else ""
    raise StoreError(
        f"no step{where} of {run.dag_id}/{run.run_id} left a variable {name!r}",
        hint=f"Its notebooks: {', '.join(part.name for part in several)}. Steps keep what later "
        "steps and stages need, and what a cell tagged `pipeline-metrics` names.",
    )


def _of(manifest: Manifest) -> Iterator[Artifact]:
    for name, about in sorted(manifest.variables.items()):
        if name.isidentifier():  # others are places in classes, and what was patched
            yield Artifact(name, manifest.step, about["type"], about["size"], about["preview"])
    for name, recorded in sorted(manifest.metrics.items()):
        if name not in manifest.variables:
            yield Artifact(name, manifest.step, _METRIC, None, repr(recorded))


def _doubt(
    name: str, kept: Manifest, later: Sequence[Manifest], run: Run, current: Settings
) -> str | None:
    """That a later step may have changed a variable and handed it on to nobody; None: none may."""
    if not later:
        return None
    folder = records.require_folder(run, current=current)
    may = [
        one.step
        for one in later
        if name in one.deleted or name in _orders(host.executed(folder), one.step).get("binds", ())
    ]
    if not may:
        return None
    named = ", ".join(map(repr, may))
    return (
        f"{name!r} is as step {kept.step!r} left it; after that {named} may have changed it, and "
        f"handed it on to nobody. Ask with step={kept.step!r} if that is the one you want."
    )


def _orders(executed: Mapping[str, Any], step: str) -> Mapping[str, Any]:
    metadata = executed.get(step, {}).get("metadata", {})
    found: Mapping[str, Any] = metadata.get("nbflow", {}).get("orders", {})
    return found


def _unknown(run: Run, name: str, step: str | None, manifests: Sequence[Manifest]) -> StoreError:
    where = f"{run.dag_id}/{run.run_id}"
    steps = [manifest.step for manifest in manifests]
    if step is not None and step not in steps:
        return StoreError(
            f"step {step!r} of {where} has left nothing",
            hint=f"{did_you_mean(step, steps)}Steps that have: {', '.join(steps) or 'none yet'}.",
        )
    known = list(dict.fromkeys(found.name for one in manifests for found in _of(one)))
    listed = f"There are: {', '.join(known)}. " if known else ""
    return StoreError(
        f"step {step!r} of {where} left no variable {name!r}"
        if step
        else f"no step of {where} left a variable {name!r}",
        hint=f"{did_you_mean(name, known)}{listed}Steps keep what later steps need, and what a "
        "cell tagged `pipeline-metrics` names.",
    )
