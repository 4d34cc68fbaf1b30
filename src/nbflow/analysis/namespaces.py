"""The notebook's own scope: as it is filled cell by cell, and as a function's body sees it."""

from __future__ import annotations

import builtins
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from nbflow.analysis.records import (
    Bound,
    Effect,
    EffectKind,
    Facts,
    Place,
    Read,
    Record,
    Source,
    Statement,
)
from nbflow.analysis.values import IMMUTABLE, Obj, Value, merge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["BUILTINS", "HISTORY", "Live", "Namespace", "Notebook", "Symbolic", "is_history"]

_KERNEL = {"get_ipython", "display", "exit", "quit", "_ih", "_oh", "_dh", "_i", "_ii", "_iii"}
BUILTINS = frozenset(dir(builtins)) | _KERNEL | {"__file__", "__session__", "__annotations__"}
HISTORY = frozenset({"_", "__", "___", "Out", "In"})


def is_history(name: str) -> bool:
    """Whether a name is IPython's record of inputs and outputs."""
    return name in HISTORY or re.fullmatch(r"_i?\d+", name) is not None


@dataclass
class Notebook:
    """What is known of the notebook so far.

    Attributes:
        env: every name's value, last binding first come.
        holders: the names that reach an object.
        sources: functions and classes, by id.
        methods: ids of the methods of a name, over all classes.
        facts: what calls of functions do, found once.
        working, touched: functions that are being found out, and those met again meanwhile.
        partial: for functions that are being found out: those that call them meanwhile.
        origins: the step that bound or changed a name last.
        cached: objects that a function with a cache handed out, and its name.
        statement: how many top-level statements were walked.
        bindings, changes: how often each name is bound and changed, anywhere.
    """

    env: dict[str, Value] = field(default_factory=dict)
    holders: dict[Obj, set[str]] = field(default_factory=dict)
    sources: dict[int, Source] = field(default_factory=dict)
    methods: dict[str, list[int]] = field(default_factory=dict)
    facts: dict[int, Facts] = field(default_factory=dict)
    working: set[int] = field(default_factory=set)
    touched: set[int] = field(default_factory=set)
    partial: dict[int, set[int]] = field(default_factory=dict)
    bindings: Counter[str] = field(default_factory=Counter)
    changes: Counter[str] = field(default_factory=Counter)
    cached: dict[Obj, str] = field(default_factory=dict)
    statement: int = 0
    origins: dict[str, Record] = field(default_factory=dict)

    def put(self, name: str, value: Value) -> None:
        """Bind a name."""
        before = self.env.get(name)
        if before is not None:
            for obj in before.reach:
                self.holders.get(obj, set()).discard(name)
        self.env[name] = value
        for obj in value.reach:
            self.holders.setdefault(obj, set()).add(name)

    def holding(self, objects: Iterable[Obj]) -> set[str]:
        """Names that reach one of the objects."""
        found: set[str] = set()
        for obj in objects:
            found |= self.holders.get(obj, set())
        return found


class Namespace:
    """Which names are bound for certain, while code branches."""

    def __init__(self, notebook: Notebook) -> None:
        self.notebook = notebook
        self.definite: set[str] = set()
        self._journal: list[set[str]] = []
        self.quiet = 0
        self.forgiving = 0

    @property
    def firm(self) -> bool:
        """Whether what happens now always happens."""
        return not self._journal

    def branch(self) -> None:
        """Begin a part that may not run."""
        self._journal.append(set())

    def merge(self) -> set[str]:
        """End it; what it bound is bound no more for certain, but returned."""
        added = self._journal.pop()
        self.definite -= added
        return added

    def settle(self, names: Iterable[str]) -> None:
        """Names are bound for certain from here on."""
        added = set(names) - self.definite
        self.definite |= added
        if self._journal:
            self._journal[-1] |= added

    def unsettle(self, name: str) -> None:
        """A name is not bound any more."""
        self.definite.discard(name)
        for added in self._journal:
            added.discard(name)

    def load(self, name: str, place: Place, *, soft: bool = False, via: str = "") -> Value:
        """Read a name."""
        raise NotImplementedError

    def value(self, name: str) -> Value:
        """What is known of a name, without reading it."""
        raise NotImplementedError

    def bind(self, name: str, value: Value, place: Place) -> None:
        """Bind a name."""
        raise NotImplementedError

    def delete(self, name: str, place: Place) -> None:
        """Unbind a name."""
        raise NotImplementedError

    def change(self, objects: frozenset[Obj], place: Place, *, root: str = "") -> None:
        """Change objects in place, through the name `root` where there is one."""
        raise NotImplementedError

    def store(self, objects: frozenset[Obj], held: frozenset[Obj]) -> None:
        """Objects hold others from here on."""
        raise NotImplementedError

    def effect(self, effect: Effect) -> None:
        """Note an effect."""
        raise NotImplementedError

    def keep(self, objects: frozenset[Obj], place: Place) -> None:
        """Note a change of what a cache holds."""
        for obj in sorted(objects & self.notebook.cached.keys(), key=str):
            why = "its result is changed in place"
            name = self.notebook.cached[obj]
            self.effect(Effect(EffectKind.CACHE, name, place, path=why, writes=True))

    def touch(self, modules: Iterable[str]) -> None:
        """Note the use of libraries."""
        raise NotImplementedError

    def lose(self, place: Place, what: str) -> None:
        """Note code that cannot be followed."""
        raise NotImplementedError


