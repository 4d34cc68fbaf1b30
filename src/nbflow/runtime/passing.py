"""Values that a notebook passes on to the other notebooks of its pipeline: JSON, and small."""

from __future__ import annotations

import math
import sys
from json import dumps
from typing import Any

from nbflow.errors import StoreError
from nbflow.runtime.previews import type_name

__all__ = ["LARGEST", "values_to_pass"]

LARGEST = 256 << 10
"""Bytes of JSON that one value may have: Airflow keeps it in its database."""
_WAY_OUT = (
    "write it to a file in the store, and pass the file's path on; or pass on what the other "
    "notebook needs of it"
)


def values_to_pass(names: tuple[str, ...], space: dict[str, Any], *, step: str) -> dict[str, Any]:
    """Variables as JSON values.

    Args:
        names: the variables.
        space: the notebook's namespace.
        step: the step's name, for messages.

    Raises:
        StoreError: one has no value, or one that JSON cannot say or that is too large.
    """
    found = {}
    for name in names:
        if name not in space:
            raise StoreError(
                f"step {step!r} is to pass on {name!r}, which has no value at its end",
                hint="give it one in every case, None for instance",
            )
        value = space[name]
        try:
            found[name] = _plain(value)
        except TypeError as error:
            inside = "" if str(error) == type_name(value) else f" with a {error} in it"
            raise StoreError(
                f"step {step!r} is to pass on {name!r}, a {type_name(value)}{inside}, "
                "which JSON cannot say",
                hint=_WAY_OUT,
            ) from None
        size = len(dumps(found[name]).encode())
        if size > LARGEST:
            raise StoreError(
                f"step {step!r} is to pass on {name!r}, which has {size} bytes as JSON, "
                f"and {LARGEST} are the most",
                hint=_WAY_OUT,
            )
    return found


def _plain(value: Any) -> Any:
    """A value as JSON has it; raises TypeError with the name of the type that it has not."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.generic | numpy.ndarray):
        return _plain(value.tolist())
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float):
        if math.isfinite(value):
            return float(value)
        raise TypeError(f"float {value}")
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("dict whose keys are not all text")
        return {key: _plain(item) for key, item in value.items()}
    raise TypeError(type_name(value))
