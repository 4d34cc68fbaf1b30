"""What a step hands on: what it was told to, what it changed in place, and what shares with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.runtime import comparison, figures, mappings, pickles
from nbflow.runtime.slots import is_plain
from nbflow.runtime.snapshots import is_bound_to_the_living

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nbflow.runtime.inputs import Inputs
    from nbflow.runtime.orders import Orders
    from nbflow.runtime.standing import Changes

__all__ = ["changed_inputs", "deleted", "slots_of", "values_to_save"]


def changed_inputs(inputs: Inputs) -> dict[str, Any]:
    """Loaded variables whose objects are not what they were, with those objects.

    Also variables that came along because they share objects with a needed one: a change in one
    shows in the other. Each group is pickled once; of memory that is mapped from the store only
    the pages that were written to are looked at. The last step leaves nothing to anyone.
    """
    orders = inputs.orders
    if not orders.check_in_place or orders.step == _last(orders):
        return {}
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    for name, value in inputs.values.items():
        if name.isidentifier() and not is_plain(value):
            groups.setdefault(inputs.place(name), {})[name] = value
    return {
        name: value
        for members in groups.values()
        if _is_changed(members, inputs)
        for name, value in members.items()
        if len(members) == 1 or _is_changed({name: value}, inputs)
    }


def _last(orders: Orders) -> str:
    return orders.steps[-1] if orders.steps else ""


def _is_changed(now: dict[str, Any], inputs: Inputs) -> bool:
    try:
        new = pickles.dump(now, names=inputs.names)
        if _same(inputs.stored(now), new.segments()):
            return False
        if is_bound_to_the_living(new):
            return True
        before = {name: inputs.again(name) for name in now}
        old = pickles.dump(before, names=inputs.names)
        if figures.only(now) and _look_the_same(old, new, inputs):
            return False
    except Exception:  # noqa: BLE001 - a value's own reduction may raise anything
        return True
    return not (_same(old.segments(), new.segments()) or comparison.same(before, now))


def _same(old: list[memoryview], new: list[memoryview]) -> bool:
    return len(old) == len(new) and all(map(mappings.same_bytes, old, new))


def _look_the_same(old: pickles.Pickled, new: pickles.Pickled, inputs: Inputs) -> bool:
    """Whether two versions of figures and their parts show the same, once they are drawn."""
    found = []
    with inputs.aside():  # copies: drawing changes a figure
        for pickled in (old, new):
            data, *buffers = pickled.segments()
            found.append(figures.looks(figures.only(pickles.load(data, buffers))))
    return found[0] != [] and found[0] == found[1]


def values_to_save(
    orders: Orders, inputs: Inputs, changed: Mapping[str, Any], standing: Changes
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The variables to save, and those to save with them where they share objects.

    To save: those that the orders name, inputs changed in place, and what else the cells changed
    that later steps make afresh. Loaded variables and setup's, where they share with one of these,
    would come back from another file, or be made afresh, without the sharing.
    """
    space = inputs.names.namespace
    found = {name: space[name] for name in orders.saves if name in space}
    if not orders.descendants:
        return found, {}
    current = {
        name: space.get(name, value)
        for name, value in inputs.values.items()
        if name.isidentifier() and (name in space or name not in orders.needs)
    }
    found |= {name: current[name] for name, value in changed.items() if current.get(name) is value}
    found |= standing.variables
    found |= {slot.key: held for slot, held in standing.slots.items()}
    found |= standing.hidden.values
    current |= {name: held for name, held in standing.kept.items() if name not in current}
    current |= {s.key: held for s, held in standing.others.items() if not is_plain(held)}
    hidden = {name: held for name, held in inputs.values.items() if name.startswith("<")}
    current |= {n: held for n, held in hidden.items() if n not in standing.hidden.deleted}
    return found, {name: value for name, value in current.items() if name not in found}


def deleted(inputs: Inputs, standing: Changes) -> list[str]:
    """Needed variables that are bound no more, and what else is gone."""
    space = inputs.names.namespace
    gone = {one if isinstance(one, str) else one.key for one in standing.deleted}
    gone |= {*standing.hidden.deleted}
    loaded = {*inputs.orders.needs} - inputs.unbound
    return sorted(gone | {name for name in loaded if name not in space})


def slots_of(names: Iterable[str], standing: Changes) -> dict[str, dict[str, Any]]:
    """What the manifest tells of the slots among the saved and deleted names."""
    gone = [one for one in standing.deleted if not isinstance(one, str)]
    known = {slot.key: slot for slot in (*standing.slots, *standing.others, *gone)}
    return {
        name: {"root": slot.root, "path": slot.path, "print": standing.prints[slot.root]}
        for name in sorted(names)
        if (slot := known.get(name)) is not None
    }
