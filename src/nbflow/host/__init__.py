"""Run a whole plan on this machine, and read what executed step notebooks tell.

What few runs need loads when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.host.debugging import debug_notebook
from nbflow.host.executed import (
    LOST,
    USAGE,
    attempt_of,
    executed,
    failure_of,
    lost,
    progress,
    stopped_by,
    usage_of,
)
from nbflow.host.glances import glance
from nbflow.host.interruptions import RunInterrupted
from nbflow.host.kernels import Kernel, kernels, require_kernel
from nbflow.host.ledgers import BUNDLE, Ledger, read_ledger
from nbflow.host.nursery import warm
from nbflow.host.resuming import Resumption, resumption
from nbflow.host.runs import run
from nbflow.host.whole import execute

if TYPE_CHECKING:
    from nbflow.host.limits import Fence, Limits, find_fence
    from nbflow.host.shortages import Limit, is_denial

__all__ = [
    "BUNDLE",
    "LOST",
    "USAGE",
    "Fence",
    "Kernel",
    "Ledger",
    "Limit",
    "Limits",
    "Resumption",
    "RunInterrupted",
    "attempt_of",
    "debug_notebook",
    "execute",
    "executed",
    "failure_of",
    "find_fence",
    "glance",
    "is_denial",
    "kernels",
    "lost",
    "progress",
    "read_ledger",
    "require_kernel",
    "resumption",
    "run",
    "stopped_by",
    "usage_of",
    "warm",
]

_LATER = {
    "Fence": "limits",
    "Limit": "shortages",
    "Limits": "limits",
    "find_fence": "limits",
    "is_denial": "shortages",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
