"""Control groups that count and limit memory, of version 2 and 1.

See Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst of the Linux kernel.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Group", "group_of"]

_ROOT = Path("/sys/fs/cgroup")
_PROC = Path("/proc")
_UNLIMITED = 1 << 62
"""Version 1 writes no limit as the largest number of whole pages."""


@dataclass(frozen=True)
class Group:
    """A group of processes.

    Attributes:
        folder: its folder in the cgroup file system.
        version: 1 or 2.
        root: the folder above all groups.
    """

    folder: Path
    version: int
    root: Path

    def peak(self) -> int | None:
        """The most memory that it ever had, in bytes, with files kept in memory; None if unknown.

        Version 2 tells it since Linux 5.19.
        """
        return _number(
            self.folder / ("memory.peak" if self.version == 2 else "memory.max_usage_in_bytes")
        )

    def cache(self) -> int:
        """Bytes of files that are kept in memory as long as nobody else needs it."""
        stat = _table(self.folder / "memory.stat")
        prefix = "" if self.version == 2 else "total_"
        files = stat.get("file", 0) if self.version == 2 else stat.get("total_cache", 0)
        return max(0, files - stat.get(f"{prefix}shmem", 0))

    def kills(self) -> int:
        """How many of its processes were killed because memory ran out."""
        name = "memory.events" if self.version == 2 else "memory.oom_control"
        return _table(self.folder / name).get("oom_kill", 0)

    def limit(self) -> int | None:
        """Bytes that it may have at most, by its own limit or one above it; None for no limit."""
        name = "memory.max" if self.version == 2 else "memory.limit_in_bytes"
        limits = []
        for folder in (self.folder, *self.folder.parents):
            found = _number(folder / name)
            if found is not None and found < _UNLIMITED:
                limits.append(found)
            if folder == self.root:
                break
        return min(limits, default=None)

    def processes(self) -> list[int]:
        """Its processes, without those of groups below it."""
        with suppress(OSError):
            return [int(one) for one in (self.folder / "cgroup.procs").read_text().split()]
        return []

    def add(self, pid: int) -> None:
        """Take a process in; raises OSError."""
        (self.folder / "cgroup.procs").write_text(str(pid))

    def divide(self, name: str, *, memory: int) -> Group:
        """A new group below, whose processes may have so much memory and no swap.

        When memory runs out, version 2 kills all of its processes, as Kubernetes lets it.

        Args:
            name: of its folder.
            memory: bytes.

        Raises:
            OSError: it may not be made.
        """
        made = Group(self.folder / name, self.version, self.root)
        made.folder.mkdir()
        if self.version == 2:
            (made.folder / "memory.max").write_text(str(memory))
            made.write_if_there("memory.swap.max", "0")
            made.write_if_there("memory.oom.group", "1")
        else:
            (made.folder / "memory.limit_in_bytes").write_text(str(memory))
            made.write_if_there("memory.memsw.limit_in_bytes", str(memory))
        return made

    def write_if_there(self, file: str, text: str) -> None:
        """Write one of its files where this system has it; raises OSError."""
        if (self.folder / file).exists():
            (self.folder / file).write_text(text)

    def remove(self) -> None:
        """Remove it, once its processes have ended."""
        with suppress(OSError):
            self.folder.rmdir()

    def is_delegated(self) -> bool:
        """Whether whoever manages the groups has left this one to us.

        That root may write it says nothing; systemd marks what it leaves to others (Delegate=yes).
        """
        with suppress(OSError):
            if self.folder.stat().st_uid == os.getuid() != 0:
                return True
        for mark in ("user.delegate", "trusted.delegate"):
            with suppress(OSError):
                if os.getxattr(self.folder, mark) == b"1":
                    return True
        return False


def group_of(pid: int, *, root: Path = _ROOT, proc: Path = _PROC) -> Group | None:
    """The group that counts the memory of a process; None where there is none.

    Args:
        pid: the process.
        root: where cgroup file systems are mounted.
        proc: where the system tells of processes.
    """
    try:
        lines = (proc / str(pid) / "cgroup").read_text().splitlines()
    except OSError:
        return None
    unified = ""
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if "memory" in controllers.split(","):
            return _existing(root / "memory", path, version=1)
        if not controllers:
            unified = path
    place = root / "unified" if (root / "unified").is_dir() else root
    found = _existing(place, unified, version=2) if unified else None
    return found if found and (found.folder / "memory.events").exists() else None


def _existing(root: Path, path: str, *, version: int) -> Group | None:
    """The group at a path; in a container the path may be the host's, and the root the group's."""
    folder = root / path.lstrip("/")
    folder = folder if folder.is_dir() else root
    return Group(folder, version, root) if folder.is_dir() else None


def _number(path: Path) -> int | None:
    with suppress(OSError, ValueError):
        return int(path.read_text())
    return None


def _table(path: Path) -> dict[str, int]:
    found = {}
    with suppress(OSError):
        for line in path.read_text().splitlines():
            key, _, value = line.partition(" ")
            if value.isdecimal():
                found[key] = int(value)
    return found
