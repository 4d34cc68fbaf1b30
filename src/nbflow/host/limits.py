"""Memory limits of steps on this machine: by a cgroup for each kernel, or by a resource limit."""

from __future__ import annotations

import itertools
import os
import resource
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nbflow.errors import SettingsError
from nbflow.runtime import Group, group_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.host.shortages import Limit

__all__ = ["Fence", "Limits", "find_fence"]

CGROUP = "NBFLOW_CGROUP"
"""Environment variable: the folder of a cgroup to divide, or `off` to divide none."""

_NAMES = itertools.count(1)
_WAY_OUT = f"name another folder in {CGROUP}, or `off` to limit steps without cgroups"


@dataclass(frozen=True)
class Fence:
    """How a kernel is kept within its memory.

    Attributes:
        parent: the cgroup that is divided, a part for each kernel; None where the kernel is given a
            resource limit instead.
    """

    parent: Group | None = None

    @property
    def kind(self) -> str:
        """`cgroup v2`, `cgroup v1` or `RLIMIT_DATA`."""
        return "RLIMIT_DATA" if self.parent is None else f"cgroup v{self.parent.version}"

    def __str__(self) -> str:
        if self.parent is None:
            return (
                f"{self.kind}: each process of a step by itself, what it reserves counts; no "
                "cgroup is left to us here"
            )
        return f"{self.kind}: all processes of a step together, below {self.parent.folder}"

    def confine(self, pid: int, *, memory: int) -> Group | None:
        """Limit a kernel that has started and run no cell; its own cgroup, if that is how.

        Args:
            pid: its process.
            memory: bytes.

        Raises:
            OSError: the system does not let us.
        """
        if self.parent is None:
            # Not RLIMIT_AS, which counts libraries and every mapped file. This one counts what is
            # private and may be written, so that malloc fails: the kernel gets a MemoryError and
            # says where. Inputs that are mapped copy-on-write are given room when they are mapped.
            _, hard = resource.prlimit(pid, resource.RLIMIT_DATA)
            most = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
            resource.prlimit(pid, resource.RLIMIT_DATA, (most, hard))
            return None
        group = self.parent.divide(f"nbflow-{os.getpid()}-{next(_NAMES)}", memory=memory)
        try:
            group.add(pid)
        except OSError:
            group.remove()
            raise
        return group


@dataclass(frozen=True)
class Limits:
    """The limits of a run.

    Attributes:
        fence: how they are kept.
        steps: by name of the step; steps without one may use what the machine has.
    """

    fence: Fence
    steps: Mapping[str, Limit]


def find_fence(environ: Mapping[str, str]) -> Fence:
    """The best way to limit kernels on this machine.

    A cgroup that was left to us, else a resource limit of each process. Which cgroup is ours cannot
    be seen from what may be written, as root may write all: it belongs to our user, systemd has
    marked it, or the environment names it.

    Args:
        environ: the environment.

    Raises:
        SettingsError: the environment names a cgroup that cannot be divided.
    """
    named = environ.get(CGROUP, "")
    if named == "off":
        return Fence()
    if named:
        return Fence(_named(Path(named)))
    found = group_of(os.getpid())
    if found is None or not found.is_delegated():
        return Fence()
    try:
        return Fence(_divisible(found))
    except OSError:
        return Fence()


def _named(folder: Path) -> Group:
    version = 1 if (folder / "memory.limit_in_bytes").exists() else 2
    if not (folder / "cgroup.procs").exists():
        raise SettingsError(f"{CGROUP}: {folder} is not the folder of a cgroup", hint=_WAY_OUT)
    try:
        return _divisible(Group(folder, version, folder))
    except OSError as error:
        raise SettingsError(
            f"{CGROUP}: the cgroup {folder} cannot be divided: {error.strerror or error}",
            hint=_WAY_OUT,
        ) from None


def _divisible(group: Group) -> Group:
    """The group, ready to have groups with limits below it; raises OSError."""
    _sweep(group)
    if group.version == 1:
        if not os.access(group.folder, os.W_OK):
            raise PermissionError(None, "it may not be written")
        return group
    controllers = (group.folder / "cgroup.controllers").read_text().split()
    if "memory" not in controllers:
        raise OSError(None, "it has no memory controller")
    _make_leaf(group)
    switch = group.folder / "cgroup.subtree_control"
    if "memory" not in switch.read_text().split():
        switch.write_text("+memory")
    return group


def _sweep(group: Group) -> None:
    """Remove the groups of hosts that were killed; their kernels have died with them."""
    for folder in group.folder.glob("nbflow-*-*"):
        if not Path(f"/proc/{folder.name.split('-')[1]}").exists():
            Group(folder, group.version, group.root).remove()


def _make_leaf(group: Group) -> None:
    """Move ourselves out of a group that is to be divided: it may not have processes of its own.

    Only where all of its processes are ours; others are nothing to move about.
    """
    inside = group.processes()
    if not inside:
        return
    if not set(inside) <= {os.getpid(), *_children()}:
        raise OSError(None, "processes that are not ours run in it")
    leaf = Group(group.folder / f"nbflow-{os.getpid()}", 2, group.root)
    leaf.folder.mkdir(exist_ok=True)
    for pid in inside:
        with suppress(ProcessLookupError):
            leaf.add(pid)


def _children() -> list[int]:
    with suppress(OSError):
        text = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
        return [int(one) for one in text.split()]
    return []
