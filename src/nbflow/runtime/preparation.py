"""What a step needs before its first cell and after its last one, imported ahead of time."""

from __future__ import annotations

import importlib

__all__ = ["look_around", "prepare"]

_LATER = (
    "nbflow.runtime.artifacts",
    "nbflow.runtime.claims",
    "nbflow.runtime.inputs",
    "nbflow.runtime.outputs",
    "nbflow.runtime.pickles",
    "nbflow.runtime.previews",
    "nbflow.runtime.races",
    "nbflow.runtime.session",
    "nbflow.runtime.standing",
)


def prepare() -> None:
    """Import what steps import when they get there, for a process that they are forked from."""
    for module in _LATER:
        importlib.import_module(module)


def look_around() -> None:
    """Find out what installed packages bring along, which takes longer than all imports here."""
    from nbflow.runtime import serializers

    serializers.prepare()
