"""Cells run in a real kernel, as a notebook runs them."""

import os
import re
import uuid

import nbformat
from jupyter_client import AsyncKernelManager
from nbclient import NotebookClient


def execute(*sources, cwd, **environ):
    """The outputs of each cell; a cell that fails does not end the rest."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    # Named as a Jupyter server names it.
    file = cwd / "runtime" / f"kernel-{uuid.uuid4()}.json"
    file.parent.mkdir(exist_ok=True)
    client = NotebookClient(
        notebook,
        km=AsyncKernelManager(kernel_name="python3", connection_file=str(file)),
        allow_errors=True,
        timeout=120,
        resources={"metadata": {"path": str(cwd)}},
    )
    client.execute(cleanup_kc=True, env={**os.environ, **environ})
    return [cell["outputs"] for cell in notebook.cells]


def text(outputs):
    """All that the outputs of a cell say as text, without colours."""
    found = []
    for one in outputs:
        found.append(one.get("text", ""))
        found.append(one.get("data", {}).get("text/plain", ""))
        found += one.get("traceback", [])
    return re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(found))
