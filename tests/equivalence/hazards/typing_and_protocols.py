# Protocols, generics, overloads, ParamSpec and runtime checks of types.
# expect: equal
# %%
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, InitVar, dataclass, field, fields
from typing import Any, NewType, ParamSpec, Protocol, TypeVar, get_type_hints, runtime_checkable
# %%
P, R = ParamSpec("P"), TypeVar("R")
UserId = NewType("UserId", int)
# %%
@runtime_checkable
class Scores(Protocol):
    def score(self) -> float: ...
# %%
def traced(function: Callable[P, R]) -> Callable[P, R]:
    def inner(*args: P.args, **named: P.kwargs) -> R:
        trail.append(function.__name__)
        return function(*args, **named)

    return inner


trail: list[str] = []
# %%
@dataclass(slots=True, order=True)
class Entry:
    rank: int
    _: KW_ONLY
    user: "UserId" = UserId(0)
    raw: InitVar[str] = ""
    tags: Sequence[str] = field(default=(), compare=False)

    def __post_init__(self, raw):
        self.tags = (*self.tags, raw)

    @traced
    def score(self) -> float:
        return self.rank / 2
# %%
entries = sorted([Entry(3, raw="x"), Entry(1, user=UserId(5))])
isinstance(entries[0], Scores)
# %%
print([entry.score() for entry in entries], trail)
# %%
entries[0].rank = 10
entries, [f.name for f in fields(Entry)], get_type_hints(Entry)["user"] is UserId
# %%
max(entries).score(), len(trail)
