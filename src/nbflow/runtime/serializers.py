"""Serializers by type: how objects that pickle badly or slowly are taken apart."""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Callable, Hashable, Iterator
from typing import TYPE_CHECKING, Any

from nbflow.errors import SettingsError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["GROUP", "Parts", "Serializer", "find", "prepare"]

GROUP = "nbflow.serializers"

# Found without reading the metadata of every installed package.
_HERE = "nbflow.runtime.serializers_"
_BUILT_IN = {
    "PIL.ImageDraw.ImageDraw": "pil:reduce_pen",
    "_weakrefset.WeakSet": "views:reduce_weak",
    "builtins.BaseException": "exceptions:reduce_exception",
    "builtins.memoryview": "views:reduce_view",
    "logging.Handler": "logging:reduce_handler",
    "numpy.dtypes.LongLongDType": "numpy:reduce_dtype",
    "numpy.dtypes.ULongLongDType": "numpy:reduce_dtype",
    "numpy.ma.MaskedArray": "numpy:reduce_masked",
    "numpy.ma.core.MaskedArray": "numpy:reduce_masked",
    "pandas.arrays.ArrowExtensionArray": "pandas:reduce_arrow_column",
    "pandas.core.arrays.arrow.array.ArrowExtensionArray": "pandas:reduce_arrow_column",
    "torch.Tensor": "torch:reduce_tensor",
    "torch.optim.optimizer.Optimizer": "torch:reduce_optimizer",
    "torch.storage.UntypedStorage": "torch:reduce_storage",
    "weakref.ReferenceType": "views:reduce_reference",
    "weakref.WeakKeyDictionary": "views:reduce_weak",
    "weakref.WeakValueDictionary": "views:reduce_weak",
}
_OWN = frozenset({"numpy", "nbflow", "__main__", *sys.stdlib_module_names})


class Parts:
    """What one pickle has made of objects so far: what is asked for twice is one thing in it."""

    def __init__(self) -> None:
        self._made: dict[Hashable, Any] = {}

    def once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What `make` gave for this key the first time; it lives as long as the pickle."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]


Serializer = Callable[[Any, Parts], Any]
"""Takes an object apart as `__reduce_ex__` does, or returns NotImplemented.

What it returns is pickled in turn, so what objects share inside stays shared; memory goes out of
band where it is in a `pickle.PickleBuffer` or a numpy array. It refuses by raising
`pickle.PicklingError`. Entry points are named by the full name of a class; subclasses count.
"""

_found: dict[type, tuple[tuple[str, Serializer], ...]] = {}


def find(kind: type) -> tuple[tuple[str, Serializer], ...]:
    """The serializers of a class with their names, that of the nearest base first.

    Raises:
        SettingsError: one is installed and cannot be imported; names it.
    """
    if kind not in _found:
        _found[kind] = tuple(_look_up(kind))
    return _found[kind]


def prepare() -> None:
    """Look what is installed now, rather than when a value first asks."""
    _installed()


def _look_up(kind: type) -> Iterator[tuple[str, Serializer]]:
    for base in kind.__mro__[:-1]:
        name = f"{base.__module__}.{base.__qualname__}"
        foreign = base.__module__.partition(".")[0] not in _OWN
        point = _installed().get(name) if foreign else None
        if point is not None:
            yield name, _load(point)
        elif name in _BUILT_IN:
            yield name, _built_in(name)


@functools.cache
def _installed() -> dict[str, EntryPoint]:
    """What other packages bring, by name; only classes that no one here knows cost this look."""
    from importlib.metadata import entry_points

    return {
        point.name: point
        for point in entry_points(group=GROUP)
        if not point.value.startswith(_HERE)
    }


def _load(point: EntryPoint) -> Serializer:
    try:
        found: Serializer = point.load()
    except Exception as error:
        raise SettingsError(
            f"the serializer {point.name!r} ({point.value}) cannot be imported: "
            f"{type(error).__name__}: {error}",
            hint="install what it needs, or uninstall the package that brings it",
        ) from error
    return found


def _built_in(name: str) -> Serializer:
    module, _, attribute = _BUILT_IN[name].partition(":")
    found: Serializer = getattr(importlib.import_module(_HERE + module), attribute)
    return found
