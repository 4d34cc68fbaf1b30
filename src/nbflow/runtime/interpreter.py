"""What cells register with the kernel itself: formatters, magics, handlers of signals, hooks."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, Any

from nbflow.runtime.patches import is_of_the_notebook
from nbflow.runtime.shell import shell

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["hooks", "put", "registered"]

_SIGNALS = ("SIGALRM", "SIGHUP", "SIGINT", "SIGTERM", "SIGUSR1", "SIGUSR2")
"""Those that notebooks handle; asking for all of them takes a millisecond."""


def registered() -> dict[str, Any]:
    """By a name that no variable can have, what cells may have registered."""
    running = shell()
    found = dict(_signals())
    if running is not None:
        found |= dict(_formatters(running))
        found |= {
            f"<magic {kind} {name}>": function
            for kind, table in running.magics_manager.magics.items()
            for name, function in table.items()
            if is_of_the_notebook(function)
        }
    return found


def put(key: str, value: Any) -> None:
    """Register one again."""
    running = shell()
    kind, *words = key[1:-1].split(" ")
    if kind == "signal":
        signal.signal(int(words[0]), value)
    elif kind == "magic" and running is not None:
        running.register_magic_function(value, magic_kind=words[0], magic_name=words[1])
    elif kind == "format" and running is not None:
        of, function = value
        formatter = running.display_formatter.formatters[words[0]]
        if isinstance(of, type):
            formatter.for_type(of, function)
        else:
            formatter.for_type_by_name(*of, function)


def _signals() -> Iterator[tuple[str, Any]]:
    for name in _SIGNALS:
        number = getattr(signal, name, None)
        handler = None if number is None else signal.getsignal(number)
        if callable(handler) and is_of_the_notebook(handler):
            yield f"<signal {int(signal.Signals[name])}>", handler


def _formatters(running: Any) -> Iterator[tuple[str, Any]]:
    # Asked for by name they would all be made, at ten times the cost of a step.
    made = running.display_formatter._trait_values.get("formatters", {})
    for mime, formatter in made.items():
        for of, function in formatter.type_printers.items():
            if is_of_the_notebook(function) or is_of_the_notebook(of) or _is_made(function):
                name = f"{of.__module__}.{of.__qualname__}"
                yield f"<format {mime} {name}>", (of, function)
        for (module, name), function in formatter.deferred_printers.items():
            if is_of_the_notebook(function):
                yield f"<format {mime} {module}.{name}>", ((module, name), function)


def _is_made(function: Any) -> bool:
    """Whether a library made a function for this notebook, as `sympy.init_printing` does."""
    owner = str(getattr(function, "__module__", "")).partition(".")[0]
    made = "<locals>" in getattr(function, "__qualname__", "")
    return made and owner not in {"IPython", "ipykernel", "matplotlib", "matplotlib_inline"}


def hooks() -> dict[int, str]:
    """What of the notebook the kernel calls around its cells, by id, in words."""
    running = shell()
    found: list[tuple[Any, str]] = [
        (getattr(sys, name), f"`sys.{name}`") for name in ("stdout", "stderr", "excepthook")
    ]
    if running is not None:
        events = running.events.callbacks
        found += [(one, f"a `{event}` hook") for event in events for one in events[event]]
        transformers = (*running.input_transformers_cleanup, *running.input_transformers_post)
        found += [(one, "an input transformer") for one in transformers]
        found += [(one, "an AST transformer") for one in running.ast_transformers]
        if running.custom_exceptions:
            found.append((running.CustomTB, "a handler of exceptions"))
    return {id(one): what for one, what in found if is_of_the_notebook(one) or "of exc" in what}
