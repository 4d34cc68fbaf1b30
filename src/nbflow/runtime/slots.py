"""What the notebook's classes and functions remember beside their code, place by place."""

from __future__ import annotations

import functools
from abc import ABCMeta
from dataclasses import dataclass
from types import FunctionType, MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["Slot", "is_plain", "roots", "settle", "slots", "walk"]

Path = tuple[tuple[str, Any], ...]

_PLAIN = (str, bytes, int, float, complex, bool, type(None))
_WRITTEN = {
    "attribute": "{}",
    "function": "{}",
    "dict": "{}",
    "default": "<default {}>",
    "keyword": "<default of {}>",
    "cell": "<cell {}>",
}


def is_plain(value: Any) -> bool:
    """Whether a value cannot change in place."""
    return isinstance(value, _PLAIN)


@dataclass(frozen=True)
class Slot:
    """A place in a class or function that holds a value.

    Attributes:
        root: the name of the class or function.
        path: the way from there: kinds of steps and names or numbers.
    """

    root: str
    path: Path

    @property
    def key(self) -> str:
        """A name for people, such as `LinReg.history`; no two slots have one."""
        words = [_WRITTEN[kind].format(name) for kind, name in self.path]
        return ".".join([self.root, *filter(None, words)])

    def read(self, root: Any) -> Any:
        """The value now.

        Raises:
            LookupError: there is no such place, or nothing in it.
        """
        return walk(root, self.path)

    def write(self, root: Any, value: Any) -> None:
        """Put a value there."""
        (kind, name), owner = self.path[-1], walk(root, self.path[:-1])
        if kind in {"attribute", "dict"}:
            setattr(owner, name, value)
        elif kind == "default":
            items = list(owner.__defaults__)
            items[name] = value
            owner.__defaults__ = tuple(items)
        elif kind == "keyword":
            owner.__kwdefaults__[name] = value
        else:
            owner.__closure__[name].cell_contents = value

    def delete(self, root: Any) -> None:
        """Take an attribute away, where it is there; other places cannot be taken away."""
        (kind, name), owner = self.path[-1], walk(root, self.path[:-1])
        if kind in {"attribute", "dict"} and name in vars(owner):
            delattr(owner, name)


def settle(root: Any) -> None:
    """Let a generic function show the implementations that were put back into it."""
    register = getattr(root, "register", None)
    if not isinstance(getattr(root, "registry", None), MappingProxyType):
        return
    if isinstance(register, FunctionType) and "registry" in register.__code__.co_freevars:
        index = register.__code__.co_freevars.index("registry")
        root.registry = MappingProxyType((register.__closure__ or ())[index].cell_contents)


def walk(owner: Any, path: Path) -> Any:
    """What stands at the end of a path.

    Raises:
        LookupError: nothing does.
    """
    for kind, name in path:
        try:
            owner = _STEPS[kind](owner, name)
        except (AttributeError, TypeError, ValueError) as error:
            raise LookupError(f"no {kind} {name!r}") from error
    return owner


_STEPS: dict[str, Callable[[Any, Any], Any]] = {
    "attribute": lambda owner, name: vars(owner)[name],
    "function": lambda owner, _: owner.__func__,
    "dict": lambda owner, name: vars(owner)[name],
    "default": lambda owner, index: owner.__defaults__[index],
    "keyword": lambda owner, name: owner.__kwdefaults__[name],
    "cell": lambda owner, index: owner.__closure__[index].cell_contents,
}


def roots(space: Mapping[str, Any]) -> dict[str, Any]:
    """The notebook's own classes and functions, but no second names of them."""
    return {name: value for name, value in dict(space).items() if _is_root(name, value)}


def _is_root(name: str, value: Any) -> bool:
    kinds = (type, FunctionType, functools._lru_cache_wrapper)
    if not isinstance(value, kinds) or getattr(value, "__module__", None) != "__main__":
        return False
    own = getattr(value, "__qualname__", "")
    return own == name or (isinstance(value, FunctionType) and "<locals>" in own)


def slots(root: str, value: Any) -> dict[Slot, Any]:
    """The places that hold data now, with what they hold."""
    return {Slot(root, path): held for path, held in _places(value, (), {id(value)})}


def _places(owner: Any, path: Path, seen: set[int]) -> Iterator[tuple[Path, Any]]:
    for step, held in list(_held(owner)):
        inner = (*path, step)
        if isinstance(held, staticmethod | classmethod):
            inner, held = (*inner, ("function", "")), held.__func__
        if _is_part(owner, step[0], held):
            if id(held) not in seen:
                seen.add(id(held))
                yield from _places(held, inner, seen)
        elif _is_data(step[0], held):
            yield inner, held


def _held(owner: Any) -> Iterator[tuple[tuple[str, Any], Any]]:
    if isinstance(owner, type):
        if type(owner) in {type, ABCMeta} or type(owner).__module__ == "__main__":
            for name, member in vars(owner).items():
                if name != "_abc_impl" and (not _is_special(name) or _is_own(member)):
                    yield ("attribute", name), member
        return
    for name, held in vars(owner).items():
        yield ("dict", name), held
    if not isinstance(owner, FunctionType):
        return
    for index, held in enumerate(owner.__defaults__ or ()):
        yield ("default", index), held
    for name, held in (owner.__kwdefaults__ or {}).items():
        yield ("keyword", name), held
    for index, cell in enumerate(owner.__closure__ or ()):
        try:
            yield ("cell", index), cell.cell_contents
        except ValueError:  # an empty cell
            continue


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _is_own(member: Any) -> bool:
    """Whether it is a function of the notebook, which may have become a method later."""
    return isinstance(member, FunctionType) and member.__module__ == "__main__"


def _is_part(owner: Any, kind: str, held: Any) -> bool:
    """Whether it is code of the notebook that belongs to its owner, and may hold data itself."""
    if not isinstance(held, type | FunctionType) or held.__module__ != "__main__":
        return False
    if isinstance(owner, type):
        return held.__qualname__.startswith(f"{owner.__qualname__}.")
    return kind in {"dict", "cell"} and isinstance(held, FunctionType)


def _is_data(kind: str, held: Any) -> bool:
    if isinstance(held, ModuleType) or (kind == "cell" and isinstance(held, type)):
        return False
    if kind in {"default", "keyword"}:
        return not is_plain(held) and not callable(held)
    if kind == "attribute":
        return isinstance(held, FunctionType) or not hasattr(type(held), "__get__")
    return True
