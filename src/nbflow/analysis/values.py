"""What is known of a value without running the code."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from enum import StrEnum

from nbflow.analysis.purity import is_mutator

__all__ = ["IMMUTABLE", "ITERATORS", "STUCK", "Kind", "Obj", "Value", "fresh", "merge", "number"]

# An object is a number, or a pair that stands for something known later: ("p", name) is the
# parameter of a function, ("g", name) a global; "pe" and "ge" are what is inside of it.
Obj = int | tuple[str, str]

_NONE: frozenset[Obj] = frozenset()
_counter = itertools.count(1)


class Kind(StrEnum):
    """What a value is, where that matters for crossing a cut."""

    PLAIN = ""
    FILE = "an open file"
    GENERATOR = "a generator"
    ITERATOR = "an iterator"
    LOCK = "a lock"
    CONTEXT = "a context variable"
    CONNECTION = "a connection"
    PROCESS = "a running process"
    POOL = "a pool of workers"
    SOCKET = "a socket"
    SESSION = "a session"
    RNG = "a random generator"
    CLOSURE = "a function with state"
    PATH = "a path"
    CLASS = "a class"
    MAPPED = "a file in memory"
    DISPLAY = "a display's handle"


STUCK = frozenset(
    {
        Kind.FILE,
        Kind.LOCK,
        Kind.CONNECTION,
        Kind.PROCESS,
        Kind.POOL,
        Kind.SOCKET,
        Kind.SESSION,
        Kind.CONTEXT,
    }
    | {Kind.MAPPED, Kind.DISPLAY}
)
ITERATORS = frozenset({Kind.GENERATOR, Kind.ITERATOR})


@dataclass(frozen=True, slots=True)
class Value:
    r"""A value as far as it is known.

    Attributes:
        own: the objects that it may be. Empty: it cannot change in place.
        reach: `own` and all that may be reached from it.
        ref: dotted name of a library's module, class or function, else empty.
        kind: what it is, where that matters.
        text: a string or path that is known, with `\0name\0` for a function's parameter.
        defs: ids of the notebook's functions and classes that it may be.
        classes: ids of the notebook's classes that it may be an instance of.
        carries: names of the notebook's definitions that its pickle needs.
        modules: top-level names of the libraries that it was made with.
        items: the values of a tuple's or list's elements, where written out.
        element: it was taken out of another object.
        separate: unpacking it gives objects that share nothing.
        draws: using it draws from numpy's global random generator.
        method: the attribute that it was read from another object as: its method, perhaps.
        fills: reading a missing key of it, or of what it holds, adds the key.
        closed: it holds nothing but what it is known to reach.
        alters: a function, a call of which may change what it is given; or it holds such a one.
        holds: ids of the notebook's functions that it may hold.
    """

    own: frozenset[Obj] = _NONE
    reach: frozenset[Obj] = _NONE
    ref: str = ""
    kind: Kind = Kind.PLAIN
    text: str | None = None
    defs: frozenset[int] = frozenset()
    classes: frozenset[int] = frozenset()
    carries: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()
    items: tuple[Value, ...] | None = None
    element: bool = False
    separate: bool = False
    draws: bool = False
    method: str = ""
    fills: bool = False
    closed: bool = False
    alters: bool = False
    holds: frozenset[int] = frozenset()

    @property
    def inside(self) -> Value:
        """Something taken out of it."""
        held = self.reach - self.own if self.closed else self.reach
        return Value(
            held,
            held,
            classes=self.classes,
            carries=self.carries,
            modules=self.modules,
            element=True,
            draws=self.draws,
            fills=self.fills,
            alters=self.alters,
            holds=self.holds,
        )

    def tainted(self, *others: Value) -> Value:
        """The same value, made with the help of others."""
        modules = self.modules.union(*(other.modules for other in others))
        carries = self.carries.union(*(other.carries for other in others))
        if modules == self.modules and carries == self.carries:
            return self
        return replace(self, modules=modules, carries=carries)


IMMUTABLE = Value()


def number() -> int:
    """A number that no other object or definition has."""
    return next(_counter)


def fresh(*inside: Value, kind: Kind = Kind.PLAIN) -> Value:
    """A new object that holds the given ones."""
    own: frozenset[Obj] = frozenset({number()})
    value = Value(own, own.union(*(part.reach for part in inside)), kind=kind)
    if not inside:
        return value
    value = value.tainted(*inside)
    if any(part.alters or part.defs or part.holds or part.method for part in inside):
        alters = any(part.alters or is_mutator(part.method) for part in inside)
        alters |= any(part.method and part.classes for part in inside)
        holds = frozenset[int]().union(*(part.defs | part.holds for part in inside))
        value = replace(value, alters=alters, holds=holds)
    if any(part.draws or part.classes or part.fills for part in inside):
        classes = frozenset[int]().union(*(part.classes for part in inside))
        draws, fills = any(p.draws for p in inside), any(p.fills for p in inside)
        value = replace(value, draws=draws, fills=fills, classes=classes)
    return value


def merge(first: Value, second: Value) -> Value:
    """A value that is one or the other."""
    if first is second:
        return first
    return Value(
        first.own | second.own,
        first.reach | second.reach,
        ref=first.ref if first.ref == second.ref else "",
        kind=first.kind or second.kind,
        text=first.text if first.text == second.text else None,
        defs=first.defs | second.defs,
        classes=first.classes | second.classes,
        carries=first.carries | second.carries,
        modules=first.modules | second.modules,
        element=first.element or second.element,
        separate=first.separate and second.separate,
        draws=first.draws or second.draws,
        method=first.method or second.method,
        fills=first.fills or second.fills,
        closed=first.closed and second.closed,
        alters=first.alters or second.alters,
        holds=first.holds | second.holds,
    )
