"""The Jupyter kernels that are installed here."""

from __future__ import annotations

from dataclasses import dataclass

from nbflow.errors import NotebookError

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
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        KernelSpecManager().get_kernel_spec(name)
    except NoSuchKernel:
        installed = ", ".join(kernel.name for kernel in kernels()) or "none"
        raise NotebookError(
            f"no kernel named {name!r} is installed here (installed: {installed})",
            hint="choose one of these in the notebook, or install the kernel: for Python "
            f"`python -m ipykernel install --user --name {name}` in its environment",
        ) from None
