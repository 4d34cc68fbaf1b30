"""What code reads, binds and changes; which step needs what of which, and why.

What few commands need loads when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.analysis.pipelines import analyse
from nbflow.analysis.rules import RULES

if TYPE_CHECKING:
    from nbflow.analysis.imported import Import, imports

__all__ = ["RULES", "Import", "analyse", "imports"]

_LATER = {"Import": "imported", "imports": "imported"}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
