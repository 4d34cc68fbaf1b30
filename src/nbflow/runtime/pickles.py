"""Pickling for steps: memory stays shared, the notebook's classes go by name, others by value."""

from __future__ import annotations

import enum
import functools
import importlib
import io
import pickle
import sys
import time
import types
from collections.abc import Callable, Mapping
from typing import Any

import cloudpickle

from nbflow.runtime import arrays, memory, nans, serializers
from nbflow.runtime.fingerprints import fingerprint

__all__ = ["Names", "Pickled", "StepPickler", "dump", "load", "resolving"]

# What pickles, but comes back as something else: a file as a text buffer.
_REFUSED = (io.IOBase,)
_NAMED = (type, types.FunctionType, functools._lru_cache_wrapper)

Resolver = Callable[[str, str], Any]
_resolver: Resolver | None = None


class Names:
    """Which classes and functions of the notebook are known by name.

    Attributes:
        namespace: the notebook's.
        given: what every step has already (its setup cells bind it), by name.
        foreign: classes and functions that came by value, by their ids, with name and fingerprint.
    """

    def __init__(self, namespace: dict[str, Any], given: Mapping[str, Any]) -> None:
        self.namespace = namespace
        self.given = dict(given)
        self.foreign: dict[int, tuple[Any, str, str]] = {}
        self._prints: dict[int, tuple[Any, str]] = {}

    def note(self, value: Any) -> None:
        """A class or function is as its definition made it: that is what it goes by from now."""
        self._prints[id(value)] = (value, fingerprint(value))
        inner = vars(value).values() if isinstance(value, type) else ()
        for one in inner:
            if isinstance(one, type) and one.__qualname__ == f"{value.__qualname__}.{one.__name__}":
                self.note(one)

    def print_of(self, value: Any) -> str:
        """The fingerprint of a class or function as it was defined."""
        noted = self._prints.get(id(value))
        return fingerprint(value) if noted is None else noted[1]

    def find(self, value: Any) -> tuple[str, str] | None:
        """The name and fingerprint under which other steps find it, or None."""
        if id(value) in self.foreign:
            return self.foreign[id(value)][1:]
        name = getattr(value, "__qualname__", "")
        if getattr(value, "__module__", None) != "__main__" or not name or "<" in name:
            return None
        first, *rest = name.split(".")
        found = self.namespace.get(first)
        for part in rest:
            found = getattr(found, part, None)
        return (name, self.print_of(value)) if found is value else None

    def is_given(self, name: str, value: Any) -> bool:
        """Whether every step binds this name to this very thing by itself."""
        return name in self.given and self.given[name] is value


