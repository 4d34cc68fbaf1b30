"""Serializers for pandas: columns of Arrow memory, which pandas itself would copy first."""

from __future__ import annotations

import copyreg
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbflow.runtime.serializers import Parts

__all__ = ["reduce_arrow_column"]

_SPARSEST = 2  # how many bytes may be kept for each that a slice looks at


def reduce_arrow_column(column: Any, parts: Parts) -> Any:  # noqa: ARG001 - see `Serializer`
    """A column with its chunks as they are; a slice of a much larger one as pandas cuts it out."""
    chunks = getattr(column, "_pa_array", None)
    if chunks is None or chunks.get_total_buffer_size() > _SPARSEST * max(chunks.nbytes, 64):
        return NotImplemented
    state = dict(vars(column))
    if "_cache" in state:
        state["_cache"] = {}  # answers, which it finds again
    return copyreg.__newobj__, (type(column),), state  # type: ignore[attr-defined]
