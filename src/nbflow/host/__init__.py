"""Run a whole plan on this machine, and read what executed step notebooks tell."""

from nbflow.host.executed import executed, failure_of, progress
from nbflow.host.interruptions import RunInterrupted
from nbflow.host.kernels import Kernel, kernels, require_kernel
from nbflow.host.nursery import warm
from nbflow.host.runs import run
from nbflow.host.whole import execute

__all__ = [
    "Kernel",
    "RunInterrupted",
    "execute",
    "executed",
    "failure_of",
    "kernels",
    "progress",
    "require_kernel",
    "run",
    "warm",
]
