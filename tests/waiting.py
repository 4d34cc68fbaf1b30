"""Wait for what happens in its own time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["until"]


def until(
    look: Callable[[], Any], what: str = "what is looked for", *, seconds: float = 240
) -> Any:
    """What `look` returns, once it returns something.

    Long enough for the busiest machine: how fast things are is measured by benchmarks.

    Raises:
        TimeoutError: it does not come.
    """
    deadline = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(0.1)
    return found
