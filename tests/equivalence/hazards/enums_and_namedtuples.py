# Enums, flags and named tuples: members are the same object in every step.
# expect: equal
# %%
from collections import namedtuple
from enum import Enum, Flag, IntEnum, StrEnum, auto
from typing import NamedTuple, TypedDict
# %%
class Colour(Enum):
    RED = auto()
    BLUE = auto()
    CRIMSON = RED

    @property
    def nice(self):
        return self is Colour.BLUE
# %%
class Right(Flag):
    READ = auto()
    WRITE = auto()


class Level(IntEnum):
    LOW = 1
    HIGH = 5


class Word(StrEnum):
    YES = auto()
# %%
class Row(NamedTuple):
    colour: Colour
    level: Level = Level.LOW


Pair = namedtuple("Pair", "left right", defaults=[None])


class Options(TypedDict, total=False):
    rights: Right
# %%
rows = [Row(Colour.RED), Row(Colour.BLUE, Level.HIGH)]
chosen = {Colour.CRIMSON: Pair(rows[0]), Colour.BLUE: Pair(*rows)}
options: Options = {"rights": Right.READ | Right.WRITE}
# %%
print(rows[0].colour is Colour.RED, chosen[Colour.RED].left is rows[0], options)
# %%
rows.sort(key=lambda row: -row.level)
print([row.colour.nice for row in rows], Right.WRITE in options["rights"], Word("yes") is Word.YES)
# %%
print(chosen[Colour.BLUE]._replace(left=Level(5)), type(rows[0]) is Row, list(Colour))
