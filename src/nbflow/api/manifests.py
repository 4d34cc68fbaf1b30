"""Where the store has a run, and what its steps that have ended say they left there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow import runtime
from nbflow.api import parts, records
from nbflow.model import step_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.model import Run
    from nbflow.runtime import Manifest, Store
    from nbflow.settings import Settings

__all__ = [
    "find_store",
    "inner_steps",
    "manifests_in",
    "manifests_of",
    "manifests_of_part",
    "parts_of",
    "require_store",
    "store_of_part",
]


def find_store(run: Run, *, current: Settings) -> Store | None:
    """The run's folder in the store; None where it has none (yet).

    Raises:
        StoreError: the store cannot be reached.
    """
    # What people read is copied from a distant store, artifacts are not.
    if current.local_store is None and not records.is_local(run.run_id):
        address = current.store_address
        store = runtime.open_store(address)
        for team in store.names():
            place = f"{team}/{run.dag_id}/{run.run_id}"
            if store.names(place):
                return runtime.open_store(f"{address}/{place}")
        return None
    folder = records.find_folder(run, current=current)
    return None if folder is None else runtime.open_store(str(folder))


def require_store(run: Run, *, current: Settings) -> Store:
    """See `find_store`.

    Raises:
        StoreError: the store holds nothing of this run, or cannot be reached.
    """
    found = find_store(run, current=current)
    if found is None:
        return runtime.open_store(str(records.require_folder(run, current=current)))
    return found


def manifests_of(run: Run, *, current: Settings) -> tuple[Store, list[Manifest]]:
    """The run's folder in the store, and what its steps left, in their order.

    Raises:
        StoreError: the store holds nothing of this run, or cannot be reached.
    """
    store = require_store(run, current=current)
    return store, manifests_in(store, run)


def manifests_in(store: Store, run: Run) -> list[Manifest]:
    """What the steps of a run of one notebook left, in their order; nothing of several."""
    names = [name for name in store.names() if name.isidentifier()]  # steps are, files are not
    order = {step.name: position for position, step in enumerate(run.steps)}
    found = runtime.read_manifests(store, names)
    found.sort(key=lambda one: (order.get(one.step, len(order)), one.ended, one.step))
    return found


def parts_of(run: Run, *, current: Settings) -> tuple[parts.Part, ...]:
    """The notebooks of a run of several; none where it is of one."""
    # Of a run that the store alone tells of, the steps are not known.
    if run.steps and not any(parts.part_of(step.name) for step in run.steps):
        return ()
    folder = records.require_folder(run, current=current)
    return parts.parts(run, folder=folder)


def store_of_part(part: parts.Part, store: Store) -> Store:
    """The folder of one of several notebooks, in that of its run."""
    return runtime.open_store(f"{store.url}/{part.folder}")


def manifests_of_part(part: parts.Part, own: Store) -> list[Manifest]:
    """What the steps of one of several notebooks left in its folder."""
    return runtime.read_manifests(own, [*inner_steps(part)])


def inner_steps(part: parts.Part) -> Mapping[str, str]:
    """The full names of the steps of one of several notebooks, by those that they have in it."""
    return {step_folder(one).rpartition("/")[2]: one for one in part.executed}
