"""What executes the cells of one attempt: a kernel, however it was started."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

__all__ = ["Executor", "KernelLostError", "Place", "Reply", "Spent"]


class KernelLostError(Exception):
    """The kernel did not start, or is gone."""


@dataclass(frozen=True)
class Reply:
    """How a cell ended.

    Attributes:
        ok: without an error.
        ename, evalue: the error's class and text.
        traceback: its lines.
    """

    ok: bool
    ename: str = ""
    evalue: str = ""
    traceback: tuple[str, ...] = ()


@dataclass(frozen=True)
class Spent:
    """What the system says of a process that has ended, and of those that it waited for.

    Attributes:
        peak_memory: bytes that the largest of them had in memory.
        cpu: seconds of all of them.
    """

    peak_memory: int
    cpu: float


@dataclass(frozen=True)
class Place:
    """Where a kernel runs.

    Attributes:
        folder: its first working directory.
        log: where what the process itself says goes.
        env: its environment, all of it.
        touched: called when a cell has put something out.
    """

    folder: Path
    log: Path
    env: Mapping[str, str]
    touched: Callable[[], None]


class Executor(Protocol):
    """A kernel that executes the cells of one notebook."""

    @property
    def pid(self) -> int | None:
        """The kernel's process once it has started; None where it is not on this machine."""
        ...

    @property
    def spent(self) -> Spent | None:
        """What the kernel used in all, once it has ended; None where the system was not asked."""
        ...

    async def start(self) -> None:
        """Start the kernel; raises KernelLostError."""

    async def execute(self, cell: dict[str, Any]) -> Reply:
        """Execute a code cell and keep its outputs in it; raises KernelLostError."""
        ...

    async def interrupt(self) -> None:
        """Interrupt the running cell, as Ctrl-C does."""

    async def kill(self) -> None:
        """End the kernel at once."""

    async def status(self) -> int | None:
        """The exit status of a kernel that is gone, negative for a signal; None if unknown."""
        ...

    async def end(self) -> None:
        """Let the kernel end by itself, then see that no process is left."""

    def metadata(self) -> dict[str, Any]:
        """What the notebook's metadata gains: the state of its widgets, the language."""
        ...
