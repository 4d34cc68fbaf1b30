"""The Jupyter kernels that are installed here."""

from __future__ import annotations

from dataclasses import dataclass

from nbflow.errors import NotebookError
from nbflow.host.nursery import nursery

__all__ = ["Kernel", "kernels", "require_kernel"]


@dataclass(frozen=True)
class Kernel:
    """An installed kernel.

    Attributes:
        name: as notebooks name it.
        title: for people.
        language: lower case.
    """

    name: str
    title: str
    language: str


def kernels() -> tuple[Kernel, ...]:
    """The installed kernels, sorted by name."""
    from jupyter_client.kernelspec import KernelSpecManager

    found = KernelSpecManager().get_all_specs()
    return tuple(
        Kernel(name, entry["spec"]["display_name"], entry["spec"]["language"].lower())
        for name, entry in sorted(found.items())
    )


def require_kernel(name: str) -> None:
    """See that a kernel is installed.

    Raises:
        NotebookError: it is not; lists those that are.
    """
    installed = _installed(name)
    if installed is not None:
        raise NotebookError(
            f"no kernel named {name!r} is installed here (installed: {installed or 'none'})",
            hint="choose one of these in the notebook, or install the kernel: for Python "
            f"`python -m ipykernel install --user --name {name}` in its environment",
        )


def _installed(name: str) -> str | None:
    """The names of the installed kernels; None where this one is among them."""
    forking = nursery()
    # It has imported what it takes to look; here that would cost a fifth of a second. What it does
    # not find may be installed since, or where only this process looks.
    if forking is not None and forking.spec(name)["spec"] is not None:
        return None
    names = [kernel.name for kernel in kernels()]
    return None if name in names else ", ".join(names)
