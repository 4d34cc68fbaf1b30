"""numpy arrays that share memory: found before pickling, and views of one memory again after."""

from __future__ import annotations

import bisect
import importlib
import pickle
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "Region",
    "attributes",
    "bounds",
    "covering",
    "holder",
    "is_array",
    "is_flat",
    "is_opaque",
    "is_small",
    "make_whole",
    "over",
    "owned",
    "owner",
    "reduce_over",
    "regions",
    "set_attributes",
    "strided",
    "view",
    "whole",
]

_SMALL = 1 << 14  # bytes
_SPARSEST = 2  # how many bytes may be kept for each that an array looks at


@dataclass(eq=False)
class Region:
    """A stretch of memory that several arrays look at.

    Attributes:
        low, high: first address, and the address behind the last byte.
        arrays: those that look at it.
    """

    low: int
    high: int
    arrays: list[Any] = field(default_factory=list)


def is_array(value: object) -> bool:
    """Whether it is a numpy array; numpy is not imported to find out."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, getattr(numpy, "ndarray", ()))


def bounds(array: Any) -> tuple[int, int]:
    """The addresses between which the array's elements lie."""
    low = high = int(array.__array_interface__["data"][0])
    for length, stride in zip(array.shape, array.strides, strict=True):
        if stride < 0:
            low += (length - 1) * stride
        else:
            high += (length - 1) * stride
    return low, high + array.itemsize


def regions(arrays: Iterable[Any]) -> list[Region]:
    """The memory that at least two of the arrays look at, in the order of addresses."""
    distinct = {id(array): array for array in arrays if array.size and array.itemsize}
    spans = sorted(((*bounds(array), array) for array in distinct.values()), key=lambda s: s[:2])
    found: list[Region] = []
    for low, high, array in spans:
        if found and low < found[-1].high:
            found[-1].high = max(found[-1].high, high)
            found[-1].arrays.append(array)
        else:
            found.append(Region(low, high, [array]))
    return [region for region in found if len(region.arrays) > 1]


def is_small(array: Any) -> bool:
    """Whether an array is as well off inside the pickle as in memory of its own."""
    exact = type(array) is sys.modules["numpy"].ndarray
    fits = exact and array.dtype.isnative and array.nbytes <= _SMALL
    return bool(fits and array.flags.writeable and is_flat(array))


def covering(regions: Sequence[Region], array: Any) -> Region | None:
    """Of regions in the order of addresses, the one that an array looks into; None where none is.

    Arrays are found by where they are: some come to be only while their holder is pickled.
    """
    if not regions or not array.size or not array.itemsize:
        return None
    low, high = bounds(array)
    index = bisect.bisect_right(regions, low, key=lambda region: region.low) - 1
    return regions[index] if index >= 0 and high <= regions[index].high else None


def strided(array: Any) -> Region | None:
    """An array's own memory, where numpy would bring it back in another order or without a part.

    Its sum may differ in the last digit when its elements are brought into another order.
    """
    exact = type(array) is sys.modules["numpy"].ndarray
    told = bool(attributes(array))
    if array.dtype.hasobject or not array.size or not array.itemsize:
        return None
    if is_flat(array) and (exact or array.flags.writeable) and not told:
        return None
    low, high = bounds(array)
    if told:
        return Region(low, high, [array])
    return Region(low, high, [array]) if high - low <= _SPARSEST * array.nbytes else None


class _Memory:
    """Lends a region's bytes to numpy without copying them; keeps the arrays alive."""

    def __init__(self, region: Region) -> None:
        self.arrays = region.arrays
        self.__array_interface__ = {
            "data": (region.low, not any(array.flags.writeable for array in region.arrays)),
            "shape": (region.high - region.low,),
            "typestr": "|u1",
            "version": 3,
        }


def owner(region: Region) -> tuple[Any, int]:
    """The array that all others of a region look into, and its first address.

    It is the one that is their `base` where it is among them, else one made for the purpose.

    Raises:
        TypeError: the arrays hold Python objects and no single flat array holds them all.
    """
    import numpy

    for array in region.arrays:
        if bounds(array) == (region.low, region.high) and _may_own(array, region):
            return array, region.low
    if not any(array.dtype.hasobject for array in region.arrays):
        return numpy.asarray(_Memory(region)), region.low
    roots = {id(root): root for root in map(_root, region.arrays)}
    root = next(iter(roots.values()))
    if len(roots) > 1 or not is_flat(root) or root.dtype != object:
        raise TypeError("arrays of Python objects that share memory in a way nbflow cannot keep")
    return root.ravel(order="K"), bounds(root)[0]


def _may_own(array: Any, region: Region) -> bool:
    import numpy

    if type(array) is not numpy.ndarray or is_array(array.base) or not is_flat(array):
        return False
    if array.dtype.hasobject and array.dtype != object:
        return False
    return bool(array.flags.writeable or not any(one.flags.writeable for one in region.arrays))


def is_flat(array: Any) -> bool:
    """Whether its elements lie one behind the other, by rows or by columns."""
    return bool(array.flags.c_contiguous or array.flags.f_contiguous)


def _root(array: Any) -> Any:
    while is_array(array.base):
        array = array.base
    return array


