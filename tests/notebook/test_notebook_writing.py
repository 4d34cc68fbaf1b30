import json
import os
from pathlib import Path

import nbformat
import pytest
from written_notebooks import as_json, code

from nbflow import notebook
from nbflow.errors import NotebookError

FOUND = notebook.parse(as_json(code("größe = 1\nx")), name="book").raw


def test_it_is_written_as_jupyter_writes_it(tmp_path: Path) -> None:
    ours, jupyters = tmp_path / "ours.ipynb", tmp_path / "jupyters.ipynb"
    notebook.write(FOUND, ours)
    nbformat.write(nbformat.from_dict(FOUND), jupyters)
    assert ours.read_bytes() == jupyters.read_bytes()
    nbformat.validate(nbformat.read(ours, as_version=4))


def test_a_lone_surrogate_is_written_and_read_back(tmp_path: Path) -> None:
    found = notebook.parse(as_json(code("'\ud800'")), name="book").raw
    notebook.write(found, tmp_path / "x.ipynb")
    assert notebook.read(tmp_path / "x.ipynb").raw == found


def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "x.ipynb"
    path.write_text("old")
    notebook.write(FOUND, path)
    assert [found.name for found in tmp_path.iterdir()] == ["x.ipynb"]
    assert json.loads(path.read_text("utf-8"))["nbformat"] == 4


def test_a_link_is_followed(tmp_path: Path) -> None:
    real, link = tmp_path / "real.ipynb", tmp_path / "link.ipynb"
    real.write_text("old")
    link.symlink_to(real)
    notebook.write(FOUND, link)
    assert link.is_symlink()
    assert notebook.read(real).raw == FOUND


def test_a_pipe_or_a_device_is_written_to_and_stays_what_it_is(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    notebook.write(FOUND, pipe)
    assert pipe.is_fifo()
    assert json.loads(os.read(reader, 100_000))["nbformat"] == 4
    os.close(reader)
    assert [found.name for found in tmp_path.iterdir()] == ["pipe"]


@pytest.mark.parametrize("where", ["missing/x.ipynb", "file/x.ipynb", "folder"])
def test_what_cannot_be_written_is_one_clear_error(tmp_path: Path, where: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    with pytest.raises(NotebookError, match="cannot be written"):
        notebook.write(FOUND, tmp_path / where)
    assert sorted(found.name for found in tmp_path.iterdir()) == ["file", "folder"]


def test_what_cannot_be_json_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "x.ipynb"
    path.write_text("old")
    with pytest.raises(TypeError):
        notebook.write({**FOUND, "metadata": {"x": {1, 2}}}, path)
    assert path.read_text() == "old"
