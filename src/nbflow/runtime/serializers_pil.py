"""Serializer for Pillow: a pen with the image that it draws on."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbflow.runtime.serializers import Parts

__all__ = ["make_pen", "reduce_pen"]

_MADE_AGAIN = {"im", "draw", "_image", "palette"}


def reduce_pen(pen: Any, parts: Parts) -> Any:  # noqa: ARG001 - see `Serializer`
    """An `ImageDraw` by its image and mode; what it draws with is made again."""
    if getattr(pen, "_image", None) is None:
        return NotImplemented
    state = {name: value for name, value in vars(pen).items() if name not in _MADE_AGAIN}
    return make_pen, (type(pen), pen._image, pen.mode), state


def make_pen(kind: type, image: Any, mode: str) -> Any:
    """A pen on an image. Pickles name it."""
    importlib.import_module("PIL.ImageDraw")
    return kind(image, mode)