def is_opaque(array: Any) -> bool:
    """Whether numpy copies an array only because no buffer tells what it holds: of times, say."""
    exact = type(array) is sys.modules["numpy"].ndarray
    kind = array.dtype.kind in "mMV" and array.itemsize and not array.dtype.hasobject
    return bool(exact and kind and is_flat(array))


def whole(array: Any) -> Any:
    """The reduction of an array that owns its memory: numpy's own makes it a view of a flat one."""
    numpy: Any = sys.modules["numpy"]
    flat = array.ravel(order="K").view(numpy.uint8)
    order = "C" if array.flags.c_contiguous else "F"
    return make_whole, (pickle.PickleBuffer(flat), array.shape, array.dtype, order)


def make_whole(data: Any, shape: Sequence[int], dtype: Any, order: str) -> Any:
    """An array over bytes. Pickles name it."""
    numpy: Any = importlib.import_module("numpy")
    return numpy.ndarray(tuple(shape), dtype, buffer=data, order=order)


def attributes(array: Any) -> dict[str, Any]:
    """What was set on an array of another class; what a mapped file says of itself ends here."""
    numpy: Any = sys.modules["numpy"]
    return {} if isinstance(array, numpy.memmap) else dict(getattr(array, "__dict__", None) or {})


def set_attributes(array: Any, attributes: dict[str, Any]) -> None:
    """Set what `attributes` told. Pickles name it."""
    vars(array).update(attributes)


def holder(array: Any) -> Any:
    """The bytearray or `array.array` of the notebook that an array looks into, if it does."""
    base = array.base
    while is_array(base):
        base = base.base
    if isinstance(base, memoryview):
        base = base.obj
    changing = {bytearray, getattr(sys.modules.get("array"), "array", bytearray)}
    return base if type(base) in changing else None


def reduce_over(array: Any, holder: Any) -> Any:
    """The reduction of an array that looks into a `holder`."""
    numpy: Any = sys.modules["numpy"]
    low = int(numpy.frombuffer(holder, numpy.uint8).__array_interface__["data"][0])
    layout = (array.shape, array.strides, array.dtype)
    offset = int(array.__array_interface__["data"][0]) - low
    return over, (type(array), holder, offset, layout, array.flags.writeable)


def over(kind: type, holder: Any, *rest: Any) -> Any:
    """An array that looks into a bytearray, or into what is like one. Pickles name it."""
    numpy: Any = importlib.import_module("numpy")
    return view(kind, numpy.frombuffer(holder, numpy.uint8), *rest)


def view(
    kind: type,
    owner: Any,
    offset: int,
    layout: tuple[Sequence[int], Sequence[int], Any],
    writeable: bool,  # noqa: FBT001 - pickles call it by position
) -> Any:
    """An array over another's memory; `layout` is shape, strides and dtype. Pickles name it."""
    import numpy

    shape, strides, dtype = layout
    flat = owner.ravel(order="K")  # itself a view: what owns the memory is the view's base
    if dtype.hasobject:
        start = flat[offset // flat.itemsize :]
        array: Any = numpy.lib.stride_tricks.as_strided(start, shape, strides).view(kind)
    else:
        array = numpy.ndarray.__new__(
            kind,
            tuple(shape),
            dtype,
            buffer=flat.view(numpy.uint8),
            offset=offset,
            strides=tuple(strides),
        )
    if not writeable:
        array.flags.writeable = False
    return array


def owned(value: Any) -> tuple[Any, ...]:
    """What lies inside a pandas object and pandas alone manages: arrays of blocks and indexes.

    Under copy-on-write two frames may look at one memory, yet a change in one never shows in the
    other. Bringing them back as views would undo that, so these arrays travel as copies.
    """
    pandas = sys.modules.get("pandas")
    if type(value).__name__ == "VoidDType" and value.fields:
        return (value.__reduce__()[2][4],)  # its own table of fields
    if pandas is None:
        return ()
    if isinstance(value, pandas.DataFrame | pandas.Series):
        return (value._metadata,)  # the class's own list
    if isinstance(value, pandas.RangeIndex):
        return ()  # it would make an array of all its numbers to answer, and keep it
    if isinstance(value, pandas.Index):
        held = getattr(value, "_data", None)
    elif type(value).__module__ == "pandas.core.internals.blocks" and _copies_on_write(pandas):
        held = value.values
    else:
        return ()
    inner = (getattr(held, name, None) for name in ("_ndarray", "_data", "_mask", "_codes"))
    return tuple(array for array in (held, *inner) if is_array(array))


def lone_block(value: Any) -> Any:
    """The array of a frame's block that pandas would change in place; None for anything else.

    An array that looks at the same memory, as `frame["x"].values` does, sees such a change.
    """
    if type(value).__module__ != "pandas.core.internals.blocks" or not is_array(value.values):
        return None
    return None if value.refs.has_reference() else value.values


def overlap(array: Any, others: Iterable[Any]) -> bool:
    """Whether an array looks at memory that one of the others looks at."""
    low, high = bounds(array)
    return any(low < end and start < high for start, end in map(bounds, others))


def _copies_on_write(pandas: Any) -> bool:
    if int(pandas.__version__.split(".")[0]) >= 3:
        return True
    return pandas.get_option("mode.copy_on_write") is True