class StepPickler(cloudpickle.Pickler):  # type: ignore[misc, unused-ignore]
    """Pickles one group of variables.

    Attributes:
        arrays: numpy arrays met that are not pandas' own.
        blocks: arrays met that are a frame's own, and no other frame's.
        named: what went by name: `(name, fingerprint)` to the object.
    """

    def __init__(
        self,
        stream: io.BytesIO,
        *,
        names: Names,
        regions: list[arrays.Region] | None = None,
        by_value: str | None = None,
        buffers: list[pickle.PickleBuffer] | None = None,
        exposed: frozenset[int] = frozenset(),
    ) -> None:
        callback = None if buffers is None else buffers.append
        super().__init__(stream, protocol=5, buffer_callback=callback)  # type: ignore[no-untyped-call]
        self._names = names
        self._by_value = by_value
        self._parts = serializers.Parts()
        self._cells: dict[int, types.CellType] = {}
        self.serializers: set[str] = set()
        self._memory = memory.Memory(regions or [], self.serializers)
        self.arrays = self._memory.arrays
        self.blocks: list[Any] = []
        self._exposed = exposed
        self.named: dict[tuple[str, str], Any] = {}

    def reducer_override(self, value: Any) -> Any:
        """What `pickle` calls for all but the plainest objects."""
        if isinstance(value, _NAMED):
            return self._reduce_named(value)
        if id(value) in self._cells:  # its function fills it: functions may share a cell
            return make_cell, ()
        if isinstance(value, _REFUSED) and not _is_memory_file(value):
            raise pickle.PicklingError(f"cannot pickle {type(value).__name__!r} object")
        if (block := arrays.lone_block(value)) is not None:
            self.blocks.append(block)
        for part in arrays.owned(value):
            if id(part) not in self._exposed:
                self._memory.left[id(part)] = part
        reduced = self._reduce_by_type(value)
        if reduced is not NotImplemented:
            return reduced
        if arrays.is_array(value):
            return self._memory.reduce(value)
        return super().reducer_override(value)  # type: ignore[no-untyped-call]

    def _reduce_by_type(self, value: Any) -> Any:
        for name, serializer in serializers.find(type(value)):
            try:
                reduced = serializer(value, self._parts)
            except pickle.PicklingError:
                raise
            except Exception as error:
                raise pickle.PicklingError(
                    f"the serializer {name!r} failed: {type(error).__name__}: {error}"
                ) from error
            if reduced is NotImplemented:
                continue
            if not isinstance(reduced, tuple | str):
                raise pickle.PicklingError(
                    f"the serializer {name!r} returned {type(reduced).__name__!r}, not a reduction"
                )
            self.serializers.add(name)
            return reduced
        return NotImplemented

    def _reduce_named(self, value: Any) -> Any:
        known = self._names.find(value)
        if known is not None and known[0].partition(".")[0] != self._by_value:
            self.named[known] = value
            return notebook_object, known
        if isinstance(value, functools._lru_cache_wrapper):
            return NotImplemented
        reduced = super().reducer_override(value)  # type: ignore[no-untyped-call]
        if not isinstance(value, types.FunctionType) or reduced is NotImplemented:
            return reduced
        return self._reduce_function(value, reduced)

    def _reduce_function(self, function: types.FunctionType, reduced: Any) -> Any:
        """The function with its module's own namespace, so that later bindings show in it."""
        module = sys.modules.get(function.__module__ or "")
        if module is None or function.__globals__ is not vars(module):
            return reduced
        state, slots = reduced[2]
        seen = slots.pop("__globals__") if module.__name__ == "__main__" else {}
        slots.pop("__globals__", None)
        captured = {k: v for k, v in seen.items() if not self._names.is_given(k, v)}
        cells = tuple(slots.pop("__closure__") or ())
        self._cells.update((id(cell), cell) for cell in cells)
        arguments = (function.__code__, module.__name__, cells or None)
        contents = [(cell, cell.cell_contents) for cell in cells if _is_filled(cell)]
        filled = (state, slots, captured, contents)
        return make_function, arguments, filled, None, None, set_function

    def shared(self) -> set[int]:
        """Ids of the objects met that can change, or whose identity can be told."""
        kept = {id(value) for value in self.named.values()} | {
            *self._memory.left,
            *self._memory.roots,
        }
        memo = self.memo.copy()
        return {key for key, (_, value) in memo.items() if key not in kept and _can_change(value)}


class _NanPickler(StepPickler):
    """Asks of every object whether it is a NaN: slower, so only where there is one."""

    def __init__(self, stream: io.BytesIO, **options: Any) -> None:
        super().__init__(stream, **options)
        self._nans = nans.Names()

    def persistent_id(self, value: Any) -> Any:
        """What `pickle` calls for every object."""
        return self._nans.name(value)


class Pickled:
    """A pickle: `data`, then buffers that stay where they are until written.

    Attributes:
        seconds: how long it took.
    """

    def __init__(
        self,
        data: memoryview,
        buffers: list[pickle.PickleBuffer],
        pickler: StepPickler,
        seconds: float,
    ) -> None:
        self.data = data
        self.seconds = seconds
        self.buffers = buffers
        self.pickler = pickler  # its memo keeps temporary objects alive, so that ids stay unique

    @property
    def serializer(self) -> str:
        """The names of the serializers that wrote parts of it; `pickle` where none did."""
        return ", ".join(sorted(self.pickler.serializers)) or "pickle"

    def segments(self) -> list[memoryview]:
        """All bytes, in the order of the artifact file."""
        return [self.data, *(buffer.raw() for buffer in self.buffers)]


