"""Cells run in a real kernel, as a notebook runs them."""

import os

import nbformat
from nbclient import NotebookClient


def execute(*sources, cwd, **environ):
    """The outputs of each cell; a cell that fails does not end the rest."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        allow_errors=True,
        timeout=120,
        resources={"metadata": {"path": str(cwd)}},
    )
    client.execute(env={**os.environ, **environ})
    return [cell["outputs"] for cell in notebook.cells]


def text(outputs):
    """All that the outputs of a cell say as text."""
    found = []
    for one in outputs:
        found.append(one.get("text", ""))
        found.append(one.get("data", {}).get("text/plain", ""))
        found += one.get("traceback", [])
    return "\n".join(found)