class Live(Namespace):
    """The notebook's scope while a step's cells are walked."""

    def __init__(self, notebook: Notebook, record: Record) -> None:
        super().__init__(notebook)
        self.record = record
        self.heard: dict[str, Statement | Place | None] | None = None
        self.shown = False

    def load(self, name: str, place: Place, *, soft: bool = False, via: str = "") -> Value:
        """Read a name."""
        soft = soft or self.quiet > 0
        bound = self.record.bound.get(name)
        if self.heard is not None and name not in self.heard:
            known = bound is not None and (name in self.definite or bound.fresh is not None)
            self.heard[name] = (bound.definition or bound.place) if bound and known else None
        self.record.seen[name] = max(place.index, self.record.seen.get(name, -1))
        if name not in self.notebook.env and is_history(name):
            if name != "_" or not self.shown:
                self.record.history.append((place, name))
            return IMMUTABLE
        if name not in self.definite:
            self._read(name, Read(place, self.notebook.statement, not via, soft, via))
        return self.value(name)

    def _read(self, name: str, read: Read) -> None:
        before = self.record.reads.get(name)
        if before is None:
            self.record.reads[name] = read
            return
        before.direct = before.direct or read.direct
        if before.soft and not read.soft:
            before.soft, before.place, before.statement = False, read.place, read.statement

    def value(self, name: str) -> Value:
        """What is known of a name, without reading it."""
        known = self.notebook.env.get(name)
        if known is not None:
            return known
        if name in BUILTINS:
            return Value(ref=f"builtins.{name}")
        unknown: frozenset[Obj] = frozenset({("u", name)})
        value = Value(unknown, unknown)
        self.notebook.put(name, value)
        return value

    def bind(self, name: str, value: Value, place: Place) -> None:
        """Bind a name."""
        firm = self.firm
        before = self.notebook.env.get(name)
        self.notebook.put(name, value if firm or before is None else merge(before, value))
        kin = before is not None and not before.reach.isdisjoint(value.reach)
        (self.record.kin.add if kin else self.record.kin.discard)(name)
        self.notebook.bindings[name] += 1
        bound = self.record.bound.setdefault(name, Bound(place))
        bound.place, bound.fresh, bound.definition = place, place, None
        bound.value = self.notebook.env[name]
        kept = self.record.seen.get(name, -1) == place.index and bound.anew != place.index
        bound.anew = place.index if firm and not kept else bound.anew  # read before it is made
        if bound.first < 0:
            bound.first = self.notebook.statement
        self.record.weak.pop(name, None)
        self.record.deleted.pop(name, None)
        self._own(name)
        self.settle([name])

    def delete(self, name: str, place: Place) -> None:
        """Unbind a name."""
        if self.firm:
            self.record.deleted[name] = place
            self.notebook.put(name, IMMUTABLE)
            self.notebook.env.pop(name, None)
        bound = self.record.bound.setdefault(name, Bound(place))
        bound.place, bound.definition = place, None
        self.notebook.changes[name] += 1
        self.unsettle(name)

    def change(self, objects: frozenset[Obj], place: Place, *, root: str = "") -> None:
        """Change objects in place."""
        self.keep(objects, place)
        names = self.notebook.holding(objects)
        if root:
            names.add(root)
        self._together(names, place)
        for name in sorted(names):
            self._changed(name, place, strong=name == root)

    def _together(self, names: set[str], place: Place) -> None:
        """Names of one object must come from one step: the last that made them share it."""
        if len(outside := sorted(names - (self.definite - self.record.kin))) < 2:
            return
        first: dict[str, int] = {}
        makers: dict[int, tuple[Record, dict[str, Place]]] = {}
        for name in outside:
            for maker in self._makers(name):
                held = makers.setdefault(maker.index, (maker, {}))[1]
                held[name] = maker.place_of(name) or place
                first[name] = maker.index
        for index, (maker, partners) in makers.items():
            for name, begin in first.items():
                if begin < index and name not in partners:
                    maker.shared.setdefault(name, {}).update(partners)

    def _makers(self, name: str) -> Iterator[Record]:
        """The steps before this one whose version of a name is part of its present one."""
        maker = self._origin(name)
        while maker is not None:
            yield maker
            maker = maker.taken.get(name) if maker.keeps(name) else None

    def _own(self, name: str) -> None:
        before = self.notebook.origins.get(name)
        if before is not None and before is not self.record:
            self.record.taken[name] = before
        self.notebook.origins[name] = self.record

    def _origin(self, name: str) -> Record | None:
        """The step before this one that bound or changed a name last."""
        known = self.notebook.origins.get(name)
        return self.record.taken.get(name) if known is self.record else known

    def _changed(self, name: str, place: Place, *, strong: bool) -> None:
        self.notebook.changes[name] += 1
        self._own(name)
        value = self.notebook.env.get(name)
        if value is not None and value.items is not None:
            self.notebook.put(name, replace(value, items=None))
        bound = self.record.bound.get(name)
        if bound is None:
            if not strong:
                self.record.weak.setdefault(name, place)
                return
            bound = self.record.bound.setdefault(name, Bound(place))
            self.record.weak.pop(name, None)
        bound.place, bound.definition = place, None
        bound.value = self.notebook.env.get(name, IMMUTABLE)
        if name not in self.definite and strong:
            self._read(name, Read(place, self.notebook.statement, direct=True, soft=self.quiet > 0))

    def store(self, objects: frozenset[Obj], held: frozenset[Obj]) -> None:
        """Objects hold others from here on."""
        if not held:
            return
        for name in self.notebook.holding(objects):
            value = self.notebook.env[name]
            self.notebook.put(name, replace(value, reach=value.reach | held, items=None))

    def effect(self, effect: Effect) -> None:
        """Note an effect."""
        if effect.kind is not EffectKind.SHOW:
            optional = effect.optional or self.forgiving > 0
            self.record.effects.append(replace(effect, optional=optional))

    def touch(self, modules: Iterable[str]) -> None:
        """Note the use of libraries."""
        self.record.modules.update(modules)

    def lose(self, place: Place, what: str) -> None:
        """Note code that cannot be followed."""
        self.record.wild.append((place, what))


