"""What code reads, binds and changes; which step needs what of which, and why.

What few commands need loads when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow import _door
from nbflow.analysis.pipelines import analyse
from nbflow.analysis.rules import RULES

if TYPE_CHECKING:
    from nbflow.analysis.imported import Import, imports
    from nbflow.analysis.variables import last_bound

__all__ = ["RULES", "Import", "analyse", "imports", "last_bound"]

_LATER = {"Import": "imported", "imports": "imported", "last_bound": "variables"}

__getattr__ = _door(__name__, _LATER)
