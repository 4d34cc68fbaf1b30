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


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with `train.ipynb`, which is the working directory."""
    write_notebook(tmp_path / "train.ipynb", *TRAIN)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def airflow_project(project, airflow, monkeypatch):
    """The same, whose settings mean the session's Airflow."""
    (project / "nbflow.yaml").write_text(airflow.settings)
    monkeypatch.setenv("SECRET", airflow.instance.password)
    return project
