"""A value as it was, to tell later whether it is so still."""

from __future__ import annotations

import enum
import hashlib
import sys
from typing import TYPE_CHECKING, Any

from nbflow.runtime import comparison, pickles, slots

if TYPE_CHECKING:
    from nbflow.runtime.inputs import Inputs

__all__ = ["Before", "is_bound_to_the_living"]

_MOST = 1 << 24
"""Bytes up to which a value is kept as it was; of larger ones only a digest is."""


class Before:
    """A value as it was."""

    def __init__(self, value: Any, names: pickles.Names) -> None:
        self._value = value  # where it can be compared by nothing but its identity
        self._segments: list[bytes] | None = None
        self._digest = ""
        if slots.is_plain(value):
            return
        pickled = _pickled(value, names)
        if pickled is None:
            return
        segments = pickled.segments()
        self._digest = _digest(segments)
        if sum(one.nbytes for one in segments) <= _MOST:
            self._segments = [bytes(one) for one in segments]

    def differs(self, value: Any, inputs: Inputs) -> bool:
        """Whether a reader could tell a value from this one."""
        if not self._digest:
            return value is not self._value and not comparison.same(self._value, value)
        now = _pickled(value, inputs.names)
        if now is None:
            return True
        if _digest(now.segments()) == self._digest:
            return False
        if self._segments is None or is_bound_to_the_living(now):
            return True
        data, *buffers = [memoryview(one) for one in self._segments]
        with inputs.aside():
            before = pickles.load(data, buffers)
        return not comparison.same(before, value)


def is_bound_to_the_living(pickled: pickles.Pickled) -> bool:
    """Whether loading it may hand out, and set back, objects that are in use.

    A class of the notebook whose `__new__` makes no new object does so, a singleton for instance.
    """
    kinds = (one for one in pickled.pickler.named.values() if isinstance(one, type))
    return any(_is_own(one.__new__) for one in kinds if not issubclass(one, _made_anew()))


def _made_anew() -> tuple[type, ...]:
    """Classes whose objects come back without `__new__`, or from one that keeps none."""
    numpy = sys.modules.get("numpy")
    return (tuple, enum.Enum) if numpy is None else (tuple, enum.Enum, numpy.ndarray)


def _is_own(new: Any) -> bool:
    return getattr(new, "__module__", None) == "__main__"


def _pickled(value: Any, names: pickles.Names) -> pickles.Pickled | None:
    try:
        return pickles.dump(value, names=names)
    except Exception:  # noqa: BLE001 - a value's own reduction may raise anything
        return None


def _digest(segments: list[memoryview]) -> str:
    digest = hashlib.sha256()
    for one in segments:
        digest.update(one.nbytes.to_bytes(8))
        digest.update(one)
    return digest.hexdigest()
