"""Which variables must be saved together, because they share objects or memory."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbflow.errors import StoreError
from nbflow.runtime import arrays, pickles

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Group", "cannot_save", "group"]

_HINT = "make it in a `setup` cell, or keep it and what uses it in one step"


@dataclass(frozen=True, eq=False)
class Group:
    """Variables that share something that can change, in one pickle (of a dict by name)."""

    values: Mapping[str, Any]
    pickled: pickles.Pickled


def cannot_save(name: str, value: Any, *, step: str, why: BaseException) -> StoreError:
    """The error for a value that cannot leave its kernel."""
    kind, root = type(value).__name__, name.partition(".")[0]
    remembered = root != name
    what = f"{name!r} ({kind}), which step {step!r} changed," if remembered else ""
    return StoreError(
        f"{what or f'variable {name!r} ({kind}) of step {step!r}'} cannot be handed to the next "
        f"steps: {type(why).__name__}: {why}",
        hint=f"keep all that uses {root!r} in one step" if remembered else _HINT,
    )


def group(
    values: Mapping[str, Any],
    *,
    names: pickles.Names,
    step: str,
    beside: Mapping[str, Any] | None = None,
) -> list[Group]:
    """Pickle variables, those that share objects or memory together.

    Args:
        values: the variables.
        names: what goes by name.
        step: for messages.
        beside: variables that are pickled too where they share with one of `values`.

    Raises:
        StoreError: a value cannot be pickled; names variable, type, step and fix.
    """
    alone = {
        name: _dump(name, {name: value}, names=names, step=step) for name, value in values.items()
    }
    for name, value in (beside or {}).items() if values else ():
        with suppress(StoreError):  # what cannot be pickled cannot be needed elsewhere
            alone[name] = _dump(name, {name: value}, names=names, step=step)
    exposed = _exposed(alone)
    for name, one in alone.items() if exposed else ():
        if any(id(block) in exposed for block in one.pickler.blocks):
            content = {name: values[name] if name in values else beside[name]}  # type: ignore[index]
            alone[name] = _dump(name, content, names=names, step=step, exposed=exposed)
    found = []
    for members in _connected(alone):
        if not any(name in values for name in members):
            continue
        shared = arrays.regions(a for name in members for a in alone[name].pickler.arrays)
        if len(members) == 1 and not shared:
            content = {members[0]: values[members[0]]}
            found.append(Group(content, alone[members[0]]))
            continue
        content = {name: values[name] if name in values else beside[name] for name in members}  # type: ignore[index]
        pickled = _dump(
            members[0], content, names=names, step=step, regions=shared, exposed=exposed
        )
        found.append(Group(content, pickled))
    return found


def _dump(
    name: str,
    content: Mapping[str, Any],
    *,
    names: pickles.Names,
    step: str,
    regions: list[arrays.Region] | None = None,
    exposed: frozenset[int] = frozenset(),
) -> pickles.Pickled:
    try:
        return pickles.dump(dict(content), names=names, regions=regions, exposed=exposed)
    except Exception as error:
        raise cannot_save(name, content[name], step=step, why=error) from error


def _exposed(alone: Mapping[str, pickles.Pickled]) -> frozenset[int]:
    """Ids of the arrays of frames whose memory a variable of its own looks at too."""
    seen = [array for one in alone.values() for array in one.pickler.arrays]
    blocks = [block for one in alone.values() for block in one.pickler.blocks] if seen else []
    return frozenset(id(block) for block in blocks if arrays.overlap(block, seen))


def _connected(alone: Mapping[str, pickles.Pickled]) -> list[tuple[str, ...]]:
    """The names in connected groups; groups and members in the order of the names."""
    leader = {name: name for name in alone}

    def find(name: str) -> str:
        while leader[name] != name:
            name = leader[name]
        return name

    holders: dict[int, str] = {}
    for name, pickled in alone.items():
        for key in pickled.pickler.shared() if len(alone) > 1 else ():
            other = holders.setdefault(key, name)
            leader[find(name)] = find(other)
    by_array = {id(a): name for name, one in alone.items() for a in one.pickler.arrays}
    for region in arrays.regions([a for one in alone.values() for a in one.pickler.arrays]):
        first = find(by_array[id(region.arrays[0])])
        for array in region.arrays:
            leader[find(by_array[id(array)])] = first
    found: dict[str, list[str]] = {}
    for name in alone:
        found.setdefault(find(name), []).append(name)
    return [tuple(members) for members in found.values()]
