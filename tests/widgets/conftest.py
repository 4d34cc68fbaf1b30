import sys
from pathlib import Path

import pytest

# Notebooks are written as those of the command line's tests are.
sys.path.insert(0, str(Path(__file__).parent.parent / "cli"))
sys.path.insert(0, str(Path(__file__).parent.parent / "interactive"))

from commands import write_notebook
from jupyterlabs import TRAIN


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with `train.ipynb` of two steps, which is the working directory."""
    write_notebook(tmp_path / "train.ipynb", *TRAIN)
    monkeypatch.chdir(tmp_path)
    return tmp_path
