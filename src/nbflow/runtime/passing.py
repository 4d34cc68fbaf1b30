"""Values that a notebook passes on to the other notebooks of its pipeline: JSON, and small."""

from __future__ import annotations

import math
import os
import sys
from json import dumps
from typing import Any

from nbflow.errors import StoreError
from nbflow.runtime.previews import type_name

__all__ = ["LARGEST", "PASSED_MOST", "values_to_pass"]

PASSED_MOST = "NBFLOW_PASSED_MOST"
"""Environment variable: bytes of JSON that all values together may have, where there is less room:
a pod has 4 KB for its last words."""

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
        _refuse_large(f"{name!r}, which has", found[name], LARGEST, step=step)
    _refuse_large(
        f"{', '.join(map(repr, found))}, which have together",
        found,
        int(os.environ.get(PASSED_MOST) or LARGEST * (len(found) + 1)),
        step=step,
    )
    return found


def _refuse_large(what: str, value: Any, most: int, *, step: str) -> None:
    size = len(dumps(value).encode())
    if size > most:
        raise StoreError(
            f"step {step!r} is to pass on {what} {size} bytes as JSON, and {most} are the most",
            hint=_WAY_OUT,
        )


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
