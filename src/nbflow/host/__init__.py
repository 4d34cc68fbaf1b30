"""Run a whole plan on this machine, and read what executed step notebooks tell."""

from nbflow.host.debugging import debug_notebook
from nbflow.host.executed import executed, failure_of, progress, tries, usage_of
from nbflow.host.interruptions import RunInterrupted
from nbflow.host.kernels import Kernel, kernels, require_kernel
from nbflow.host.ledgers import BUNDLE, Ledger, read_ledger
from nbflow.host.limits import Fence, Limits, find_fence
from nbflow.host.nursery import warm
from nbflow.host.resuming import Resumption, resumption
from nbflow.host.runs import run
from nbflow.host.shortages import Limit, is_denial
from nbflow.host.whole import execute

__all__ = [
    "BUNDLE",
    "Fence",
    "Kernel",
    "Ledger",
    "Limit",
    "Limits",
    "Resumption",
    "RunInterrupted",
    "debug_notebook",
    "execute",
    "executed",
    "failure_of",
    "find_fence",
    "is_denial",
    "kernels",
    "progress",
    "read_ledger",
    "require_kernel",
    "resumption",
    "run",
    "tries",
    "usage_of",
    "warm",
]
