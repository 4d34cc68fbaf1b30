"""Serializer for arrays of texts: one stretch of memory instead of an object for each."""

from __future__ import annotations

import importlib
import re
import sys
from pickle import PickleBuffer
from typing import Any

__all__ = ["make_texts", "reduce_texts"]

_FEWEST = 1000  # texts; below, pickle is as fast
_SAMPLE = 4096
_WORKSPACE = re.compile(rb"nbflow-[0-9a-f]{32}")


def reduce_texts(array: Any) -> Any:
    """An array of objects that are all `str` or None, as Arrow lays texts out.

    Returns NotImplemented for all else, where pyarrow is not loaded, and for texts that name the
    step's working directory: that name is replaced where they are loaded, in the pickle itself.
    """
    flat = array.flags.c_contiguous or array.flags.f_contiguous
    if "pyarrow" not in sys.modules or array.size < _FEWEST or not flat:
        return NotImplemented
    order = "C" if array.flags.c_contiguous else "F"
    flat = array.ravel(order="K")
    sample = flat[:_SAMPLE].tolist()
    if not _are_texts(sample):
        return NotImplemented
    codes = None
    if "pandas" in sys.modules and len(set(map(id, sample))) * 2 < len(sample):
        codes, flat = _distinct(flat)
    texts = _encoded(flat.tolist())
    if texts is None:
        return NotImplemented
    indices = None if codes is None else (codes.dtype.str, PickleBuffer(codes))
    return make_texts, (*texts, indices, array.shape, order, array.flags.writeable)


def _are_texts(items: list[Any]) -> bool:
    return {*map(type, items)} <= {str, type(None)}


def _distinct(flat: Any) -> tuple[Any, Any]:
    """By item, the place of its object among the distinct ones; and those: one stays one."""
    numpy, pandas = sys.modules["numpy"], sys.modules["pandas"]
    codes, found = pandas.factorize(numpy.asarray(_Addresses(flat)))
    first = numpy.empty(len(found), numpy.intp)
    first[codes[::-1]] = numpy.arange(flat.size - 1, -1, -1)  # of several the last one stays
    return codes.astype(numpy.int32 if len(found) < 2**31 else numpy.int64), flat[first]


class _Addresses:
    """Lends numpy the addresses that an array of objects holds, as numbers."""

    def __init__(self, array: Any) -> None:
        self.array = array  # kept alive
        self.__array_interface__ = {
            **array.__array_interface__,
            "typestr": f"<i{array.itemsize}"
            if sys.byteorder == "little"
            else f">i{array.itemsize}",
        }


def _encoded(items: list[Any]) -> tuple[int, list[PickleBuffer | None]] | None:
    """How many texts, and the memory that Arrow lays them out in; None where it cannot."""
    pyarrow = sys.modules["pyarrow"]
    if not _are_texts(items):
        return None
    try:
        texts = pyarrow.array(items, pyarrow.large_string())
    except (UnicodeEncodeError, pyarrow.ArrowInvalid):  # half of a surrogate pair
        return None
    buffers = texts.buffers()
    if buffers[-1] is not None and _WORKSPACE.search(buffers[-1]):
        return None
    return len(texts), [None if one is None else PickleBuffer(one) for one in buffers]


def make_texts(
    length: int,
    buffers: list[Any],
    codes: Any,
    shape: tuple[int, ...],
    order: str,
    writeable: bool,  # noqa: FBT001 - pickles call it by position
) -> Any:
    """An array of texts. Pickles name it."""
    numpy: Any = importlib.import_module("numpy")
    pyarrow: Any = importlib.import_module("pyarrow")
    held = [None if one is None else pyarrow.py_buffer(one) for one in buffers]
    texts = pyarrow.Array.from_buffers(pyarrow.large_string(), length, held)
    flat = texts.to_numpy(zero_copy_only=False).astype(object, copy=False)
    if codes is not None:
        flat = flat.take(numpy.frombuffer(codes[1], codes[0]))
    array = flat.reshape(shape, order=order)
    array.flags.writeable = writeable
    return array
