"""What the walk over a notebook writes down."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from nbflow.analysis.values import IMMUTABLE, Kind, Obj, Value

if TYPE_CHECKING:
    import ast

__all__ = [
    "Bound",
    "Effect",
    "EffectKind",
    "Facts",
    "Place",
    "Read",
    "Record",
    "Source",
    "Statement",
]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of a cell; orders as the notebook does."""

    index: int
    line: int
    cell: str


class EffectKind(StrEnum):
    """What code does beside binding names."""

    DRAW = "draw"
    SEED = "seed"
    SET = "set"
    USE = "use"
    FILE = "file"
    WORLD = "world"
    PATCH = "patch"
    INSTALL = "install"
    SHOW = "show"
    CACHE = "cache"
    DISPLAY = "display"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that code does beside binding names.

    Attributes:
        kind: the sort.
        key: the generator, library or module that it concerns; of a question, the function asked
            with.
        place: where.
        path: of a file; None where it is not known before the run. Of a cached call: why a second
            computation is not the same, or empty.
        reads, writes: what happens to the file.
        folder: the file is a folder that is made.
        listing: many files may be read.
        listed: the folder or pattern whose files are listed; None where it is not known.
        picture: a drawing or page is written, which is not read as data.
        optional: nothing is wrong where the file is not there, or where nobody answers.
        firm: it happens whenever the cell runs.
    """

    kind: EffectKind
    key: str
    place: Place
    path: str | None = None
    reads: bool = False
    writes: bool = False
    folder: bool = False
    listing: bool = False
    listed: str | None = None
    picture: bool = False
    optional: bool = False
    firm: bool = True


@dataclass(slots=True)
class Statement:
    """A top-level statement that defines, and may travel as source.

    Attributes:
        number: position among all statements of the notebook.
        names: what it binds, sorted.
        text: its source.
        place: its first line.
        constant: it binds plain values only.
        amends: it changes a class or module that something else defined.
        eager: names that it reads when it runs, each with the statement that bound it in the same
            step before, or the place where that step computed it before, or None.
        star: it binds names that only the run knows.
    """

    number: int
    names: tuple[str, ...]
    text: str
    place: Place
    constant: bool = False
    amends: str = ""
    star: bool = False
    eager: dict[str, Statement | Place | None] = field(default_factory=dict)


@dataclass(slots=True)
class Read:
    """The first read of a name that its step had not bound for certain.

    Attributes:
        statement: position among the notebook's top-level statements.
        direct: the step's own code reads it, not a function's body.
        soft: nothing is wrong if it does not exist.
        via: the function or class whose body reads it, or empty.
        late: only bodies of functions without a name read it, which may be called later.
    """

    place: Place
    statement: int
    direct: bool
    soft: bool
    via: str = ""
    late: bool = False


@dataclass(slots=True)
class Bound:
    """What a step does to a name, at the end.

    Attributes:
        place: of the last binding or change.
        first: position of the first statement that binds it, or -1.
        definition: the statement that defines it, where nothing else touched it since.
        fresh: place of the last binding proper, not a change; None where it only changes.
        anew: position of the last cell that binds it for certain.
        value: what is known of it.
    """

    place: Place
    first: int = -1
    definition: Statement | None = None
    fresh: Place | None = None
    anew: int = -1
    value: Value = IMMUTABLE


@dataclass
class Record:
    """What a step does, or the cells that run in every step.

    Attributes:
        name: the step, empty for setup and parameters.
        index: its position, -1 for setup and parameters.
        reads: names that it needs from outside.
        bound: names that it binds or changes.
        weak: names of objects that change because another name's object does.
        shared: names that it does not bind, but makes share an object with names that it binds; a
            later step changes that object, so they must leave this step together.
        taken: the step that bound a name last before this one did.
        entry: what the names that it binds reached before it.
        kin: names bound to something that holds a part of what they were before it.
        states: the notebook's classes that it changes, where it does not define them after that.
        definite: names that are bound for certain at the end.
        deleted: names that are unbound for certain at the end.
        modules: libraries whose values or functions it touches.
        statements: its definitions.
        wild: places of code that cannot be followed; after it any name may exist.
        inputs: names that a name's value was made of (in setup).
        seen: last cell that reads a name, by position.
        history: reads of the output history.
        metrics: names to record, with the cell that names them.
        first, last: positions of its first and last cell.
    """

    name: str
    index: int
    reads: dict[str, Read] = field(default_factory=dict)
    bound: dict[str, Bound] = field(default_factory=dict)
    weak: dict[str, Place] = field(default_factory=dict)
    shared: dict[str, dict[str, Place]] = field(default_factory=dict)
    taken: dict[str, Record] = field(default_factory=dict)
    entry: dict[str, frozenset[Obj]] = field(default_factory=dict)
    kin: set[str] = field(default_factory=set)
    states: dict[str, Place] = field(default_factory=dict)
    definite: set[str] = field(default_factory=set)
    deleted: dict[str, Place] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    modules: set[str] = field(default_factory=set)
    wild: list[tuple[Place, str]] = field(default_factory=list)
    inputs: dict[str, set[str]] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    history: list[tuple[Place, str]] = field(default_factory=list)
    metrics: dict[str, str] = field(default_factory=dict)
    first: int = 0
    last: int = 0

    def place_of(self, name: str) -> Place | None:
        """Where it binds or changes a name last."""
        bound = self.bound.get(name)
        return bound.place if bound is not None else self.weak.get(name)

    def place_of_use(self, name: str) -> Place:
        """Where it reads a name first; its first cell where it only has what reads it."""
        read = self.reads.get(name)
        return read.place if read is not None else Place(self.first, 1, "")

    def keeps(self, name: str) -> bool:
        """Whether what it hands on may hold a part of what it was handed."""
        return name not in self.definite or name in self.kin

    def own_read(self) -> Read:
        """A read that stands for all of the step's own."""
        return Read(Place(self.first, 1, ""), 0, direct=True, soft=True)


