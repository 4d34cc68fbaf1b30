"""What was meant, where a name is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["did_you_mean", "known_names", "nearest"]

ALIKE = 0.6
"""How much of two names is the same at least, where one may have been meant by the other."""
_LISTED = 20
"""Names that a hint lists at most."""


def nearest(wrong: str, known: Iterable[str], *, alike: float = ALIKE) -> str | None:
    """The known name that was most likely meant, None where none is near; capitals do not count.

    Args:
        wrong: what was written.
        known: what might have been.
        alike: how much of the two is the same at least.

    Example:
        >>> nearest("Iirs", ["iris", "wine"])
        'iris'
    """
    from difflib import get_close_matches

    names = {name.casefold(): name for name in known}
    near = get_close_matches(wrong.casefold(), names, n=1, cutoff=alike)
    return names[near[0]] if near else None


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """`Did you mean 'iris'? `, to stand before a hint; empty where no name is near."""
    near = nearest(wrong, known)
    return "" if near is None else f"Did you mean {near!r}? "


def known_names(what: str, wrong: str, known: Iterable[str], *, in_order: bool = False) -> str:
    """A hint: the nearest of the known names, where one is near, and all of them, or the first.

    Args:
        what: such as `the profiles`.
        wrong: what was written.
        known: what might have been.
        in_order: they have an order of their own; else they are listed by the alphabet.
    """
    names = list(known) if in_order else sorted(known)
    near = nearest(wrong, names)
    guess = "" if near is None else f"did you mean {near!r}? "
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"{guess}{what} are: {', '.join(names[:_LISTED]) or 'none'}{more}"