def dump(
    value: Any,
    *,
    names: Names,
    regions: list[arrays.Region] | None = None,
    by_value: str | None = None,
    exposed: frozenset[int] = frozenset(),
) -> Pickled:
    """Pickle a value with its large memory out of band.

    Args:
        value: what to pickle.
        names: what goes by name.
        regions: memory that several arrays of it look at.
        by_value: a name that does not go by name.
        exposed: ids of arrays that a frame manages, and others look at too.

    Raises:
        Exception: whatever the value's own reduction raises.
    """
    began = time.perf_counter()
    for kind in (StepPickler, _NanPickler):
        stream = io.BytesIO()
        buffers: list[pickle.PickleBuffer] = []
        pickler = kind(
            stream,
            names=names,
            regions=regions,
            by_value=by_value,
            buffers=buffers,
            exposed=exposed,
        )
        pickler.dump(value)  # type: ignore[no-untyped-call]
        if not nans.has_nan(stream.getbuffer()):
            break
    return Pickled(stream.getbuffer(), buffers, pickler, time.perf_counter() - began)


class _Unpickler(pickle.Unpickler):
    def __init__(self, stream: io.BytesIO, buffers: list[memoryview]) -> None:
        super().__init__(stream, buffers=buffers)
        self._nans = nans.Finder()

    def persistent_load(self, pid: Any) -> Any:
        return self._nans.find(pid)

    def find_class(self, module: str, name: str) -> Any:
        if module == "__main__":
            return notebook_object(name, "")
        return super().find_class(module, name)


def load(data: bytes | memoryview, buffers: list[memoryview]) -> Any:
    """Bring back what `dump` made.

    Raises:
        Exception: whatever rebuilding the value raises.
    """
    return _Unpickler(io.BytesIO(data), buffers).load()


class resolving:  # noqa: N801 - reads as a statement
    """While it lasts, pickles find the notebook's classes and functions with `resolver`."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver

    def __enter__(self) -> None:
        global _resolver
        self._before, _resolver = _resolver, self._resolver

    def __exit__(self, *_: object) -> None:
        global _resolver
        _resolver = self._before


def notebook_object(name: str, print_: str) -> Any:
    """A class or function of the notebook, by name and fingerprint. Pickles name it."""
    if _resolver is None:
        raise pickle.UnpicklingError(f"{name!r} is known only inside a step")
    return _resolver(name, print_)


def make_function(code: types.CodeType, module: str, closure: Any) -> types.FunctionType:
    """A function without its attributes yet. Pickles name it."""
    space = vars(importlib.import_module(module))
    return types.FunctionType(code, space, None, None, closure)


def make_cell() -> types.CellType:
    """An empty cell of a closure. Pickles name it."""
    return types.CellType()


def set_function(function: types.FunctionType, state: Any) -> None:
    """Fill in what `make_function` left out. Pickles name it."""
    attributes, slots, captured, contents = state
    function.__dict__.update(attributes)
    slots.pop("_cloudpickle_submodules", None)
    for name, value in captured.items():
        function.__globals__.setdefault(name, value)
    for cell, content in contents:
        cell.cell_contents = content
    for name, value in slots.items():
        setattr(function, name, value)


def _is_filled(cell: types.CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018 - an empty cell raises
    except ValueError:
        return False
    return True


def _is_memory_file(value: Any) -> bool:
    return isinstance(value, io.BytesIO | io.StringIO)


_FIXED: tuple[type, ...] = (
    *(str, bytes, int, float, complex, bool, type(None), tuple, frozenset, range, slice),
    *(type, types.ModuleType, types.BuiltinFunctionType, types.CodeType, enum.Enum),
)
_FIXED_MODULES = {
    *("datetime", "decimal", "fractions", "pathlib", "pyarrow", "re", "uuid", "zoneinfo"),
}


_SINGLE = {"NaTType", "NAType", "NotImplementedType", "ellipsis"}


def _can_change(value: Any) -> bool:
    kind = type(value)
    if isinstance(value, tuple) and kind is not tuple:
        return True  # of named tuples people ask whether two are one
    if isinstance(value, _FIXED) or kind.__module__.partition(".")[0] in _FIXED_MODULES:
        return False
    if kind.__name__ in _SINGLE or "dtype" in kind.__name__.lower() or _is_numpy_scalar(value):
        return False
    return not _is_global(value)


def _is_global(value: Any) -> bool:
    """Whether it is a module's own function, or anything else that a module holds by name."""
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
    module = sys.modules.get(getattr(value, "__module__", None) or "")
    if not isinstance(name, str) or module is None or module.__name__ == "__main__":
        return False
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part, None)
    return found is value


def _is_numpy_scalar(value: Any) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.generic)
