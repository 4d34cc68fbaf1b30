"""Whether a value is still what it was, where its pickle is not."""

from __future__ import annotations

import copyreg
import functools
import sys
from types import CodeType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from nbflow.runtime import serializers
from nbflow.runtime.arrays import attributes, is_array
from nbflow.runtime.fingerprints import fingerprint
from nbflow.runtime.serializers import Parts

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["same"]

_DEEPEST = 200
_EXACT = (str, bytes, int, bool, type(None), range, slice, type, CodeType)


def same(old: Any, new: Any) -> bool:
    """Whether two values are equal as far as a reader can tell; False where in doubt.

    An object is compared by what it would be pickled as: its own `==` may look at a part of it,
    and most have none. What may differ is what no reader sees: which of two equal texts is one.
    """
    try:
        return _Comparison().same(old, new, 0)
    except Exception:  # noqa: BLE001 - a value's own reduction may raise anything
        return False


class _Comparison:
    """One comparison, which knows the pairs of objects that it has met."""

    def __init__(self) -> None:
        self._partners: dict[int, int] = {}
        self._owners: dict[int, int] = {}
        self._parts = Parts()
        self._kept: list[Any] = []  # so that no temporary object's id is given out again

    def same(self, old: Any, new: Any, depth: int) -> bool:
        """Whether two values are equal in type, content, and what they share inside."""
        if old is new:
            return True
        if type(old) is not type(new) or depth > _DEEPEST:
            return False
        if isinstance(old, _EXACT):
            return bool(old == new)
        if isinstance(old, float | complex):
            return repr(old) == repr(new)
        if type(old) in {tuple, frozenset, set}:
            return self._collection(old, new, depth)
        if id(old) in self._partners or id(new) in self._owners:
            return self._partners.get(id(old)) == id(new)
        self._partners[id(old)] = id(new)
        self._owners[id(new)] = id(old)
        self._kept += [old, new]
        return self._object(old, new, depth + 1)

    def _collection(self, old: Any, new: Any, depth: int) -> bool:
        if isinstance(old, tuple):
            return self._items(old, new, depth)
        partners = {item: item for item in new}
        return len(old) == len(new) and all(
            item in partners and self.same(item, partners[item], depth + 1) for item in old
        )

    def _items(self, old: Iterable[Any], new: Iterable[Any], depth: int) -> bool:
        left, right = list(old), list(new)
        if len(left) != len(right):
            return False
        return all(self.same(a, b, depth + 1) for a, b in zip(left, right, strict=True))

    def _object(self, old: Any, new: Any, depth: int) -> bool:
        pandas = sys.modules.get("pandas")
        if is_array(old):
            return self._array(old, new, depth)
        if pandas is not None and isinstance(old, pandas.DataFrame | pandas.Series | pandas.Index):
            return _same_pandas(old, new)
        if type(old) is list:
            return self._items(old, new, depth)
        if type(old) is dict:
            return self._items(old, new, depth) and self._items(old.values(), new.values(), depth)
        if isinstance(old, FunctionType):
            return fingerprint(old) == fingerprint(new) and self._items(
                _parts(old), _parts(new), depth
            )
        if isinstance(old, MethodType) and type(old.__self__) is WeakKeyDictionary:
            return bool(old.__func__ is new.__func__)  # a generic function empties its own
        if "dtype" in type(old).__name__.lower():
            return bool(old == new)
        return self._reduced(old, new, depth)

    def _reduced(self, old: Any, new: Any, depth: int) -> bool:
        left, right = (_reduction(one, self._parts) for one in (old, new))
        if isinstance(left, str) or isinstance(right, str):
            return bool(left == right)
        if len(left) != len(right):
            return False
        for index, (a, b) in enumerate(zip(left, right, strict=True)):
            if index == 2:  # the state
                equal = self.same(_without_answers(old, a), _without_answers(new, b), depth)
            elif index in {3, 4} and a is not None and b is not None:  # items, as iterators
                equal = self._items(a, b, depth)
            else:
                equal = self.same(a, b, depth)
            if not equal:
                return False
        return True

    def _array(self, old: Any, new: Any, depth: int) -> bool:
        if old.dtype != new.dtype or old.shape != new.shape:
            return False
        if old.dtype.hasobject:
            return self._items([old.tolist()], [new.tolist()], depth)
        nan = old.dtype.kind in "fcmM"
        numpy = sys.modules["numpy"]
        content = numpy.array_equal(numpy.asarray(old), numpy.asarray(new), equal_nan=nan)
        return bool(content) and self.same(attributes(old), attributes(new), depth)


def _reduction(value: Any, parts: Parts) -> Any:
    for _, serializer in serializers.find(type(value)):
        reduced = serializer(value, parts)
        if reduced is not NotImplemented:
            return reduced
    special = copyreg.dispatch_table.get(type(value))
    return special(value) if special is not None else value.__reduce_ex__(4)


def _parts(function: FunctionType) -> list[Any]:
    cells = function.__closure__ or ()
    contents = [cell.cell_contents for cell in cells]
    if function.__code__.co_filename == functools.__file__:  # what a generic function found before
        contents = [one for one in contents if not isinstance(one, WeakKeyDictionary)]
    return [function.__defaults__, function.__kwdefaults__, dict(vars(function)), contents]


def _without_answers(value: Any, state: Any) -> Any:
    """An object's state without what it remembers of its own answers."""
    if state is None:
        return {}
    if not isinstance(state, dict):
        return state
    kind, cached = type(value), functools.cached_property
    return {
        name: _without_counts(item) if name == "_tree" else item
        for name, item in state.items()
        if not (isinstance(name, str) and isinstance(getattr(kind, name, None), cached))
    }


def _without_counts(tree: Any) -> Any:
    """An estimator's own tree of neighbours, which counts how often it was asked."""
    if not type(tree).__module__.startswith("sklearn.neighbors.") or not hasattr(
        tree, "reset_n_calls"
    ):
        return tree
    state = tree.__getstate__()
    return type(tree), state[:7], state[11:]


def _same_pandas(old: Any, new: Any) -> bool:
    def labels(value: Any) -> list[Any]:
        axes = getattr(value, "axes", [value])
        names = [list(axis.names) for axis in axes]
        kinds = [str(axis.dtype) for axis in axes]
        return [names, kinds, getattr(value, "attrs", None), getattr(value, "name", None)]

    def kinds(value: Any) -> list[str]:
        return list(map(str, value.dtypes)) if value.ndim == 2 else [str(value.dtype)]

    return bool(old.equals(new)) and labels(old) == labels(new) and kinds(old) == kinds(new)
