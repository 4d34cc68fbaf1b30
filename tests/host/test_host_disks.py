"""A disk that fills up: the step fails with the place in its message, and nothing is torn."""

import json
import sys
from pathlib import Path

import pytest
from by_hand import Hand, Notebook, run
from disks import small_disk

from nbflow import host
from nbflow.runtime import open_store, read_manifest

sys.path.insert(0, str(Path(__file__).parent.parent / "cli"))
from commands import nbflow, write_notebook


@pytest.fixture
def disk(tmp_path):
    with small_disk(tmp_path / "tiny", size="3m") as folder:
        yield folder


def pipeline(cell, *, saves=("x",)):
    return Notebook(
        {
            "first": Hand(["x = 1\nprint('before')", cell, "print('never')"], saves=saves),
            "after": Hand(["print(x)"], after=["first"], needs=["x"]),
        }
    )


def assert_failed(finished, folder):
    first, after = finished.steps
    assert (first.state, after.state) == ("failed", "upstream_failed")
    assert read_manifest(open_store(str(folder)), "first") is None
    assert not (folder / "after").exists()
    for path in (folder / "first").glob("*.ipynb"):
        json.loads(path.read_text())
    return first.failure


def test_an_artifact_that_finds_no_room_fails_its_step(disk):
    finished = run(pipeline("x = bytes(range(256)) * 20_000"), disk / "run")
    failure = assert_failed(finished, disk / "run")
    assert failure.ename == "StoreError"
    assert f"the variables of step 'first' cannot be written to {disk}/run" in failure.evalue
    assert "No space left on device" in failure.evalue
    assert failure.cell is None
    executed = host.executed(disk / "run")["first"]
    assert "before" in str(executed["cells"])
    assert [path.name for path in (disk / "run/first").rglob("*data*")] == []


def test_a_file_that_finds_no_room_in_the_store_fails_its_step(disk):
    finished = run(pipeline("open('big', 'wb').write(bytes(5_000_000))"), disk / "run")
    failure = assert_failed(finished, disk / "run")
    assert failure.ename == "StoreError"
    assert "file 'big' cannot be handed to the next steps" in failure.evalue
    assert "No space left on device" in failure.evalue
    kept = disk / "run/.files"
    assert not kept.exists() or list(kept.iterdir()) == []


def test_a_disk_that_fills_while_a_cell_writes_fails_that_cell(disk, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(disk))
    monkeypatch.setattr("tempfile.tempdir", None)
    finished = run(pipeline("open('big', 'wb').write(bytes(5_000_000))"), tmp_path / "run")
    failure = assert_failed(finished, tmp_path / "run")
    assert failure.ename == "OSError"
    assert "No space left on device" in failure.evalue
    assert failure.cell == "first-1"


def test_outputs_that_find_no_room_fail_the_step_and_tear_no_notebook(disk):
    finished = run(pipeline("print('x' * 5_000_000)"), disk / "run")
    failure = assert_failed(finished, disk / "run")
    assert str(disk / "run") in failure.evalue
    assert "No space left on device" in failure.evalue
    (notebook,) = (disk / "run/first").glob("*.ipynb")
    assert json.loads(notebook.read_text())["cells"]


def test_a_disk_that_is_full_already_fails_the_step_that_would_begin(disk):
    fill = f"open({str(disk / 'filler')!r}, 'wb').write(bytes(10_000_000))"
    finished = run(pipeline(f"try:\n    {fill}\nexcept OSError: pass"), disk / "run")
    assert finished.state == "failed"
    assert_failed(finished, disk / "run")


def test_the_command_line_names_a_full_disk_without_a_traceback(disk, tmp_path):
    (tmp_path / "nbflow.yaml").write_text(f"store: {disk}/store\n")
    notebook = write_notebook(
        tmp_path / "n.ipynb",
        ("step:big", "x = bytes(range(256)) * 40_000"),
        ("step:use", "print(len(x))"),
    )
    done = nbflow("run", notebook, cwd=tmp_path)
    assert done.status == 10, done.err
    assert "No space left on device" in done.err + done.out
    assert str(disk) in done.err + done.out
    assert 'File "' not in done.err


def test_the_command_line_names_a_place_without_room_for_a_run(disk, tmp_path):
    with pytest.raises(OSError, match="No space"), (disk / "filler").open("wb") as stream:
        stream.write(bytes(10_000_000))
    (tmp_path / "nbflow.yaml").write_text(f"store: {disk}/store\n")
    notebook = write_notebook(tmp_path / "n.ipynb", ("step:one", "1"))
    done = nbflow("run", notebook, cwd=tmp_path)
    assert done.status in (6, 10), (done.status, done.err)
    assert "No space left on device" in done.err
    assert "Traceback" not in done.err
