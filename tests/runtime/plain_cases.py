"""Plain values, and objects of the standard library."""

import array
import collections
import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import ipaddress
import math
import pathlib
import random
import re
import string
import types
import typing
import uuid
import zoneinfo

import pydantic


class Colour(enum.Enum):
    RED = 1
    BLUE = "b"


class Rights(enum.Flag):
    READ = 1
    WRITE = 2


class Level(enum.IntEnum):
    LOW = 1


@dataclasses.dataclass(slots=True)
class Slotted:
    x: int
    y: list


@dataclasses.dataclass(frozen=True)
class Frozen:
    x: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Strict:
    x: int = 3
    y: tuple = ()


class Child(Slotted):
    pass


class Point(typing.NamedTuple):
    x: int
    y: float = math.nan


Pair = collections.namedtuple("Pair", "left right")


class Model(pydantic.BaseModel):
    name: str
    when: dt.datetime
    parts: dict[str, list[int]] = {}
    _hidden: int = pydantic.PrivateAttr(default=5)


class Words(list):
    def __init__(self, *words):
        super().__init__(words)
        self.note = "n"


class Table(dict):
    pass


class Text(str):
    pass


class Unequal:
    def __init__(self):
        self.items = [1]
        self.me = self


class Reduced:
    def __init__(self, x):
        self.x = x

    def __reduce__(self):
        return Reduced, (self.x,)


class Getters:
    def __init__(self):
        self.y = 2

    def __getstate__(self):
        return {"y": self.y}

    def __setstate__(self, state):
        self.__dict__.update(state)


def _cycle():
    one = [1]
    one.append({"me": one, "t": (one,)})
    return one


def _cyclic_object():
    one = Unequal()
    one.items.append(one)
    return one


def _twice():
    inner = {"k": [1]}
    return {"a": inner, "b": [inner, inner["k"]], "c": (inner,)}


def _model():
    made = Model(name="m", when=dt.datetime(2020, 1, 1, tzinfo=dt.UTC), parts={"a": [1]})
    made._hidden = 7
    return made


def _bytes_buffer():
    import io

    stream = io.BytesIO(b"abcdef")
    stream.seek(3)
    return stream.tell(), stream.getvalue()


ZONE = zoneinfo.ZoneInfo("Europe/Berlin")
PLAIN = {
    "none": None,
    "not implemented": NotImplemented,
    "ellipsis": ...,
    "big int": 2**200,
    "negative zero": -0.0,
    "nan": math.nan,
    "infinities": [math.inf, -math.inf],
    "complex": complex(math.nan, -0.0),
    "bytes": b"\0\xff",
    "bytearray": bytearray(b"\0\xff"),
    "lone surrogate": "\ud800 text \U0001f600",
    "text with nul": "a\0b",
    "slice": slice(1, None, -2),
    "range": range(10, 0, -3),
    "sets": {1, "a", frozenset({2.5, None})},
    "nested": {"a": ({1: [None, True, 1, 1.0]},), (1, 2): {"s": {1}}},
    "bool and int": [True, 1, 1.0, False, 0],
    "key types": {1: "int", "1": "str", None: "none", (1,): "tuple"},
    "timedelta": dt.timedelta(days=-1, microseconds=3),
    "date": dt.date(2020, 2, 29),
    "time": dt.time(1, 2, 3, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30), "IST")),
    "naive datetime": dt.datetime(2020, 1, 1, 1, 2, 3, 4),
    "fold": dt.datetime(2021, 10, 31, 2, 30, fold=1, tzinfo=ZONE),
    "no fold": dt.datetime(2021, 10, 31, 2, 30, fold=0, tzinfo=ZONE),
    "zone": ZONE,
    "decimal": [decimal.Decimal("1.10"), decimal.Decimal("NaN"), decimal.Decimal("-0")],
    "fraction": fractions.Fraction(-3, 7),
    "uuid": uuid.UUID(int=5),
    "path": [pathlib.Path("a/b"), pathlib.PurePosixPath("/x"), pathlib.PureWindowsPath("c:/x")],
    "pattern": re.compile(r"(?P<a>\d+)", re.IGNORECASE | re.VERBOSE),
    "bytes pattern": re.compile(rb"x"),
    "addresses": [ipaddress.ip_address("::1"), ipaddress.ip_network("10.0.0.0/8")],
    "array": array.array("d", [1.5, math.nan]),
    "counter": collections.Counter("abca"),
    "ordered": collections.OrderedDict([("b", 1), ("a", 2)]),
    "default dict": collections.defaultdict(list, {"a": [1]}),
    "chain map": collections.ChainMap({"a": 1}, {"b": 2}),
    "deque": collections.deque([1, [2]], maxlen=4),
    "user dict": collections.UserDict(a=1),
    "user list": collections.UserList([1]),
    "enum": [Colour.RED, Colour.BLUE, Level.LOW],
    "flags": [Rights.READ | Rights.WRITE, Rights(0)],
    "enum keys": {Colour.RED: 1},
    "named tuples": [Point(1), Pair([1], "r")],
    "generic alias": [list[int], dict[str, int] | None, typing.Optional[int]],  # noqa: UP045
    "type": [int, dict, Colour, Slotted],
    "module": math,
    "builtin function": [len, math.sqrt, str.upper],
    "template": string.Template("$a").template,
    "mapping proxy": types.MappingProxyType({"a": [1]}),
    "exception": ValueError("no", 3).args,
}
CASES = {name: (lambda value=value: value) for name, value in PLAIN.items()} | {
    "slotted": lambda: Slotted(1, [2]),
    "frozen": lambda: Frozen(3),
    "strict": lambda: Strict(x=1, y=(1,)),
    "inherited": lambda: Child(1, [3]),
    "pydantic": _model,
    "subclass of list": lambda: Words("a", "b"),
    "subclass of dict": lambda: Table(a=1),
    "subclass of str": lambda: Text("t"),
    "cycle": _cycle,
    "cyclic object": _cyclic_object,
    "shared inside": _twice,
    "simple namespace": lambda: types.SimpleNamespace(a=1, b=[2]),
    "own reduction": lambda: Reduced([1]),
    "own state": Getters,
    "random": lambda: random.Random(5).getstate(),
    "memory file": _bytes_buffer,
}
