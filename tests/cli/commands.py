"""Run the command line as a user does, in a folder, on notebooks written as text."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

NBFLOW = Path(sys.executable).parent / "nbflow"
PYTHON3 = {"name": "python3", "display_name": "Python 3", "language": "python"}


@dataclass(frozen=True)
class Result:
    """How a command ended and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


def nbflow(*arguments, cwd, timeout=120, **environ):
    """Run `nbflow ARGUMENTS` in a folder."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("NBFLOW_", "AIRFLOW"))}
    done = subprocess.run(
        [NBFLOW, *map(str, arguments)],
        cwd=cwd,
        env={**clean, **environ},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def start(*arguments, cwd, **environ):
    """Start `nbflow ARGUMENTS`, to be interrupted as from a terminal.

    A shell's background jobs ignore SIGINT, and so would what they start.
    """
    return subprocess.Popen(
        [NBFLOW, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **environ},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=heed_signals,
    )


def heed_signals():
    """`nohup`, too, lets what it starts ignore a signal."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def write_notebook(path, *cells, kernelspec=PYTHON3, **metadata):
    """Write a notebook; a cell is its source or (tags, source)."""
    written = []
    for number, cell in enumerate(cells, 1):
        tags, source = ("", cell) if isinstance(cell, str) else cell
        written.append(
            {
                "cell_type": "code",
                "id": f"cell-{number}",
                "metadata": {"tags": tags.split()} if tags else {},
                "source": source,
                "outputs": [],
                "execution_count": None,
            }
        )
    if kernelspec:
        metadata["kernelspec"] = kernelspec
    notebook = {"cells": written, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook))
    return path


def outputs(path):
    """The text of the outputs of each of the author's code cells, by cell id."""
    return {
        cell["id"]: "".join(_text(output) for output in cell["outputs"])
        for cell in json.loads(Path(path).read_text())["cells"]
        if cell["cell_type"] == "code" and not _is_injected(cell)
    }


def injected(path):
    """The code with what a run was given, in its merged notebook; empty where there is none."""
    cells = json.loads(Path(path).read_text())["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if _is_injected(cell))


def _is_injected(cell):
    return "injected-parameters" in cell["metadata"].get("tags", ())


def _text(output):
    if output["output_type"] == "error":
        return f"{output['ename']}: {output['evalue']}"
    text = output.get("text") or output.get("data", {}).get("text/plain", "")
    return "".join(text)
