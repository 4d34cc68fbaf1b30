"""Modules as the notebook changed them: a library's patched attributes, a local module's state."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

from nbflow.runtime.slots import is_plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = [
    "GONE",
    "Look",
    "Place",
    "differences",
    "is_code",
    "is_local",
    "is_of_the_notebook",
    "is_patched",
    "is_watched",
    "look",
    "place_of",
    "places",
]

_OURS = {"nbflow", "IPython", "ipykernel", "sys", "__main__", "traitlets", "ipywidgets"}
"""Modules that belong to the kernel: what changes there is its own."""
_KERNELS = {"display", "get_ipython", "exit", "quit", "open", "copyright", "credits", "license"}
_FIXED = 1 << 8  # Py_TPFLAGS_IMMUTABLETYPE: nothing in such a class can be set
_CODE = (type, FunctionType, BuiltinFunctionType, MethodType, ModuleType)


Look = dict[str, dict[str, Any]]
GONE = object()
"""Stands where nothing is."""


@dataclass(frozen=True)
class Place:
    """An attribute of a module, or of a class in one.

    Attributes:
        module: the module's name.
        owner: the class' name in it, empty for the module itself.
        name: the attribute's.
    """

    module: str
    owner: str
    name: str

    @property
    def key(self) -> str:
        """The place as a name that no variable can have."""
        return f"<{self.module}:{self.owner}:{self.name}>"

    def find(self) -> Any:
        """The module or class that has it, or None where there is none."""
        module = sys.modules.get(self.module)
        return getattr(module, self.owner, None) if self.owner else module


def place_of(key: str) -> Place | None:
    """The place that a key names; None where it is no such key."""
    parts = key[1:-1].split(":") if key.startswith("<") else []
    return Place(*parts) if len(parts) == 3 else None


def is_local(module: ModuleType, folder: Path) -> bool:
    """Whether a module is one of the files in the working directory."""
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and file.startswith(f"{folder}/")


def is_watched(module: ModuleType) -> bool:
    """Whether it is a module that a notebook may patch."""
    return module.__name__.partition(".")[0] not in _OURS


def _tables(module: ModuleType) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The attributes of a module, and those of each class that is its own or it gives out."""
    name = module.__name__.partition(".")[0]
    for attribute, value in list(vars(module).items()):
        fixed = not isinstance(value, type) or value.__flags__ & _FIXED
        if not fixed and value.__module__.partition(".")[0] == name:
            yield attribute, vars(value)
    yield "", vars(module)


def places(module: ModuleType) -> dict[Place, Any]:
    """What a local module and its classes hold."""
    return {
        Place(module.__name__, owner, name): value
        for owner, table in _tables(module)
        for name, value in list(table.items())
        if _may_be_patched(name, value, local=True)
    }


def look(module: ModuleType) -> Look:
    """What a library's module and its classes hold now, to be compared later."""
    return {owner: dict(table) for owner, table in _tables(module)}


def is_patched(seen: Look) -> bool:
    """Whether code of the notebook stood in a module when it was looked at."""
    return any(
        one.__module__ == "__main__"
        for table in seen.values()
        for one in table.values()
        if type(one) is FunctionType
    )


def differences(module: ModuleType, seen: Look) -> Iterator[tuple[Place, Any, Any]]:
    """Places where a library's module is not as it was: what is there and what was, or `GONE`."""
    for owner, table in _tables(module):
        before = seen.get(owner, {})
        for name in before.keys() - table.keys():
            yield Place(module.__name__, owner, name), GONE, before[name]
        for name, value in list(table.items()):
            old = before.get(name, GONE)
            if old is not value and _may_be_patched(name, value, local=False):
                yield Place(module.__name__, owner, name), value, old


def _may_be_patched(name: str, value: Any, *, local: bool) -> bool:
    if not isinstance(name, str) or (name.startswith("__") and name.endswith("__")):
        return False
    if isinstance(value, ModuleType) or name in _KERNELS:
        return False
    if local:
        return True
    return not name.startswith("_") or is_of_the_notebook(value)


def is_code(value: Any) -> bool:
    """Whether it is a class, a function or a module."""
    return isinstance(_inner(value), _CODE)


def _inner(value: Any) -> Any:
    """The function in a method or property; no other object is asked, some import to answer."""
    if isinstance(value, property):
        return value.fget
    return value.__func__ if isinstance(value, MethodType | staticmethod | classmethod) else value


def is_of_the_notebook(value: Any) -> bool:
    """Whether a cell made it: code of a cell, or an object of a class of one."""
    value = _inner(value)
    if isinstance(value, _CODE):
        return getattr(value, "__module__", None) == "__main__"
    return not is_plain(value) and type(value).__module__ == "__main__"
