"""Run a whole plan on this machine, and read what executed step notebooks tell.

Names load when they are asked for: a step alone needs few of them, and starts its kernel first.
"""

from nbflow import _door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nbflow.host.compositions import run_stages
    from nbflow.host.debugging import debug_notebook, given_to
    from nbflow.host.executions import (
        LOST,
        STOPPED,
        USAGE,
        attempt_of,
        executed,
        executed_step,
        failure_of,
        lost,
        progress,
        stopped_by,
        usage_of,
    )
    from nbflow.host.glances import glance
    from nbflow.host.interruptions import RunInterrupted, Stop
    from nbflow.host.kernelspecs import Kernel, kernels, require_kernel
    from nbflow.host.ledgers import BUNDLE, Ledger, held, is_held, read_ledger
    from nbflow.host.limits import Fence, Limits, find_fence
    from nbflow.host.nursery import warm
    from nbflow.host.resuming import Resumption, resumption
    from nbflow.host.runs import run
    from nbflow.host.shortages import Limit, is_denial
    from nbflow.host.whole import execute

__all__ = [
    "BUNDLE",
    "LOST",
    "STOPPED",
    "USAGE",
    "Fence",
    "Kernel",
    "Ledger",
    "Limit",
    "Limits",
    "Resumption",
    "RunInterrupted",
    "Stop",
    "attempt_of",
    "debug_notebook",
    "execute",
    "executed",
    "executed_step",
    "failure_of",
    "find_fence",
    "given_to",
    "glance",
    "held",
    "is_denial",
    "is_held",
    "kernels",
    "lost",
    "progress",
    "read_ledger",
    "require_kernel",
    "resumption",
    "run",
    "run_stages",
    "stopped_by",
    "usage_of",
    "warm",
]

_HOMES = {
    "BUNDLE": "ledgers",
    "Fence": "limits",
    "Kernel": "kernelspecs",
    "Ledger": "ledgers",
    "Limit": "shortages",
    "Limits": "limits",
    "Resumption": "resuming",
    "RunInterrupted": "interruptions",
    "Stop": "interruptions",
    "attempt_of": "executions",
    "debug_notebook": "debugging",
    "execute": "whole",
    "executed": "executions",
    "executed_step": "executions",
    "failure_of": "executions",
    "given_to": "debugging",
    "find_fence": "limits",
    "held": "ledgers",
    "is_held": "ledgers",
    "is_denial": "shortages",
    "kernels": "kernelspecs",
    "progress": "executions",
    "read_ledger": "ledgers",
    "require_kernel": "kernelspecs",
    "resumption": "resuming",
    "run": "runs",
    "run_stages": "compositions",
    "glance": "glances",
    "lost": "executions",
    "LOST": "executions",
    "STOPPED": "executions",
    "USAGE": "executions",
    "stopped_by": "executions",
    "usage_of": "executions",
    "warm": "nursery",
}
"""The module that each name comes from."""

__getattr__ = _door(__name__, _HOMES)
