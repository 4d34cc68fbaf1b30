"""How the numpy arrays of one pickle are written: as views of one memory where they share it."""

from __future__ import annotations

import os
import pickle
import re
import sys
from typing import TYPE_CHECKING, Any

from nbflow.runtime import arrays
from nbflow.runtime.serializers_text import reduce_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Memory"]

_WORKSPACE = re.compile(r"/nbflow-[0-9a-f]{32}/")


class Memory:
    """Reduces arrays.

    Attributes:
        arrays: those met that are not pandas' own.
        left: what numpy pickles by itself, by id: arrays that pandas owns.
        roots: arrays that others are views of in this pickle, by id.
        serializers: names of those that took part.
    """

    def __init__(self, regions: Sequence[arrays.Region], serializers: set[str]) -> None:
        self.arrays: list[Any] = []
        self.left: dict[int, Any] = {}
        self.roots: dict[int, Any] = {}
        self.serializers = serializers
        self._regions = regions
        self._owners: dict[int, tuple[Any, ...]] = {}

    def reduce(self, array: Any) -> Any:
        """What pickle writes for an array.

        Raises:
            pickle.PicklingError: it looks at memory that would not be shared any more.
        """
        region = arrays.covering(self._regions, array)
        is_owned = id(array) in self.left
        if not is_owned and (holder := arrays.holder(array)) is not None:
            return arrays.reduce_over(array, holder)
        if not is_owned:
            self.arrays.append(array)
        if region is None and (reduced := self._reduce_alone(array)) is not NotImplemented:
            return reduced
        if id(array) in self.roots:
            return NotImplemented if array.dtype.hasobject else arrays.whole(array)
        if not is_owned:
            region = self._own_region(array, region)
            if region is not None:
                return self._reduce_view(array, region)
        return arrays.whole(array) if arrays.is_opaque(array) else NotImplemented

    def _reduce_alone(self, array: Any) -> Any:
        if array.dtype == object and type(array).__name__ == "ndarray":
            texts = reduce_texts(array)
            if texts is not NotImplemented:
                self.serializers.add("text")
                return texts
        if arrays.is_small(array):
            return array.__reduce__()  # owns its memory when it is back, so that it can grow
        if isinstance(array, sys.modules["numpy"].memmap) and array.mode in {"r+", "w+"}:
            return _reduce_file(array)
        return NotImplemented

    def _own_region(self, array: Any, region: arrays.Region | None) -> arrays.Region | None:
        """The memory that an array is written as a view of, if it is."""
        numpy: Any = sys.modules["numpy"]
        if isinstance(array, numpy.memmap) and array.mode in {"r+", "w+"}:
            raise pickle.PicklingError("cannot keep the memory that a writable 'memmap' shares")
        if type(array).__reduce__ is numpy.ndarray.__reduce__:
            return region or arrays.strided(array)
        if region is None:
            return None
        kind = type(array).__name__
        raise pickle.PicklingError(f"cannot keep the memory that a {kind!r} shares")

    def _reduce_view(self, array: Any, region: arrays.Region) -> Any:
        if id(region) not in self._owners:
            made = arrays.owner(region)
            self._owners[id(region)] = (region, *made)
            self.roots[id(made[0])] = made[0]
        _, owner, low = self._owners[id(region)]
        if owner is array:
            return self.reduce(array)
        layout = (array.shape, array.strides, array.dtype)
        offset = int(array.__array_interface__["data"][0]) - low
        arguments = (type(array), owner, offset, layout, array.flags.writeable)
        attributes = arrays.attributes(array)
        if not attributes:
            return arrays.view, arguments
        return arrays.view, arguments, attributes, None, None, arrays.set_attributes


def _reduce_file(array: Any) -> Any:
    """A writable mapped file as the file: it goes along with the step's working directory."""
    path = os.fspath(array.filename)
    whole = arrays.is_flat(array) and not arrays.is_array(array.base)
    if not _WORKSPACE.search(path) or not whole:
        raise pickle.PicklingError(
            "cannot pickle a writable 'memmap' but of a whole file in the working directory"
        )
    array.flush()
    order = "C" if array.flags.c_contiguous else "F"
    kind = sys.modules["numpy"].memmap
    return kind, (path, array.dtype, "r+", array.offset, array.shape, order)