@dataclass(slots=True)
class Source:
    """A function, lambda or class of the notebook.

    Attributes:
        methods: of a class: name to the id of the method.
        bases: of a class: ids of the notebook's classes that it extends.
        shared: of a class: its own attributes that may change in place, bases' included.
        inner: of a class: name to the id of a class inside of it.
        constants: of a class: its attributes that are numbers and texts.
        plain: of a class: the runtime can tell, and carry, what of it changed.
        metas: of a class: its metaclass, bases' included.
        wrappers: of a decorated function: the notebook's functions that it goes through.
        keeps: a call changes the function itself, or its class, and not only its arguments.
        cached: its results are kept from call to call.
        defaults: of a function: its arguments' default objects that may change.
    """

    number: int
    name: str
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
    place: Place
    methods: dict[str, int] = field(default_factory=dict)
    bases: tuple[int, ...] = ()
    shared: frozenset[str] = frozenset()
    inner: dict[str, int] = field(default_factory=dict)
    constants: frozenset[str] = frozenset()
    plain: bool = True
    metas: frozenset[int] = frozenset()
    wrappers: tuple[int, ...] = ()
    keeps: bool = False
    cached: bool = False
    defaults: dict[str, Value] = field(default_factory=dict)


@dataclass
class Facts:
    """What a call of a function of the notebook does, for any arguments.

    Attributes:
        reads: globals that its body reads, with whether a missing one matters.
        binds: globals that it assigns.
        definite: those that it assigns for certain.
        changed: objects that it changes in place.
        direct: those of them that it changes itself, not a function that it makes.
        looked: mappings of which it reads keys, as symbols.
        stores: pairs of objects: the first ones hold the second ones afterwards.
        returned: its result.
        effects: with paths that may name parameters.
        depends: what the globals that it calls were when this was found out.
        wild: what in it cannot be followed, or empty.
    """

    name: str = ""
    reads: dict[str, bool] = field(default_factory=dict)
    binds: dict[str, Value] = field(default_factory=dict)
    changed: set[Obj] = field(default_factory=set)
    direct: set[Obj] = field(default_factory=set)
    looked: set[Obj] = field(default_factory=set)
    stores: list[tuple[frozenset[Obj], frozenset[Obj]]] = field(default_factory=list)
    returned: Value = IMMUTABLE
    kind: Kind = Kind.PLAIN
    effects: list[Effect] = field(default_factory=list)
    depends: dict[str, frozenset[int]] = field(default_factory=dict)
    definite: set[str] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)
    wild: str = ""
