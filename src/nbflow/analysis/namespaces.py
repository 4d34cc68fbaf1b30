"""The notebook's own scope: what is known of its names, and what code can do to them."""

from __future__ import annotations

import ast
import builtins
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from nbflow.analysis.beside import Beside
from nbflow.analysis.records import Effect, EffectKind, Facts, Place, Record, Source
from nbflow.analysis.values import Obj

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbflow.analysis.values import Value

__all__ = ["BUILTINS", "HISTORY", "Namespace", "Notebook", "is_history"]

_KERNEL = {"get_ipython", "display", "exit", "quit", "_ih", "_oh", "_dh", "_i", "_ii", "_iii"}
BUILTINS = frozenset(dir(builtins)) | _KERNEL | {"__file__", "__session__", "__annotations__"}
_WIDE = 256
HISTORY = frozenset({"_", "__", "___", "Out", "In"})


def is_history(name: str) -> bool:
    """Whether a name is IPython's record of inputs and outputs."""
    return name in HISTORY or re.fullmatch(r"_i?\d+", name) is not None


@dataclass(frozen=True, slots=True, eq=False)
class Holder:
    """A name that reaches an object, or did until it was bound to something else.

    Attributes:
        makers: the steps whose version of the name is part of its present one, the last first.
        until: position of the step that it is looked at in, or that bound it or deleted it.
    """

    name: str
    makers: tuple[Record, ...]
    until: int

    def passes(self, step: int) -> bool:
        """Whether a step is handed it and does not make it."""
        return bool(self.makers) and self.makers[-1].index < step < self.until


@dataclass
class Notebook:
    """What is known of the notebook so far.

    Attributes:
        env: every name's value, last binding first come.
        holders: the names that reach an object, but for those that reach very many.
        wide: those.
        formers: the names that reached an object once, where others still do.
        ties: for each name: the names that held an object with it when the object was changed.
        sharers: the steps that hand a name on only because of what it holds with another.
        sources: functions and classes, by id.
        methods: ids of the methods of a name, over all classes.
        facts: what calls of functions do, found once.
        working, touched: functions that are being found out, and those met again meanwhile.
        partial: for functions that are being found out: those that call them meanwhile.
        origins: the step that bound or changed a name last.
        beside: the modules beside the notebook.
        scripts: texts of the files that cells wrote with `%%writefile`.
        folder: the working directory, from the notebook's; None where it is not known.
        cached: objects that a function with a cache handed out, and its name.
        late: names that a function without a name reads when it is called, by its object.
        statement: how many top-level statements were walked.
        bindings, changes: how often each name is bound and changed, anywhere.
        altered: how often any is changed.
    """

    env: dict[str, Value] = field(default_factory=dict)
    holders: defaultdict[Obj, set[str]] = field(default_factory=lambda: defaultdict(set))
    wide: set[str] = field(default_factory=set)
    formers: defaultdict[Obj, list[Holder]] = field(default_factory=lambda: defaultdict(list))
    ties: defaultdict[str, list[list[Holder]]] = field(default_factory=lambda: defaultdict(list))
    sharers: defaultdict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))
    sources: dict[int, Source] = field(default_factory=dict)
    methods: dict[str, list[int]] = field(default_factory=dict)
    facts: dict[int, Facts] = field(default_factory=dict)
    working: set[int] = field(default_factory=set)
    touched: set[int] = field(default_factory=set)
    partial: dict[int, set[int]] = field(default_factory=dict)
    bindings: Counter[str] = field(default_factory=Counter)
    changes: Counter[str] = field(default_factory=Counter)
    cached: dict[Obj, str] = field(default_factory=dict)
    late: dict[Obj, frozenset[str]] = field(default_factory=dict)
    statement: int = 0
    altered: int = 0
    folder: str | None = "."
    scripts: dict[str, str] = field(default_factory=dict)
    beside: Beside = field(default_factory=Beside)
    origins: dict[str, Record] = field(default_factory=dict)

    def put(self, name: str, value: Value) -> None:
        """Bind a name."""
        before = self.env.get(name)
        held = before.reach if before is not None and name not in self.wide else frozenset[Obj]()
        self.env[name] = value
        if len(value.reach) > _WIDE:
            self.wide.add(name)
            for obj in held:
                self.holders[obj].discard(name)
            return
        self.wide.discard(name)
        for obj in held - value.reach:
            self.holders[obj].discard(name)
        for obj in value.reach - held:
            self.holders[obj].add(name)

    def holding(self, objects: Iterable[Obj]) -> set[str]:
        """Names that reach one of the objects."""
        found: set[str] = set()
        for obj in objects:
            found |= self.holders.get(obj, set())
        env, sought = self.env, frozenset(objects)
        found.update(n for n in self.wide if n in env and not env[n].reach.isdisjoint(sought))
        return found

    def leave(self, former: Holder, objects: Iterable[Obj]) -> None:
        """A name does not reach these objects any more."""
        for obj in objects:
            if self.wide or self.holders.get(obj, set()) - {former.name}:
                self.formers[obj].append(former)

    def is_class(self, name: str) -> bool:
        """Whether a name is a class of the notebook."""
        value = self.env.get(name)
        defs = value.defs if value is not None else ()
        return any(isinstance(self.sources[number].node, ast.ClassDef) for number in defs)


class Namespace:
    """Which names are bound for certain, while code branches."""

    def __init__(self, notebook: Notebook) -> None:
        self.notebook = notebook
        self.definite: set[str] = set()
        self._journal: list[set[str]] = []
        self.quiet = 0
        self.later = 0  # inside of functions that are made, and called at another time
        self.forgiving = 0
        self.unanswered = 0  # inside of what goes on where nobody answers a question
        self.jumped = False  # a part that may not run has left this body: the rest may not, either

    @property
    def firm(self) -> bool:
        """Whether what happens now always happens."""
        return not self._journal

    def jump(self) -> None:
        """The body is left here, or its loop."""
        self.jumped |= not self.firm

    def judged(self, effect: Effect) -> Effect:
        """The effect, with what is known here of whether it happens and whether it matters."""
        asks = effect.kind is EffectKind.ASK
        excused = (self.unanswered if asks else self.forgiving) > 0
        firm = effect.firm and not (asks and self.jumped)
        return replace(effect, optional=effect.optional or excused, firm=firm)

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

    def carry(self, objects: frozenset[Obj], names: frozenset[str]) -> None:
        """What holds the objects needs definitions where it is brought back."""

    def look_up(self, objects: frozenset[Obj]) -> None:
        """Keys of mappings are read."""

    def effect(self, effect: Effect) -> None:
        """Note an effect."""
        raise NotImplementedError

    def keep(self, objects: frozenset[Obj], place: Place) -> None:
        """Note a change of what a cache holds."""
        for obj in sorted(objects & self.notebook.cached.keys(), key=str):
            why = "its result is changed in place"
            name = self.notebook.cached[obj]
            self.effect(Effect(EffectKind.CACHE, name, place, path=why, writes=True))

    def star(self, module: str, place: Place) -> None:
        """All names of a module are bound, whichever those are."""

    def amend(self, name: str, place: Place) -> None:
        """A class or function of the notebook remembers something more."""

    def touch(self, modules: Iterable[str]) -> None:
        """Note the use of libraries."""
        raise NotImplementedError

    def lose(self, place: Place, what: str) -> None:
        """Note code that cannot be followed."""
        raise NotImplementedError
