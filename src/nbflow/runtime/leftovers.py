"""What still runs when a step's cells have run, and cannot go on in the next step."""

from __future__ import annotations

import abc
import sys
import threading
from _abc import _get_dump  # type: ignore[import-not-found]
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from nbflow.errors import StoreError
from nbflow.runtime import interpreter
from nbflow.runtime.patches import is_of_the_notebook

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator

    from nbflow.runtime.orders import Orders

__all__ = ["Leftovers"]

_ABSTRACT = ("__main__", "collections.abc", "numbers", "os", "io", "typing")
"""Modules whose abstract classes a notebook may register classes with."""


class Leftovers:
    """Knows what ran and what was called when the step's cells began."""

    def __init__(self) -> None:
        self._threads = set(threading.enumerate())
        self._hooks = interpreter.hooks()
        self._registered = _registered()

    def check(self, orders: Orders) -> None:
        """See that nothing of the notebook's goes on that a later step would need.

        Raises:
            StoreError: something does; names it, the step, and what to do.
        """
        last = not orders.steps or orders.step == orders.steps[-1]
        going = (*self._running(), *_pending(), *self._kin()) if orders.descendants else ()
        for what, fix in (*going, *(() if last else self._called())):
            raise StoreError(
                f"{what} when step {orders.step!r} ends, and does not leave its process: what it "
                "goes on to do is lost to the next steps",
                hint=fix,
            )

    def _running(self) -> Iterator[tuple[str, str]]:
        for thread in threading.enumerate():
            code = getattr(thread, "_target", None) or type(thread).run
            if thread not in self._threads and is_of_the_notebook(code):
                yield (
                    f"thread {thread.name!r} still runs",
                    "wait for it (`.join()`) in the step, or start it in a `setup` cell",
                )

    def _called(self) -> Iterator[tuple[str, str]]:
        for key, what in interpreter.hooks().items():
            if key not in self._hooks:
                yield f"{what} of the notebook is in place", "set it up in a `setup` cell"

    def _kin(self) -> Iterator[tuple[str, str]]:
        for base, kind in sorted(_registered() - self._registered):
            yield (
                f"{kind!r} is registered as a kind of {base!r}",
                f"call `{base}.register({kind})` in a `setup` cell",
            )


def _registered() -> set[tuple[str, str]]:
    """Who counts as a kind of what without inheriting, of classes of the notebook, by name."""
    known = [vars(sys.modules[name]).values() for name in _ABSTRACT if name in sys.modules]
    found = set()
    for base in {one for values in known for one in list(values) if isinstance(one, abc.ABCMeta)}:
        for reference in _get_dump(base)[0]:
            kind = reference()
            if kind is not None and "__main__" in {base.__module__, kind.__module__}:
                found.add((base.__name__, kind.__name__))
    return found


def _pending() -> Iterator[tuple[str, str]]:
    if "asyncio" not in sys.modules:  # outside of a kernel; then no task was made
        return
    import asyncio

    for loop in _loops():
        for task in asyncio.all_tasks(loop):
            coroutine: Any = task.get_coro()
            frame = getattr(coroutine, "cr_frame", None)
            space = {} if frame is None else frame.f_globals
            if space.get("__name__") == "__main__":
                name = getattr(coroutine, "__qualname__", "")
                yield f"asyncio task {name!r} is not done", "await it in the step"


def _loops() -> list[asyncio.AbstractEventLoop]:
    import asyncio

    found: list[asyncio.AbstractEventLoop] = []
    with suppress(RuntimeError):
        found.append(asyncio.get_running_loop())
    helpers = sys.modules.get("IPython.core.async_helpers")
    made = getattr(helpers, "_asyncio_event_loop", None)  # asking for it would make it
    return [*found, made] if made is not None and made not in found else found
