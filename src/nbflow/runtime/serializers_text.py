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
    pyarrow = sys.modules.get("pyarrow")
    flat = array.flags.c_contiguous or array.flags.f_contiguous
    if pyarrow is None or array.size < _FEWEST or not flat or not _are_texts(array):
        return NotImplemented
    order = "C" if array.flags.c_contiguous else "F"
    sample = array.ravel(order="K")[:_SAMPLE].tolist()
    try:
        texts = pyarrow.array(array.ravel(order="K"), pyarrow.large_string(), from_pandas=False)
    except (UnicodeEncodeError, pyarrow.ArrowInvalid):  # half of a surrogate pair
        return NotImplemented
    if len(set(map(id, sample))) * 2 < len(sample):  # one text many times stays one object
        texts = texts.dictionary_encode()
        parts = [(texts.indices.type, texts.indices), (pyarrow.large_string(), texts.dictionary)]
    else:
        parts = [(pyarrow.large_string(), texts)]
    buffers = [part.buffers() for _, part in parts]
    if any(_WORKSPACE.search(held[-1]) for held in buffers[-1:] if held[-1] is not None):
        return NotImplemented
    told = [
        (str(kind), len(part), [None if one is None else PickleBuffer(one) for one in held])
        for (kind, part), held in zip(parts, buffers, strict=True)
    ]
    return make_texts, (told, array.shape, order, array.flags.writeable)


def _are_texts(array: Any) -> bool:
    first = array.ravel(order="K")
    if not {*map(type, first[:_SAMPLE].tolist())} <= {str, type(None)}:  # most answers are here
        return False
    return {*map(type, first.tolist())} <= {str, type(None)}


def make_texts(
    told: list[Any],
    shape: tuple[int, ...],
    order: str,
    writeable: bool,  # noqa: FBT001 - pickles call it by position
) -> Any:
    """An array of texts. Pickles name it."""
    pyarrow: Any = importlib.import_module("pyarrow")
    parts = [
        pyarrow.Array.from_buffers(
            pyarrow.type_for_alias(kind),
            length,
            [None if one is None else pyarrow.py_buffer(one) for one in held],
        )
        for kind, length, held in told
    ]
    *indices, texts = parts
    flat = _objects(texts)
    if indices:
        import numpy

        known = numpy.append(flat, [None])
        flat = known.take(indices[0].fill_null(len(flat)).to_numpy(zero_copy_only=False))
    array = flat.reshape(shape, order=order)
    array.flags.writeable = writeable
    return array


def _objects(texts: Any) -> Any:
    found = texts.to_numpy(zero_copy_only=False)
    return found if found.dtype == object else found.astype(object)
