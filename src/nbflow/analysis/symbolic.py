"""The notebook's own scope as a function's body sees it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nbflow.analysis.namespaces import BUILTINS, Namespace, Notebook
from nbflow.analysis.values import Obj, Value, merge

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbflow.analysis.records import Effect, Facts, Place

__all__ = ["Symbolic"]


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
        if not self.later:
            self.facts.direct |= objects

    def store(self, objects: frozenset[Obj], held: frozenset[Obj]) -> None:
        """Objects hold others from here on."""
        if held and objects and (objects, held) not in self.facts.stores:
            self.facts.stores.append((objects, held))

    def look_up(self, objects: frozenset[Obj]) -> None:
        """Keys of mappings are read."""
        self.facts.looked |= {obj for obj in objects if isinstance(obj, tuple)}

    def effect(self, effect: Effect) -> None:
        """Note an effect."""
        self.facts.effects.append(self.judged(effect))

    def touch(self, modules: Iterable[str]) -> None:
        """Note the use of libraries."""
        self.facts.modules.update(modules)

    def lose(self, place: Place, what: str) -> None:
        """Note code that cannot be followed."""
        del place
        self.facts.wild = self.facts.wild or what
