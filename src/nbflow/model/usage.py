"""What an attempt of a step used of the machine that it ran on."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Usage:
    """What the kernel of an attempt used, together with everything that it started.

    Attributes:
        wall: seconds from the kernel's start to its end.
        cpu: seconds of all cores together; None where the system does not tell.
        peak_memory: bytes; None where the system does not tell.
        measured: where the peak is from: `processes`, or the `cgroup` that the kernel had alone.
        memory_limit: bytes that it might use at most, None where nothing limited it.
        gpu_memory: bytes of accelerators' memory at the peak; None where there was none to look at.
        gpu: mean share of the time (0 to 1) in which the accelerators worked; None as above.
    """

    wall: float
    cpu: float | None = None
    peak_memory: int | None = None
    measured: str = "processes"
    memory_limit: int | None = None
    gpu_memory: int | None = None
    gpu: float | None = None

    @property
    def cores(self) -> float | None:
        """Cores that were busy on average."""
        return None if self.cpu is None or self.wall <= 0 else self.cpu / self.wall

    def __str__(self) -> str:
        """For people: `peak memory 1.5 GiB, 12.0 s of cpu in 10.0 s`."""
        parts = []
        if self.peak_memory is not None:
            most = f" of {format_bytes(self.memory_limit)}" if self.memory_limit else ""
            parts.append(f"peak memory {format_bytes(self.peak_memory)}{most}")
        if self.gpu_memory is not None:
            parts.append(f"GPU memory {format_bytes(self.gpu_memory)}")
        cpu = "" if self.cpu is None else f"{self.cpu:.1f} s of cpu in "
        return ", ".join([*parts, f"{cpu}{self.wall:.1f} s"])

    def as_dict(self) -> dict[str, Any]:
        """As plain JSON data, without what is not known."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Usage:
        """Read what `as_dict` wrote; keys that a later version added are passed over.

        Raises:
            TypeError, ValueError: it says no numbers.
        """
        known = {one.name: data[one.name] for one in fields(cls) if data.get(one.name) is not None}
        numbers = {name: value for name, value in known.items() if name != "measured"}
        if any(
            isinstance(one, bool) or not isinstance(one, int | float) for one in numbers.values()
        ):
            raise TypeError(f"{numbers} are no numbers")
        return cls(**known)


def format_bytes(size: float) -> str:
    """Write a number of bytes for people: `512 KiB`, `1.5 GiB`."""
    amount = float(size)
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if amount < 1024 or unit == "TiB":
            break
        amount /= 1024
    return f"{amount:.0f} {unit}" if unit in {"B", "KiB"} else f"{amount:.1f} {unit}"
