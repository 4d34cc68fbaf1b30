"""What a folder of a store holds."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Entry"]


class Entry(NamedTuple):
    """A file, or a folder.

    Attributes:
        name: in its folder.
        size: bytes; None for a folder.
        changed: seconds since 1970 of its last change; None where the place does not say, as object
            stores do not of folders.
    """

    name: str
    size: int | None
    changed: float | None
