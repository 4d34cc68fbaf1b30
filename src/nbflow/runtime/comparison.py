"""Whether a value is still what it was, where its pickle is not."""

from __future__ import annotations

import functools
import sys
from typing import Any

from nbflow.runtime.arrays import is_array

__all__ = ["same"]


def same(old: Any, new: Any) -> bool:
    """Whether two values are equal as far as a reader can tell; False where in doubt."""
    try:
        return _same(old, new, 0)
    except Exception:  # noqa: BLE001 - a value's own comparison may raise anything
        return False


def _same(old: Any, new: Any, depth: int) -> bool:
    if old is new:
        return True
    if type(old) is not type(new) or depth > 50:
        return False
    if is_array(old):
        return _same_array(old, new, depth)
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(old, pandas.DataFrame | pandas.Series | pandas.Index):
        return _same_pandas(old, new)
    if isinstance(old, list | tuple):
        pairs = zip(old, new, strict=False)
        return len(old) == len(new) and all(_same(a, b, depth + 1) for a, b in pairs)
    if isinstance(old, dict):
        return list(old) == list(new) and all(_same(old[k], new[k], depth + 1) for k in old)
    if hasattr(old, "__dict__") and "__eq__" not in _methods(type(old)):
        return _same(_attributes(old), _attributes(new), depth + 1)
    return bool(old == new)


def _methods(kind: type) -> set[str]:
    return {name for one in kind.__mro__[:-1] for name in vars(one)}


def _attributes(value: Any) -> dict[str, Any]:
    """An object's attributes without what it remembers of its own answers."""
    cached = functools.cached_property
    return {
        name: item
        for name, item in vars(value).items()
        if not isinstance(getattr(type(value), name, None), cached)
    }


def _same_array(old: Any, new: Any, depth: int) -> bool:
    if old.dtype != new.dtype or old.shape != new.shape:
        return False
    if old.dtype.hasobject:
        return _same(old.tolist(), new.tolist(), depth + 1)
    return bool(sys.modules["numpy"].array_equal(old, new, equal_nan=old.dtype.kind in "fcmM"))


def _same_pandas(old: Any, new: Any) -> bool:
    def labels(value: Any) -> list[Any]:
        axes = getattr(value, "axes", [value])
        names = [list(axis.names) for axis in axes]
        kinds = [str(axis.dtype) for axis in axes]
        return [names, kinds, getattr(value, "attrs", None), getattr(value, "name", None)]

    def kinds(value: Any) -> list[str]:
        return list(map(str, value.dtypes)) if value.ndim == 2 else [str(value.dtype)]

    return bool(old.equals(new)) and labels(old) == labels(new) and kinds(old) == kinds(new)
