"""Where a name that a step needs comes from: its last binding before the step."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from nbflow.analysis.namespaces import BUILTINS
from nbflow.analysis.records import Bound, Place, Read, Record, Statement

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from nbflow.analysis.namespaces import Notebook

__all__ = ["Found", "Origin", "Resolution"]


class Origin(StrEnum):
    """What a name is, where it is needed."""

    NOWHERE = "nowhere"
    SETUP = "setup"
    PARAMETER = "parameter"
    DEFINITION = "definition"
    COMPUTED = "computed"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Found:
    """Where a name comes from.

    Attributes:
        step: that binds it last, -1 for none.
        outside: a step that binds it later still, but is not among the declared ones; or -1.
    """

    origin: Origin
    step: int = -1
    statement: Statement | None = None
    place: Place | None = None
    outside: int = -1


class Resolution:
    """The bindings of all steps."""

    def __init__(
        self,
        notebook: Notebook,
        base: Record,
        steps: Sequence[Record],
        *,
        parameters: Collection[str],
        declares: bool,
    ) -> None:
        self.notebook = notebook
        self.base = base
        self.steps = steps
        self.parameters = parameters
        self.extra = _awaited(steps, declares=declares)
        self.binders: dict[str, list[int]] = defaultdict(list)
        self.changers: dict[str, list[int]] = defaultdict(list)
        for record in steps:
            active = {name for name in record.weak if name in self.extra[record.index]}
            for name in record.bound.keys() | active:
                self.binders[name].append(record.index)
            for name in record.states:
                self.changers[name].append(record.index)

    def bound(self, step: int, name: str) -> Bound:
        """What a step does to a name."""
        record = self.steps[step]
        return record.bound.get(name) or Bound(record.weak[name])

    def find(self, name: str, step: int, *, ancestors: int = 0) -> Found:
        """The last binding of a name before a step, among `ancestors` (a bit for each) if any."""
        known = self.binders.get(name, [])
        position = bisect_left(known, step)
        last = known[position - 1] if position else -1
        if last >= 0 and self._overridden(name, last, step):
            last = -1
        if last < 0:
            return self._basic(name)
        found = self._found(name, last)
        travels = found.statement is not None and not found.statement.constant
        if not ancestors or ancestors >> last & 1 or travels:
            return found
        for candidate in reversed(known[: position - 1]):
            if ancestors >> candidate & 1 and not self._overridden(name, candidate, step):
                older = self._found(name, candidate)
                return Found(older.origin, older.step, older.statement, older.place, outside=last)
        return found

    def _overridden(self, name: str, binder: int, step: int) -> bool:
        """A setup cell between the two binds the name again."""
        bound = self.base.bound.get(name)
        if bound is None or bound.fresh is None:
            return False
        return self.bound(binder, name).place.index < bound.fresh.index < self.steps[step].first

    def _found(self, name: str, step: int) -> Found:
        record = self.steps[step]
        bound = self.bound(step, name)
        if name in record.deleted and name in BUILTINS:
            return Found(Origin.SETUP)
        if name in record.deleted:
            return Found(Origin.DELETED, step, None, record.deleted[name])
        if bound.definition is not None:
            return Found(Origin.DEFINITION, step, bound.definition, bound.place)
        return Found(Origin.COMPUTED, step, None, bound.place)

    def _basic(self, name: str) -> Found:
        if name in self.parameters:
            return Found(Origin.PARAMETER)
        if name in self.base.bound or name in BUILTINS:
            return Found(Origin.SETUP)
        return Found(Origin.NOWHERE)

    def changer(self, name: str, step: int) -> int:
        """The last step before this one that changed the class of this name, or -1."""
        known = self.changers.get(name, [])
        position = bisect_left(known, step)
        last = known[position - 1] if position else -1
        home = self.find(name, step)
        return last if home.origin is Origin.SETUP or last >= home.step else -1

    def is_constant(self, name: str) -> bool:
        """Whether a name has one value in the whole notebook."""
        return self.notebook.bindings[name] == 1 and not self.notebook.changes[name]

    def later(self, name: str, step: int) -> int:
        """The first step after `step` that binds a name, or -1."""
        for index in self.binders.get(name, []):
            if index > step and self.steps[index].bound.get(name, _NOTHING).first >= 0:
                return index
        return -1

    def reads(self, step: int) -> dict[str, Read | None]:
        """Names that a step needs: those it reads, and those whose older version it keeps."""
        names: dict[str, Read | None] = dict(self.steps[step].reads)
        for name in self.extra[step]:
            names.setdefault(name, None)
        return names


_NOTHING = Bound(Place(0, 0, ""))


def _awaited(steps: Sequence[Record], *, declares: bool) -> list[set[str]]:
    """Names that a step may or may not bind, or changes by another name, and that are read later.

    The step needs their older version, to hand it on.
    """
    live: set[str] = set()
    for record in steps:
        for statement in record.statements:
            live.update(statement.eager)
    extra: list[set[str]] = [set() for _ in steps]
    for record in reversed(steps):
        mine = extra[record.index]
        for name, partners in record.shared.items():
            if name in live and name not in record.bound and live & partners.keys():
                record.weak.setdefault(name, min(partners.values()))
        mine.update(name for name in record.weak if name in live)
        for name in record.bound:
            kept = name in record.definite or name in record.deleted
            if name in live and not kept:
                mine.add(name)
        if not declares:
            live -= record.definite & record.bound.keys()
        live.update(record.reads)
        live |= mine
    return extra
