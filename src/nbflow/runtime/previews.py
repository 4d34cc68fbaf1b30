"""What people see of a value without loading it: its type, size and first words."""

from __future__ import annotations

import math
import reprlib
import sys
from typing import Any

__all__ = ["LONGEST", "metric", "preview", "type_name"]

LONGEST = 200

_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 120


def type_name(value: Any) -> str:
    """The type's name, with its module where that is not the builtins or the notebook."""
    kind = type(value)
    if kind.__module__ in {"builtins", "__main__"}:
        return kind.__qualname__
    return f"{kind.__module__}.{kind.__qualname__}"


def preview(value: Any) -> str:
    """At most `LONGEST` characters about a value; never raises, never writes a large text."""
    try:
        shape = getattr(value, "shape", None)
        if isinstance(shape, tuple) and math.prod(shape) > 8:
            kind = getattr(value, "dtype", None)
            text = " by ".join(map(str, shape)) + (f" {kind}" if kind is not None else "")
        else:
            text = _SHORT.repr(value)
    except Exception as error:  # noqa: BLE001 - a value's own repr may raise anything
        text = f"<no preview: {type(error).__name__}>"
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def metric(value: Any) -> Any:
    """A recorded value as JSON: numbers stay numbers, what JSON has no word for becomes text."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.generic | numpy.ndarray):
        return metric(value.tolist())
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return (
            value
            if math.isfinite(value)
            else {math.inf: "Infinity", -math.inf: "-Infinity"}.get(value, "NaN")
        )
    if isinstance(value, list | tuple):
        return [metric(item) for item in value]
    if isinstance(value, dict):
        return {str(key): metric(item) for key, item in value.items()}
    return preview(value)
