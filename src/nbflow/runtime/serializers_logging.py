"""Serializer for handlers of logging: without their lock, and with this process' own streams."""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbflow.runtime.serializers import Parts

__all__ = ["make_handler", "reduce_handler", "set_handler"]

_STREAMS = ("stdout", "stderr")


def reduce_handler(handler: logging.Handler, parts: Parts) -> Any:  # noqa: ARG001 - see `Serializer`
    """A handler with what it remembers; a file is opened again by its first record."""
    state = {name: value for name, value in vars(handler).items() if name != "lock"}
    own = [name for name in _STREAMS if state.get("stream") is getattr(sys, name)]
    if own:
        state["stream"] = None
    elif isinstance(handler, logging.FileHandler):
        state["stream"] = None
        state["baseFilename"] = os.path.relpath(handler.baseFilename)
        state["mode"] = "a"
    return make_handler, (type(handler),), (state, own), None, None, set_handler


def make_handler(kind: type[logging.Handler]) -> logging.Handler:
    """A handler without its state. Pickles name it."""
    return kind.__new__(kind)


def set_handler(handler: logging.Handler, state: tuple[dict[str, Any], list[str]]) -> None:
    """Give a handler its state, a lock, and its stream. Pickles name it."""
    attributes, own = state
    vars(handler).update(attributes)
    handler.createLock()
    logging._addHandlerRef(handler)  # type: ignore[attr-defined]
    if own:
        vars(handler)["stream"] = getattr(sys, own[0])
    if isinstance(handler, logging.FileHandler):
        handler.baseFilename = os.path.abspath(handler.baseFilename)  # noqa: PTH100 - its own way
