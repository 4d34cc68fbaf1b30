"""A hand-written DAG, live in a real Airflow."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from stages import Stage

from nbflow import remote

_PARAMETERS = 'nbflow_params = "{}"\nnbflow_run = ""\nnbflow_files = ""\nnbflow_attempt = "1"'
_FIRST = """
import json, os, pathlib, sys, time
params = json.loads(nbflow_params)
seen = {"text": nbflow_params, "files": nbflow_files, "python": sys.executable}
pathlib.Path(nbflow_run, "zeroth", "seen.json").write_text(json.dumps(seen))
print("attempt", nbflow_attempt)
if params["mode"] == "raise":
    raise ValueError("mine")
if params["mode"] == "die" and nbflow_attempt == "1":
    os.kill(os.getpid(), 9)
if params["mode"] == "sleep":
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def mechanics(airflow):
    """The id of a DAG of two steps, `zeroth` and `after`."""
    steps = airflow.dags / "mechanics" / "0123456789abcdef" / "steps"
    steps.mkdir(parents=True)
    for name, source in {"zeroth": _FIRST, "after": "print(nbflow_run)"}.items():
        cells = [new_code_cell(_PARAMETERS, metadata={"tags": ["parameters"]})]
        notebook = new_notebook(cells=[*cells, new_code_cell(source)])
        notebook.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        nbformat.write(notebook, steps / f"{name}.ipynb")
    text = Path(__file__).with_name("mechanics_dag.py").read_text(encoding="utf-8")
    (airflow.dags / "mechanics.py").write_text(text, encoding="utf-8")
    airflow.client.wait_for_dag("mechanics", digest="0123456789abcdef", timeout=60)
    return "mechanics"


@pytest.fixture
def stage():
    stage = Stage()
    yield stage
    stage.close()


@pytest.fixture
def client(stage):
    with remote.Airflow.connect(stage.url, token="t") as client:
        yield client
