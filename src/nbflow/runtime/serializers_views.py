"""Serializers for what looks at other objects: weak references and views of memory."""

from __future__ import annotations

import pickle
import sys
import weakref
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbflow.runtime.serializers import Parts

__all__ = ["make_reference", "make_view", "reduce_reference", "reduce_view", "reduce_weak"]


def reduce_reference(reference: Any, parts: Parts) -> Any:  # noqa: ARG001 - see `Serializer`
    """A weak reference with what it refers to, which lives on where something else holds it."""
    if type(reference) is not weakref.ref:
        return NotImplemented
    return make_reference, (reference(), reference.__callback__)


def make_reference(referent: Any, callback: Any) -> Any:
    """A weak reference; a dead one where there is nothing to refer to. Pickles name it."""
    if referent is None:
        return weakref.ref(_Gone())  # dead at once
    return weakref.ref(referent, callback) if callback else weakref.ref(referent)


class _Gone:
    pass


def reduce_weak(container: Any, parts: Parts) -> Any:  # noqa: ARG001 - see `Serializer`
    """A weak dictionary or set with what is alive in it."""
    kind = type(container)
    if kind not in {weakref.WeakValueDictionary, weakref.WeakKeyDictionary, weakref.WeakSet}:
        return NotImplemented
    if kind is weakref.WeakSet:
        return kind, (), list(container), None, None, weakref.WeakSet.update
    return kind, (), None, None, iter(list(container.items()))


def reduce_view(view: memoryview, parts: Parts) -> Any:  # noqa: ARG001 - see `Serializer`
    """A memoryview with the object whose memory it shows."""
    if not view.c_contiguous or view.obj is None:
        raise pickle.PicklingError("cannot pickle a 'memoryview' with gaps; pickle its `.obj`")
    whole = memoryview(view.obj)
    if whole.nbytes == view.nbytes:
        offset = 0
    elif "numpy" in sys.modules:
        offset = _address(view) - _address(whole)
    else:
        raise pickle.PicklingError("cannot pickle a part of a 'memoryview'; pickle its `.obj`")
    return make_view, (view.obj, offset, view.nbytes, view.format, view.shape, view.readonly)


def _address(view: memoryview) -> int:
    numpy: Any = sys.modules["numpy"]
    return int(numpy.frombuffer(view, numpy.uint8).__array_interface__["data"][0])


def make_view(  # pickles call it by position
    holder: Any, offset: int, size: int, kind: str, shape: tuple[int, ...], *readonly: bool
) -> memoryview:
    """A memoryview of an object's memory. Pickles name it."""
    flat = memoryview(holder).cast("B")[offset : offset + size]
    found: memoryview = flat if kind == "B" and len(shape) == 1 else flat.cast(kind, shape)  # type: ignore[call-overload]
    return found.toreadonly() if readonly == (True,) else found
