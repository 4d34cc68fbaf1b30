"""Files of steps whose kernel is not Python's cross as well: the host carries them."""

import json
import sys

import pytest
from by_hand import Hand, Notebook, assert_success, run

from nbflow import host
from nbflow.runtime import open_store, read_manifest


@pytest.fixture
def bash(tmp_path, monkeypatch):
    spec = tmp_path / "jupyter/kernels/bash/kernel.json"
    spec.parent.mkdir(parents=True)
    start = [sys.executable, "-m", "bash_kernel", "-f", "{connection_file}"]
    spec.write_text(json.dumps({"argv": start, "display_name": "Bash", "language": "bash"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))


def notebook(**steps):
    return Notebook(steps, kernel="bash", language="bash", files={"data.txt": b"rows\n"})


def text(folder, step):
    cells = host.executed(folder)[step]["cells"]
    return " ".join("".join(o["text"]) for cell in cells for o in cell["outputs"]).split()


def test_files_of_a_step_in_another_language_are_there_in_the_next(tmp_path, bash):
    folder = tmp_path / "run"
    pipeline = notebook(
        make=Hand(["mkdir -p out/empty; echo made > out/f; chmod 755 out/f; rm data.txt"]),
        change=Hand(["echo more >> out/f"], after=["make"]),
        use=Hand(["cat out/f; stat -c %a out/f; ls; ls out"], after=["change"]),
    )
    assert_success(run(pipeline, folder))
    assert text(folder, "use") == ["made", "more", "755", "out", "empty", "f"]
    manifest = read_manifest(open_store(str(folder)), "change")
    assert manifest is not None
    assert list(manifest.files) == ["out/f"]
    assert manifest.files["out/f"]["size"] == 10


def test_a_failed_step_leaves_nothing_and_two_versions_are_refused(tmp_path, bash):
    folder = tmp_path / "run"
    pipeline = notebook(
        left=Hand(["echo left > f; echo same > g"]),
        right=Hand(["echo right > f; echo same > g"]),
        join=Hand(["cat f"], after=["left", "right"]),
        fails=Hand(["echo x > half", "false"]),
    )
    finished = run(pipeline, folder)
    join, fails = finished.steps[2:]
    assert (fails.state, fails.failure.cell) == ("failed", "fails-1")
    assert read_manifest(open_store(str(folder)), "fails") is None
    assert (join.state, join.failure.ename) == ("failed", "StoreError")
    assert "steps 'left' and 'right', which do not wait for each other" in join.failure.evalue
    assert "left different files 'f'. Help: tag a cell of step 'right'" in join.failure.evalue
