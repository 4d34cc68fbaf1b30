"""What every step makes afresh, and cells may change: setup's objects, definitions' state."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from nbflow.runtime import comparison, pickles, slots
from nbflow.runtime.cells import Cells, reached
from nbflow.runtime.shell import shell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.runtime.inputs import Inputs
    from nbflow.runtime.slots import Slot

__all__ = ["Changes", "Standing"]

_MOST = 1 << 24
"""Bytes up to which a value is kept as it was; of larger ones only a digest is."""
_CODE = (ModuleType, type, FunctionType, BuiltinFunctionType)
_HISTORY = re.compile(r"_+|_\d+|_i+\d*|_[iod]h")


@dataclass
class Changes:
    """What a step's cells changed of it.

    Attributes:
        variables: of the setup cells, with what they hold now.
        kept: those that are as they were.
        slots: changed places in classes and functions, with what they hold now.
        others: the places that are as they were.
        deleted: variables and keys of slots that are gone.
        prints: by class or function, its fingerprint when it was defined.
        used: classes, functions and setup's variables that the step made use of.
    """

    variables: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)
    slots: dict[Slot, Any] = field(default_factory=dict)
    others: dict[Slot, Any] = field(default_factory=dict)
    deleted: list[str | Slot] = field(default_factory=list)
    prints: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def roots(self) -> set[str]:
        """The classes and functions of which something changed."""
        gone = {one.root for one in self.deleted if not isinstance(one, str)}
        return {slot.root for slot in self.slots} | gone


class Standing:
    """Knows how it all was when the step's cells began, or right after a cell defined it.

    Attributes:
        cells: what the step's cells define and mention.
    """

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self._variables: dict[str, _Before] = {}
        self._slots: dict[str, dict[Slot, _Before]] = {}
        self._roots: dict[str, Any] = {}
        space = inputs.names.namespace
        self.cells = Cells(self.note, inputs.orders.cells)
        for name in slots.roots(space):
            if name not in inputs.values:
                self._watch(name)
        for name, value in inputs.names.given.items():
            if name in space and name not in inputs.values and _is_watched(name, value):
                self._variables[name] = self._before(space[name])

    def note(self, name: str) -> None:
        """A class or function was defined: what it remembers from here on is a change."""
        space = self._inputs.names.namespace
        if slots.roots({name: space.get(name)}):
            self._inputs.names.note(space[name])
            self._watch(name)

    def _watch(self, name: str) -> None:
        value = self._roots[name] = self._inputs.names.namespace[name]
        held = slots.slots(name, value)
        self._slots[name] = {slot: self._before(one) for slot, one in held.items()}

    def changes(self) -> Changes:
        """What is no more what it was."""
        found = Changes()
        space = self._inputs.names.namespace
        for name, before in self._variables.items():
            if name not in space:
                found.deleted.append(name)
            elif before.differs(space[name], self._inputs):
                found.variables[name] = space[name]
            else:
                found.kept[name] = space[name]
        for name, value in self._roots.items():
            if space.get(name) is value:
                found.prints[name] = self._inputs.names.print_of(value)
                self._compare(name, value, found)
        used = reached(self.cells.mentioned | self._inputs.resolved, space)
        found.used = used & {*self._variables, *self._roots}
        return found

    def _compare(self, name: str, value: Any, found: Changes) -> None:
        before = self._slots[name]
        now = slots.slots(name, value)
        for slot, held in now.items():
            if slot not in before or before[slot].differs(held, self._inputs):
                found.slots[slot] = held
            else:
                found.others[slot] = held
        found.deleted += [slot for slot in before if slot not in now]

    def _before(self, value: Any) -> _Before:
        return _Before(value, self._inputs.names)


def _is_watched(name: str, value: Any) -> bool:
    running = shell()
    hidden: Mapping[str, Any] = getattr(running, "user_ns_hidden", {})
    if name in hidden or _HISTORY.fullmatch(name) or slots.is_plain(value):
        return False
    return not isinstance(value, _CODE)


class _Before:
    """A value as it was."""

    def __init__(self, value: Any, names: pickles.Names) -> None:
        self._value = value  # where it can be compared by nothing but its identity
        self._segments: list[bytes] | None = None
        self._digest = ""
        if slots.is_plain(value):
            return
        segments = _segments(value, names)
        if segments is None:
            return
        self._digest = _digest(segments)
        if sum(one.nbytes for one in segments) <= _MOST:
            self._segments = [bytes(one) for one in segments]

    def differs(self, value: Any, inputs: Inputs) -> bool:
        """Whether a reader could tell a value from this one."""
        if not self._digest:
            return value is not self._value and not comparison.same(self._value, value)
        now = _segments(value, inputs.names)
        if now is None:
            return True
        if _digest(now) == self._digest:
            return False
        if self._segments is None:
            return True
        data, *buffers = [memoryview(one) for one in self._segments]
        with inputs.aside():
            before = pickles.load(data, buffers)
        return not comparison.same(before, value)


def _segments(value: Any, names: pickles.Names) -> list[memoryview] | None:
    try:
        return pickles.dump(value, names=names).segments()
    except Exception:  # noqa: BLE001 - a value's own reduction may raise anything
        return None


def _digest(segments: list[memoryview]) -> str:
    digest = hashlib.sha256()
    for one in segments:
        digest.update(one.nbytes.to_bytes(8))
        digest.update(one)
    return digest.hexdigest()