class Symbolic(Namespace):
    """The notebook's scope as a function's body sees it, whenever it is called."""

    def __init__(self, notebook: Notebook, facts: Facts) -> None:
        super().__init__(notebook)
        self.facts = facts

    def load(self, name: str, place: Place, *, soft: bool = False, via: str = "") -> Value:
        """Read a name."""
        del place, via
        if name not in self.definite:
            known = self.facts.reads.get(name, True)
            self.facts.reads[name] = known and (soft or self.quiet > 0)
        return self.value(name)

    def value(self, name: str) -> Value:
        """What is known of a name, without reading it."""
        own: frozenset[Obj] = frozenset({("g", name)})
        known = self.notebook.env.get(name)
        if known is None:
            if name in BUILTINS:
                return Value(ref=f"builtins.{name}")
            return Value(own, own | {("ge", name)})
        if known.defs:
            self.facts.depends[name] = known.defs
        if known.ref:
            return known
        text = known.text if self.notebook.bindings[name] == 1 else None
        return replace(known, own=own, reach=own | {("ge", name)}, text=text, items=None)

    def bind(self, name: str, value: Value, place: Place) -> None:
        """Bind a name."""
        del place
        before = self.facts.binds.get(name)
        self.facts.binds[name] = value if before is None else merge(before, value)
        if self.firm:
            self.settle([name])

    def delete(self, name: str, place: Place) -> None:
        """Unbind a name."""
        del place
        self.unsettle(name)

    def change(self, objects: frozenset[Obj], place: Place, *, root: str = "") -> None:
        """Change objects in place."""
        del root
        self.keep(objects, place)
        self.facts.changed |= objects

    def store(self, objects: frozenset[Obj], held: frozenset[Obj]) -> None:
        """Objects hold others from here on."""
        if held and objects and (objects, held) not in self.facts.stores:
            self.facts.stores.append((objects, held))

    def effect(self, effect: Effect) -> None:
        """Note an effect."""
        optional = effect.optional or self.forgiving > 0
        self.facts.effects.append(replace(effect, optional=optional))

    def touch(self, modules: Iterable[str]) -> None:
        """Note the use of libraries."""
        self.facts.modules.update(modules)

    def lose(self, place: Place, what: str) -> None:
        """Note code that cannot be followed."""
        del place
        self.facts.wild = self.facts.wild or what
