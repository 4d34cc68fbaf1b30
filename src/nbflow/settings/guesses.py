"""What was meant, where a name is not known."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["known_names"]


def known_names(what: str, wrong: str, known: Iterable[str]) -> str:
    """A hint: the nearest of the known names, where one is near, and all of them.

    Args:
        what: such as `the profiles`.
        wrong: what was written.
        known: what might have been.
    """
    names = sorted(known)
    near = get_close_matches(wrong, names, n=1)
    guess = f"did you mean {near[0]!r}? " if near else ""
    return f"{guess}{what} are: {', '.join(names) or 'none'}"
