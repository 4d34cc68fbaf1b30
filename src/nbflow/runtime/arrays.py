"""numpy arrays that share memory: found before pickling, and views of one memory again after."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Region", "bounds", "is_array", "owned", "owner", "regions", "view"]


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
    """One flat array over a region, and its first address.

    Raises:
        TypeError: the arrays hold Python objects and no single flat array holds them all.
    """
    import numpy

    if not any(array.dtype.hasobject for array in region.arrays):
        return numpy.asarray(_Memory(region)), region.low
    roots = {id(root): root for root in map(_root, region.arrays)}
    root = next(iter(roots.values()))
    flat = root.flags.c_contiguous or root.flags.f_contiguous
    if len(roots) > 1 or not flat or root.dtype != object or type(root) is not numpy.ndarray:
        raise TypeError("arrays of Python objects that share memory in a way nbflow cannot keep")
    return root.ravel(order="K"), bounds(root)[0]


def _root(array: Any) -> Any:
    while is_array(array.base):
        array = array.base
    return array


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
    if dtype.hasobject:
        start = owner[offset // owner.itemsize :]
        array: Any = numpy.lib.stride_tricks.as_strided(start, shape, strides).view(kind)
    else:
        array = numpy.ndarray.__new__(
            kind, tuple(shape), dtype, buffer=owner, offset=offset, strides=tuple(strides)
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
    if pandas is None:
        return ()
    if isinstance(value, pandas.DataFrame | pandas.Series):
        return (value._metadata,)  # the class's own list
    if isinstance(value, pandas.Index):
        held = getattr(value, "_data", None)
    elif type(value).__module__ == "pandas.core.internals.blocks" and _copies_on_write(pandas):
        held = value.values
    else:
        return ()
    inner = (getattr(held, name, None) for name in ("_ndarray", "_data", "_mask", "_codes"))
    return tuple(array for array in (held, *inner) if is_array(array))


def _copies_on_write(pandas: Any) -> bool:
    if int(pandas.__version__.split(".")[0]) >= 3:
        return True
    return pandas.get_option("mode.copy_on_write") is True
