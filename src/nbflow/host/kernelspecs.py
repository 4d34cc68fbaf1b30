"""The Jupyter kernels that are installed here."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbflow.errors import NotebookError

__all__ = ["Kernel", "kernels", "require_kernel", "spec_of"]


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


def spec_of(name: str) -> dict[str, Any] | None:
    """What Jupyter would start for a kernel of this name (its `kernel.json`); None if unknown."""
    from jupyter_core.paths import jupyter_path

    # Where Jupyter looks first, and nearly always finds it; its own search imports much.
    for folder in jupyter_path("kernels"):
        with suppress(OSError, ValueError):
            text = (Path(folder) / name / "kernel.json").read_text(encoding="utf-8")
            return dict(json.loads(text))
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    with suppress(NoSuchKernel):
        return dict(KernelSpecManager().get_kernel_spec(name).to_dict())
    return None


def require_kernel(name: str) -> None:
    """See that a kernel is installed.

    Raises:
        NotebookError: it is not; lists those that are.
    """
    if spec_of(name) is None:
        installed = ", ".join(kernel.name for kernel in kernels()) or "none"
        raise NotebookError(
            f"no kernel named {name!r} is installed here (installed: {installed})",
            hint="choose one of these in the notebook, or install the kernel: for Python "
            f"`python -m ipykernel install --user --name {name}` in its environment",
        )
