"""Values that the steps of a run left, brought back for a person."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nbflow import host, runtime
from nbflow.api import parts, records
from nbflow.errors import StoreError
from nbflow.model import did_you_mean, step_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbflow.model import Run
    from nbflow.runtime import Manifest, Store
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
    if several := _parts(run, current):
        url = _store_of(run, current).url
        return tuple(
            replace(found, step=f"{part.name}: {found.step}")
            for part in several
            for manifest in _of_part(part, url)
            for found in _of(manifest)
        )
    _, manifests = _manifests(run, current)
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
    if several := _parts(run, current):
        return _of_parts(several, name, run, current, step=step)
    store, manifests = _manifests(run, current)
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


def _parts(run: Run, current: Settings) -> tuple[parts.Part, ...]:
    """The notebooks of a run of several; none where it is of one."""
    if not any(parts.part_of(step.name) for step in run.steps):
        return ()
    folder = records.require_folder(run, current=current)
    return parts.parts(run, folder=folder)


def _of_part(part: parts.Part, url: str) -> list[Manifest]:
    store = runtime.open_store(f"{url}/{part.folder}")
    names = [step_folder(one).rpartition("/")[2] for one in part.executed]
    return runtime.read_manifests(store, names)


def _of_parts(
    several: Sequence[parts.Part], name: str, run: Run, current: Settings, *, step: str | None
) -> Any:
    """A variable of one of several notebooks, the last one that has it."""
    url = _store_of(run, current).url
    for part in reversed(several):
        if step is not None and step not in {part.name, part.stage, *part.executed}:
            continue
        store = runtime.open_store(f"{url}/{part.folder}")
        inner = {step_folder(one).rpartition("/")[2]: one for one in part.executed}
        manifests = _of_part(part, url)
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


def _manifests(run: Run, current: Settings) -> tuple[Store, list[Manifest]]:
    """The run's folder in the store, and what its steps left, in their order."""
    store = _store_of(run, current)
    names = [name for name in store.names() if name.isidentifier()]  # steps are, files are not
    order = {step.name: position for position, step in enumerate(run.steps)}
    found = runtime.read_manifests(store, names)
    found.sort(key=lambda one: (order.get(one.step, len(order)), one.ended, one.step))
    return store, found


def _store_of(run: Run, current: Settings) -> Store:
    # What people read is copied from a distant store, artifacts are not.
    if current.local_store is None and not records.is_local(run.run_id):
        address = current.store_address
        store = runtime.open_store(address)
        for team in store.names():
            place = f"{team}/{run.dag_id}/{run.run_id}"
            if store.names(place):
                return runtime.open_store(f"{address}/{place}")
    return runtime.open_store(str(records.require_folder(run, current=current)))


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
