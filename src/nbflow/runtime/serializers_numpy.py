"""Serializers for numpy: masked arrays with what they share, and types of one width told apart."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbflow.runtime.serializers import Parts

__all__ = ["make_masked", "reduce_dtype", "reduce_masked"]


def reduce_masked(array: Any, parts: Parts) -> Any:  # noqa: ARG001 - see `Serializer`
    """Data and mask as arrays of their own: numpy's reduction copies both, and forgets flags."""
    masked: Any = sys.modules["numpy"].ma.MaskedArray
    if type(array).__reduce__ is not masked.__reduce__:
        return NotImplemented
    return make_masked, (type(array), array.data), dict(vars(array)), None, None, set_state


def make_masked(kind: type, data: Any) -> Any:
    """A masked array over data, without its mask yet. Pickles name it."""
    return data.view(kind)


def set_state(array: Any, state: dict[str, Any]) -> None:
    """Give a masked array its mask and flags. Pickles name it."""
    vars(array).update(state)


def reduce_dtype(dtype: Any, parts: Parts) -> Any:  # noqa: ARG001 - see `Serializer`
    """`long long` by its own name: numpy pickles it as the other type of the same width."""
    import numpy

    return (numpy.dtype, (dtype.char,)) if dtype.isnative else NotImplemented
