"""Failures for want of memory: how they are known, and what is said of them."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nbflow.model import Failure, format_bytes

if TYPE_CHECKING:
    from nbflow.host.limits import Fence
    from nbflow.model import Usage

__all__ = ["Limit", "denied", "is_denial", "killed"]

_LARGER = "Run the step on a larger profile: tag its first cell `profile:NAME`."


@dataclass(frozen=True)
class Limit:
    """What a step may use.

    Attributes:
        memory: bytes.
        profile: name of the profile that says so.
        hint: which profile has more.
        fence: how it is kept.
    """

    memory: int
    profile: str
    hint: str
    fence: Fence


def is_denial(ename: str) -> bool:
    """Whether an exception of this name says that memory was not to be had.

    `MemoryError`, and those of libraries: numpy's `_ArrayMemoryError`, pyarrow's
    `ArrowMemoryError`; not those that speak of an accelerator's memory.
    """
    return ename.endswith("MemoryError") and not ename.endswith("OutOfMemoryError")


def denied(failure: Failure, *, usage: Usage, limit: Limit) -> Failure:
    """A cell's own exception, with the limit, the peak and the way out."""
    about = f"the step may have {_of(limit)}{_peak(usage)}"
    said = f"{failure.evalue.rstrip('. ')}; {about}" if failure.evalue else about
    return replace(failure, evalue=said, hint=limit.hint)


def killed(
    *, cell: str | None, usage: Usage, limit: Limit | None, said: tuple[str, ...]
) -> Failure:
    """The failure of a kernel that the system killed because memory ran out.

    Args:
        cell: id of the cell that ran, None where none did.
        usage: what was used up to then.
        limit: what we limited the kernel to, if we did.
        said: lines of its log.
    """
    if limit is not None:
        why = f"its step may have {_of(limit)}"
    elif usage.memory_limit is not None:
        why = f"its cgroup may have {format_bytes(usage.memory_limit)}"
    else:
        machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        why = f"the machine has {format_bytes(machine)}"
    sentence = f"the kernel was killed because memory ran out: {why}{_peak(usage)}"
    hint = _LARGER if limit is None else limit.hint
    return Failure("OutOfMemory", sentence, cell, None, said, hint)


def _of(limit: Limit) -> str:
    return f"{format_bytes(limit.memory)} (profile {limit.profile})"


def _peak(usage: Usage) -> str:
    if usage.peak_memory is None:
        return ""
    return f", at its peak it had {format_bytes(usage.peak_memory)}"
