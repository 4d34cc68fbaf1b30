"""The parameters that a run had."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from nbflow import host

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nbflow.model import Run

__all__ = ["effective", "given_in"]


def effective(run: Run, *, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """A run's parameters in the notebook's order: what it was given, else the defaults.

    Args:
        run: the run.
        manifest: its bundle's; the parameters are those that were given where it is empty.
    """
    defaults = {one["name"]: one.get("default") for one in manifest.get("parameters", ())}
    return {**defaults, **run.parameters}


def given_in(executed: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The values that a run was given, as its executed step notebooks have them; {} for none."""
    for notebook in executed:
        with suppress(KeyError, TypeError, ValueError, SyntaxError):
            values = json.loads(host.given_to(notebook)["nbflow_params"])
            if isinstance(values, dict):
                return values
    return {}
