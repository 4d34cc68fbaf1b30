import json
import sys
from pathlib import Path

import pytest

# Notebooks are written as those of the command line's tests are.
sys.path.insert(0, str(Path(__file__).parent.parent / "cli"))

from commands import write_notebook

TRAIN = (
    ("parameters", "trees = 10  # in the forest"),
    ("step:load", "rows = list(range(trees))"),
    ("step:fit", "accuracy = len(rows) / 20\nprint('fitted', len(rows))"),
    ("pipeline-metrics", "accuracy"),
)


WEEKLY = {
    "doc_type": "pipeline",
    "version": "3.0",
    "id": "weekly",
    "primary_pipeline": "main",
    "schemas": [],
    "pipelines": [
        {
            "id": "main",
            "app_data": {"ui_data": {"comments": []}, "version": 8, "properties": {}},
            "nodes": [
                {
                    "id": "train",
                    "type": "execution_node",
                    "op": "execute-notebook-node",
                    "app_data": {
                        "component_parameters": {"filename": "train.ipynb"},
                        "label": "",
                        "ui_data": {"label": "train"},
                    },
                    "inputs": [],
                    "outputs": [],
                }
            ],
        }
    ],
}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with `train.ipynb` and Elyra's `weekly.pipeline`; it is the working directory."""
    write_notebook(tmp_path / "train.ipynb", *TRAIN)
    (tmp_path / "weekly.pipeline").write_text(json.dumps(WEEKLY))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def airflow_project(project, airflow, monkeypatch):
    """The same, whose settings mean the session's Airflow."""
    (project / "nbflow.yaml").write_text(airflow.settings)
    monkeypatch.setenv("SECRET", airflow.instance.password)
    return project
