"""Not-a-number stays the object that it was: what holds it finds it again by identity.

`np.nan in values` and `table[np.nan]` compare by identity first, and nothing else makes a NaN equal
to itself (Python's reference, 6.10.1). A pickle writes a float as eight bytes and forgets which
object it was.
"""

from __future__ import annotations

import math
import struct
import sys
from typing import Any

__all__ = ["Finder", "Names", "has_nan"]

_OPCODES = (b"G\x7f\xf8", b"G\xff\xf8")
"""How a NaN begins in a pickle (BINFLOAT, big-endian); a text may hold these bytes by chance."""


def has_nan(data: memoryview) -> bool:
    """Whether a pickle may hold a NaN outside of arrays."""
    content = bytes(data)
    return any(opcode in content for opcode in _OPCODES)


class Names:
    """Gives each NaN of a pickle a name."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[float, int]] = {}

    def name(self, value: Any) -> tuple[str, int | str] | None:
        """The name of a NaN; None for anything else."""
        if type(value) is not float or value == value:
            return None
        for module in ("numpy", "math"):
            if module in sys.modules and value is sys.modules[module].nan:
                return ("nan", module)
        _, number = self._known.setdefault(id(value), (value, len(self._known)))
        return (struct.pack(">d", value).hex(), number)


class Finder:
    """Finds the NaN of a name, one object for each name of a pickle."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int | str], float] = {}

    def find(self, name: tuple[str, int | str]) -> float:
        """The NaN of this name."""
        if name not in self._found:
            self._found[name] = _make(*name)
        return self._found[name]


def _make(form: str, which: int | str) -> float:
    if which == "numpy":
        import numpy

        return numpy.nan
    if which == "math":
        return math.nan
    made: float = struct.unpack(">d", bytes.fromhex(form))[0]
    return made
