"""What every step makes afresh, and cells may change: setup's objects, definitions' state."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from nbflow.runtime import slots
from nbflow.runtime.cells import Cells, reached
from nbflow.runtime.hidden import Hidden, Left
from nbflow.runtime.leftovers import Leftovers
from nbflow.runtime.shell import shell
from nbflow.runtime.snapshots import Before

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nbflow.runtime.inputs import Inputs
    from nbflow.runtime.slots import Slot

__all__ = ["Changes", "Standing"]

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
        hidden: what no name holds.
    """

    variables: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)
    slots: dict[Slot, Any] = field(default_factory=dict)
    others: dict[Slot, Any] = field(default_factory=dict)
    deleted: list[str | Slot] = field(default_factory=list)
    prints: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    hidden: Left = field(default_factory=Left)

    def roots(self) -> set[str]:
        """The classes and functions of which something changed."""
        gone = {one.root for one in self.deleted if not isinstance(one, str)}
        return {slot.root for slot in self.slots} | gone


class Standing:
    """Knows how it all was when the step's cells began, or right after a cell defined it.

    Attributes:
        cells: what the step's cells define and mention.
        hidden: what no name holds.
    """

    def __init__(self, inputs: Inputs, folder: Path) -> None:
        """Look at it, once what earlier steps left is in place.

        Args:
            inputs: what the step takes in.
            folder: its working directory.
        """
        self._inputs = inputs
        self.hidden = Hidden(inputs, folder)
        self.hidden.start()
        self._variables: dict[str, Before] = {}
        self._slots: dict[str, dict[Slot, Before]] = {}
        self._roots: dict[str, Any] = {}
        space = inputs.names.namespace
        self.cells = Cells(self.note, self.hidden.importing, inputs.orders.cells)
        for name in slots.roots(space):
            if name not in inputs.values:
                self._watch(name)
        for name, value in inputs.names.given.items():
            if name in space and name not in inputs.values and _is_watched(name, value):
                self._variables[name] = self._before(space[name])
        self.hidden.mark()
        self._leftovers = Leftovers()

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
        """What is no more what it was.

        Raises:
            StoreError: something still runs that cannot go on in the next step.
        """
        self._leftovers.check(self._inputs.orders)
        found = Changes(hidden=self.hidden.changes())
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

    def _before(self, value: Any) -> Before:
        return Before(value, self._inputs.names)


def _is_watched(name: str, value: Any) -> bool:
    running = shell()
    hidden: Mapping[str, Any] = getattr(running, "user_ns_hidden", {})
    if name in hidden or _HISTORY.fullmatch(name) or slots.is_plain(value):
        return False
    return not isinstance(value, _CODE)
