"""The notebook that one is in."""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow import runtime
from nbflow.errors import NotebookError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["find_notebook"]

_PATIENCE = 2.0
"""Seconds for a Jupyter server on this machine to answer."""
_KERNEL = re.compile(r"kernel-(?P<id>[\w-]+)\.json")
_HINT = "Name it: `nbflow.load('train.ipynb')`."


def find_notebook() -> Path:
    """The path of the notebook that this kernel belongs to.

    VS Code says it in the namespace. JupyterLab and Notebook say it to the kernel when it starts,
    and their server knows it also when the notebook was renamed since.

    Raises:
        UsageError: a step of a run asks: it would run itself.
        NotebookError: nothing tells which notebook this is.
    """
    step = runtime.running_step()
    if step is not None:
        raise UsageError(
            f"this cell runs in step {step!r} of a run, where `this()` would run it again",
            hint="Tag the cell `skip`: it is for the notebook as you edit it.",
        )
    for found in _candidates():
        if found.suffix == ".ipynb" and found.is_file():
            return found
    where = "in this kernel" if _shell() is not None else "outside of a notebook"
    raise NotebookError(f"nothing tells {where} which notebook this is", hint=_HINT)


def _candidates() -> Iterator[Path]:
    said = _namespace().get("__vsc_ipynb_file__")
    if isinstance(said, str) and said:
        yield Path(said)
    yield from _from_servers()
    said = os.environ.get("JPY_SESSION_NAME")
    if said:
        # Relative to where the kernel began, which is where the notebook is.
        yield Path(said).absolute()


def _shell() -> Any:
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()


def _namespace() -> dict[str, Any]:
    running = _shell()
    return {} if running is None else running.user_ns


def _from_servers() -> Iterator[Path]:
    """What the Jupyter servers of this user say of this kernel's sessions."""
    kernel = _kernel_id()
    if kernel is None:
        return
    from jupyter_core.paths import jupyter_runtime_dir

    for file in sorted(Path(jupyter_runtime_dir()).glob("jpserver-*.json")):
        with suppress(OSError, ValueError, KeyError, TypeError):
            server = json.loads(file.read_text(encoding="utf-8"))
            for session in _sessions(server):
                if session["kernel"]["id"] == kernel and session["type"] == "notebook":
                    # A drive's name stands before the path where people edit together.
                    path = str(session["path"]).removeprefix("RTC:")
                    yield Path(server["root_dir"]) / path


def _kernel_id() -> str | None:
    if _shell() is None or "ipykernel" not in sys.modules:
        return None
    from ipykernel.connect import get_connection_file

    try:
        match = _KERNEL.fullmatch(Path(get_connection_file()).name)
    except (RuntimeError, OSError):
        return None
    return None if match is None else match["id"]


def _sessions(server: dict[str, Any]) -> list[Any]:
    import httpx

    try:
        answer = httpx.get(
            f"{server['url'].rstrip('/')}/api/sessions",
            headers={"Authorization": f"token {server.get('token', '')}"},
            timeout=_PATIENCE,
            trust_env=False,
        )
        answer.raise_for_status()
        found = answer.json()
    except (httpx.HTTPError, ValueError):  # it has ended, or lets nobody in
        return []
    return found if isinstance(found, list) else []
