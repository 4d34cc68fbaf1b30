"""The notebook's own scope as its cells fill it, step by step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nbflow.analysis.files import normal, placed
from nbflow.analysis.namespaces import BUILTINS, Holder, Namespace, Notebook, is_history
from nbflow.analysis.records import Bound, Effect, EffectKind, Place, Read, Record, Statement
from nbflow.analysis.syntax import module_names
from nbflow.analysis.values import IMMUTABLE, Obj, Value, fresh, merge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Live"]


class Live(Namespace):
    """The notebook's scope while a step's cells are walked."""

    def __init__(self, notebook: Notebook, record: Record) -> None:
        super().__init__(notebook)
        self.record = record
        self.heard: dict[str, Statement | Place | None] | None = None
        self.shown = False
        self._loading: list[str] = []

    def load(self, name: str, place: Place, *, soft: bool = False, via: str = "") -> Value:
        """Read a name."""
        soft = soft or self.quiet > 0
        bound = self.record.bound.get(name)
        if self.heard is not None and name not in self.heard:
            # A change in place counts as much as a binding: the source would not tell of it.
            made = self.record.weak.get(name) if bound is None else bound.definition or bound.place
            self.heard[name] = made
        self.record.seen[name] = max(place.index, self.record.seen.get(name, -1))
        if name not in self.notebook.env and is_history(name):
            if name != "_" or not self.shown:
                self.record.history.append((place, name))
            return IMMUTABLE
        if name not in self.definite:
            late = self.later > 0
            self._read(name, Read(place, self.notebook.statement, not via, soft, via, late))
        value = self.value(name)
        if name not in self._loading and not self.notebook.late.keys().isdisjoint(value.reach):
            self._loading.append(name)
            for obj in sorted(value.reach & self.notebook.late.keys(), key=str):
                for other in sorted(self.notebook.late[obj]):
                    self.load(other, place, soft=True, via=name)
            self._loading.pop()
        return value

    def _read(self, name: str, read: Read) -> None:
        before = self.record.reads.get(name)
        if before is None:
            self.record.reads[name] = read
            return
        before.direct = before.direct or read.direct
        if before.late and not read.late and name not in self.record.bound:
            before.late, before.place, before.statement = False, read.place, read.statement
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
        if firm:
            self._leave(name, value)
        self.notebook.put(name, value if firm or before is None else merge(before, value))
        # In a branch its value may stay what it was, as far as is known here.
        entry = self.record.entry.setdefault(name, before.reach if before else IMMUTABLE.reach)
        kin = before is not None and not (firm and entry.isdisjoint(value.reach))
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
        self.record.states.pop(name, None)
        self._own(name)
        self.settle([name])

    def delete(self, name: str, place: Place) -> None:
        """Unbind a name."""
        if self.firm:
            self._leave(name, IMMUTABLE)
            self.record.deleted[name] = place
            self.notebook.put(name, IMMUTABLE)
            self.notebook.env.pop(name, None)
        bound = self.record.bound.setdefault(name, Bound(place))
        bound.place, bound.definition = place, None
        self.notebook.changes[name] += 1
        self.notebook.altered += not self.later
        self.unsettle(name)

    def change(self, objects: frozenset[Obj], place: Place, *, root: str = "") -> None:
        """Change objects in place."""
        self.keep(objects, place)
        names = self.notebook.holding(objects)
        if root:
            names.add(root)
        classes = {name for name in names if self._remembers(name)}
        for name in sorted(classes):  # its source travels, and what it remembers beside it
            self.amend(name, place)
        self._together(names - classes, objects, place)
        for name in sorted(names - classes):
            self._changed(name, place, strong=name == root)

    def _remembers(self, name: str) -> bool:
        """Whether it is a class, or a function with changing defaults: its source travels."""
        value = self.notebook.env.get(name)
        sources = [self.notebook.sources[number] for number in value.defs] if value else []
        plain = all(one.defaults and one.name == name and not one.keeps for one in sources)
        return self.notebook.is_class(name) or (bool(sources) and plain)

    def _together(self, names: set[str], objects: frozenset[Obj], place: Place) -> None:
        """Names of one object must come from one step: the last that made them share it.

        So must a name that reached it then, and that another was bound to, though it reaches
        something else by now.
        """
        outside = names - (self.definite - self.record.kin)
        formers = {one for obj in objects for one in self.notebook.formers.get(obj, ())}
        if not outside or len(outside) + len(formers) < 2:
            return
        held = [self._holder(name) for name in sorted(outside)]
        held += sorted(formers, key=lambda one: (one.name, one.until))
        for one in held:
            self.notebook.ties[one.name].append(held)
        makers: dict[int, tuple[Record, dict[str, Place]]] = {}
        for one in held:
            for maker in one.makers:
                partners = makers.setdefault(maker.index, (maker, {}))[1]
                partners[one.name] = maker.place_of(one.name) or place
        for one in held:
            for index, (maker, partners) in makers.items():
                others = {name: at for name, at in partners.items() if name != one.name}
                made = one.name in partners and one.name not in maker.shared
                if others and one.passes(index) and not made:
                    self._tie(maker, one.name, others)

    def _tie(self, maker: Record, name: str, partners: dict[str, Place]) -> None:
        """A step hands a name on, so that it leaves with the ones that it shares an object with.

        Then what shares another object with that name, changed later, must leave there too.
        """
        known = name in maker.shared
        maker.shared.setdefault(name, {}).update(partners)
        if known or name in maker.bound:
            return
        self.notebook.sharers[name].append(maker)
        place = min(partners.values())
        for held in self.notebook.ties[name]:
            if any(one.name == name and one.passes(maker.index) for one in held):
                for one in held:
                    if one.name != name and one.passes(maker.index):
                        self._tie(maker, one.name, {name: place})

    def _holder(self, name: str) -> Holder:
        now = self.record.index
        makers = list(self._makers(name))
        sharing = self.notebook.sharers.get(name, ())
        if makers and sharing:
            begin = makers[-1].index
            makers += [
                one
                for one in sharing
                if begin < one.index < now and all(one is not made for made in makers)
            ]
            makers.sort(key=lambda one: -one.index)
        return Holder(name, tuple(makers), now)

    def _leave(self, name: str, value: Value) -> None:
        """A name is bound to something else, or to nothing."""
        before = self.notebook.env.get(name)
        if before is None or name in self.definite - self.record.kin:
            return  # what this step made it, it hands on as a whole
        lost = before.reach - value.reach
        if lost:
            self.notebook.leave(self._holder(name), lost)

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
        self.notebook.altered += not self.later
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
            closed = value.closed and value.own.isdisjoint(held)
            known = replace(value, reach=value.reach | held, items=None, closed=closed)
            self.notebook.put(name, known)

    def carry(self, objects: frozenset[Obj], names: frozenset[str]) -> None:
        """What holds the objects needs definitions where it is brought back."""
        for name in self.notebook.holding(objects):
            value = self.notebook.env[name]
            self.notebook.put(name, replace(value, carries=value.carries | names))

    def effect(self, effect: Effect) -> None:
        """Note an effect."""
        if effect.kind is EffectKind.SHOW:
            return
        effect = self.judged(effect)
        if effect.kind is EffectKind.FILE:
            self.record.effects += self._placed(effect)
            return
        if effect.kind is EffectKind.SET and effect.key == "os.chdir":
            path = normal(effect.path) if effect.path is not None and effect.firm else None
            self.notebook.folder = placed(path, self.notebook.folder)
        self.record.effects.append(effect)

    def _placed(self, effect: Effect) -> list[Effect]:
        """A use of a file where the working directory may be another one."""
        folder = self.notebook.folder
        path, listed = placed(effect.path, folder), placed(effect.listed, folder)
        if path == "." != effect.path and not effect.writes:
            return []  # the way back, which reads nothing
        found = [replace(effect, path=path, listed=listed)]
        if folder is None and effect.reads and (path or listed) is None:
            maybe = replace(effect, writes=False, optional=True)
            found.append(
                replace(maybe, path=placed(effect.path, "."), listed=placed(effect.listed, "."))
            )
        return found

    def touch(self, modules: Iterable[str]) -> None:
        """Note the use of libraries."""
        self.record.modules.update(modules)

    def amend(self, name: str, place: Place) -> None:
        """A class or function of the notebook remembers something more."""
        if not name:
            return
        self.record.states[name] = place
        if name not in self.definite:
            read = Read(place, self.notebook.statement, direct=True, soft=self.quiet > 0)
            self._read(name, read)

    def star(self, module: str, place: Place) -> None:
        """Names that an earlier step bound may be another thing from here on."""
        known = module_names(module)
        for name, value in sorted(self.notebook.env.items()):
            hidden = known is None or name in known
            if hidden and name not in self.definite and not (value.ref or value.defs):
                self.branch()
                self.bind(name, fresh(), place)
                self.merge()

    def lose(self, place: Place, what: str) -> None:
        """Note code that cannot be followed."""
        self.record.wild.append((place, what))
