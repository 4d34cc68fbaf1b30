"""What processes use of NVIDIA's accelerators, asked of nvidia-smi."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Glance", "glance"]

_PATIENCE = 20
"""Seconds after which a driver that does not answer is let be."""
_MIB = 1 << 20


@dataclass(frozen=True)
class Glance:
    """The accelerators at one moment.

    Attributes:
        memory: bytes that the processes have; those of all where that is not told by process, as in
            a container.
        by_process: whether it is told by process.
        busy: share of the time (0 to 1) in which they work: the mean of those that the processes
            use.
    """

    memory: int
    by_process: bool
    busy: float


def glance(pids: tuple[int, ...]) -> Glance | None:
    """Look once; None where there is no answer. It takes some tens of milliseconds."""
    devices = _ask("--query-gpu=uuid,memory.used,utilization.gpu")
    if not devices:
        return None
    used = {uuid: (_whole(memory) * _MIB, _whole(busy) / 100) for uuid, memory, busy in devices}
    own = [
        (uuid, _whole(memory) * _MIB)
        for uuid, pid, memory in _ask("--query-compute-apps=gpu_uuid,pid,used_memory")
        if _whole(pid) in pids
    ]
    if own:
        busy = [used[uuid][1] for uuid in {uuid for uuid, _ in own} if uuid in used]
        return Glance(sum(memory for _, memory in own), True, sum(busy) / max(1, len(busy)))  # noqa: FBT003
    memory, shares = zip(*used.values(), strict=True)
    return Glance(sum(memory), False, sum(shares) / len(shares))  # noqa: FBT003


def _ask(query: str) -> list[list[str]]:
    import subprocess

    command = ["nvidia-smi", query, "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=_PATIENCE
        )
    except (OSError, subprocess.SubprocessError):
        return []
    rows = [[one.strip() for one in line.split(",")] for line in done.stdout.splitlines()]
    return [row for row in rows if len(row) == 3]


def _whole(text: str) -> int:
    """A number; 0 for `[N/A]`, which a part of an accelerator says of its utilisation."""
    return int(text) if text.isdecimal() else 0
