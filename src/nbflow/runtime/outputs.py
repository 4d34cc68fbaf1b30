"""What a step hands on: what it was told to, what it changed in place, and what shares with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.runtime import comparison, pickles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.runtime.inputs import Inputs
    from nbflow.runtime.orders import Orders

__all__ = ["changed_inputs", "deleted_inputs", "values_to_save"]

_PLAIN = (str, bytes, int, float, complex, bool, type(None))
_CHUNK = 1 << 20


def changed_inputs(inputs: Inputs) -> dict[str, Any]:
    """Loaded variables whose objects are not what they were, with those objects.

    Also variables that came along because they share objects with a needed one: a change in one
    shows in the other.
    """
    return {
        name: value
        for name, value in inputs.values.items()
        if not isinstance(value, _PLAIN) and _is_changed(name, value, inputs)
    }


def _is_changed(name: str, value: Any, inputs: Inputs) -> bool:
    before = inputs.again(name)
    try:
        old = pickles.dump({name: before}, names=inputs.names).segments()
        new = pickles.dump({name: value}, names=inputs.names).segments()
    except Exception:  # noqa: BLE001 - a value's own reduction may raise anything
        return True
    if len(old) == len(new) and all(map(_same_bytes, old, new)):
        return False
    return not comparison.same(before, value)


def _same_bytes(left: memoryview, right: memoryview) -> bool:
    # Comparing memoryviews goes item by item; bytes are compared at the speed of memory.
    return left.nbytes == right.nbytes and all(
        bytes(left[start : start + _CHUNK]) == bytes(right[start : start + _CHUNK])
        for start in range(0, left.nbytes, _CHUNK)
    )


def deleted_inputs(inputs: Inputs) -> list[str]:
    """Needed variables that are bound no more."""
    space = inputs.names.namespace
    return sorted(name for name in inputs.orders.needs if name not in space)


def values_to_save(
    orders: Orders, inputs: Inputs, changed: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The variables to save, and those to save with them where they share objects.

    To save: those that the orders name, and inputs changed in place. Loaded variables that share
    with one of these would come back from another file without the sharing.
    """
    space = inputs.names.namespace
    found = {name: space[name] for name in orders.saves if name in space}
    if not orders.descendants:
        return found, {}
    current = {
        name: space.get(name, value)
        for name, value in inputs.values.items()
        if name in space or name not in orders.needs
    }
    found |= {name: current[name] for name, value in changed.items() if current.get(name) is value}
    return found, {name: value for name, value in current.items() if name not in found}
