"""Names of steps and stages."""

from __future__ import annotations

__all__ = ["as_identifier"]


def as_identifier(name: str) -> str:
    """A step's or stage's name as an identifier; older notebooks of Kale's write `-` for `_`."""
    return name.replace("-", "_")
