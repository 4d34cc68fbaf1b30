"""Says ways out that errors name as commands in the words of JupyterLab."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["in_jupyterlab", "numbered", "spoken"]

_WAYS = (
    (r"`nbflow diff [^`]*` shows", "“Against what is published” shows"),
    (r"--force replaces", "“Publish all the same” replaces"),
    (r"or use --force: then", "or unpublish it all the same: then"),
    (r"or use --force", "or publish it all the same"),
    (r" with --no-preflight", ""),
    (r" To go on with (an older one: )--resume=", r" “Resume” goes on with \1"),
    (r"`nbflow (?:run [^`]* --resume|resume [^`]*)`", "“Resume” in the panel"),
    (r"`nbflow (?:run|trigger) [^`]*`", "“Run now”"),
    (r"`nbflow cancel` them", "cancel them"),
    (r"`nbflow unpause [^`]*`", "“Unpause”"),
    (r"`nbflow rollback [^`]*`", "“Roll back” in the panel"),
    (r"`nbflow runs[^`]*`", "the panel"),
    (r"`nbflow publish [^`]*`", "“Schedule” in the toolbar of a notebook"),
    (r"start an own one with `nbflow airflow up`, or (.*)$", r"\1"),
    (r"`nbflow airflow up`", "“Start Airflow”"),
    (r"; `nbflow airflow status` tells about an own one$", ""),
    (r": `nbflow approve`$", ""),
)  # fmt: skip
_SPOKEN = frozenset(("hint", "note", "unasked"))
"""What answers say in words that may name commands."""


def in_jupyterlab(text: str) -> str:
    """A sentence with the ways that JupyterLab has, where it has one, in place of commands."""
    for command, way in _WAYS:
        text = re.sub(command, way, text)
    return re.sub(r"(?<=[.?!] )the panel", "The panel", text)


def numbered(diagnostic: Mapping[str, Any], cells: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A diagnostic whose sentences name a notebook's cells by number: no page shows their ids."""
    numbers = {str(cell.get("id")): str(number) for number, cell in enumerate(cells, 1)}

    def said(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return re.sub(r"(?<=\bcell )[\w-]+", lambda one: numbers.get(one[0], one[0]), value)

    return {**diagnostic, **{name: said(diagnostic[name]) for name in ("message", "hint")}}


def spoken(answer: Mapping[str, Any]) -> dict[str, Any]:
    """An answer, or a part of one, with its hints in JupyterLab's words; all else as it is."""
    return {name: _spoken(name, value) for name, value in answer.items()}


def _spoken(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return in_jupyterlab(value) if name in _SPOKEN else value
    if isinstance(value, list | tuple):
        return [_spoken(name, one) for one in value]
    return spoken(value) if isinstance(value, Mapping) else value
