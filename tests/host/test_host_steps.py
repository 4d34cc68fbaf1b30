"""One step alone: `python -m nbflow.host`, as a pod runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest
from by_hand import Hand, Notebook, step_notebook
from object_servers import BUCKET, moto_server

from nbflow.host import executed, progress
from nbflow.runtime import open_store, read_manifest
from waiting import until

NOTEBOOK = Notebook(
    {
        "first": Hand(["x = [1, 2]", "open('left.txt', 'w').write('a file')"], saves=["x"]),
        "second": Hand(
            ["x.append(3)", "print(x, open('left.txt').read())"], after=["first"], needs=["x"]
        ),
        "fails": Hand(["print('before')", "1 / 0", "print('never')"]),
        "waits": Hand(["print('asleep', flush=True)\nimport time\ntime.sleep(600)"]),
        "leaves": Hand(["import os; os._exit(0)"]),
    }
)


@pytest.fixture
def bundle(tmp_path):
    folder = tmp_path / "bundle" / "steps"
    folder.mkdir(parents=True)
    for name in NOTEBOOK.steps:
        (folder / f"{name}.ipynb").write_text(json.dumps(step_notebook(NOTEBOOK, name)))
    return folder


def start(path, *arguments, env=None):
    command = [sys.executable, "-m", "nbflow.host", str(path), *map(str, arguments)]
    return subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env={**os.environ, **(env or {})}
    )


def told(process):
    _, words = process.communicate(timeout=120)
    return process.returncode, words


def outputs(notebook):
    return [
        output["text"]
        for cell in notebook["cells"]
        for output in cell["outputs"]
        if output["output_type"] == "stream"
    ]


def test_steps_run_one_by_one_hand_on_what_they_made(bundle, tmp_path):
    run = tmp_path / "run"
    for name in ("first", "second"):
        status, words = told(start(bundle / f"{name}.ipynb", "--run", run))
        assert (status, "cell 2 of 2: done in " in words) == (0, True), words
    assert outputs(executed(run)["second"]) == ["[1, 2, 3] a file\n"]
    assert progress(run, "second").state == "success"
    assert {path.name for path in (run / "second").iterdir()} >= {"manifest.json", "try-1.ipynb"}


def test_the_runs_folder_may_be_named_from_here(bundle, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("first", "second"):
        status, words = told(start(bundle / f"{name}.ipynb", "--run", "runs/one"))
        assert status == 0, words
    assert outputs(executed(tmp_path / "runs" / "one")["second"]) == ["[1, 2, 3] a file\n"]


def test_files_of_steps_in_another_language_cross(tmp_path):
    spec = tmp_path / "jupyter" / "kernels" / "bash"
    spec.mkdir(parents=True)
    command = [sys.executable, "-m", "bash_kernel", "-f", "{connection_file}"]
    known = {"argv": command, "display_name": "Bash", "language": "bash"}
    (spec / "kernel.json").write_text(json.dumps(known))
    env = {"JUPYTER_PATH": str(tmp_path / "jupyter")}
    notebook = Notebook(
        {
            "first": Hand(["mkdir deep; echo left > deep/file"]),
            "second": Hand(["cat deep/file"], after=["first"]),
        },
        kernel="bash",
        language="bash",
    )
    for name in notebook.steps:
        path = tmp_path / f"{name}.ipynb"
        path.write_text(json.dumps(step_notebook(notebook, name)))
        status, words = told(start(path, "--run", tmp_path / "run", env=env))
        assert status == 0, words
    assert outputs(executed(tmp_path / "run")["second"]) == ["left\n"]


def test_a_failing_cell_is_named_and_ends_with_ten(bundle, tmp_path):
    status, words = told(start(bundle / "fails.ipynb", "--run", tmp_path / "run"))
    assert status == 10
    assert "failed at cell fails-1: 1 / 0\nZeroDivisionError: division by zero" in words
    assert outputs(executed(tmp_path / "run")["fails"]) == ["before\n"]
    assert read_manifest(open_store(str(tmp_path / "run")), "fails") is None


def test_a_kernel_that_leaves_with_status_zero_has_failed(bundle, tmp_path):
    status, words = told(start(bundle / "leaves.ipynb", "--run", tmp_path / "run"))
    assert status == 10
    said = "KernelDied: the kernel died: its process ended with status 0"
    assert f"failed at cell leaves-0: import os; os._exit(0)\n{said}" in words


def test_a_pod_that_is_ended_keeps_what_its_step_put_out(bundle, tmp_path):
    run = tmp_path / "run"
    process = start(bundle / "waits.ipynb", "--run", run)
    until(lambda: run.exists() and "waits" in executed(run) and outputs(executed(run)["waits"]))
    process.send_signal(signal.SIGTERM)
    status, words = told(process)
    assert status == 130
    said = "Interrupted: the step was stopped from outside (SIGTERM)"
    assert f"failed at cell waits-0: print('asleep', flush=True)\n{said}" in words


def test_a_step_takes_longer_than_it_may(bundle, tmp_path):
    options = ("--run", tmp_path / "run", "--timeout", "1")
    status, words = told(start(bundle / "waits.ipynb", *options))
    assert (status, "Timeout: the step took longer than 1 s" in words) == (10, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("none.ipynb", "--run", "run"), "none.ipynb cannot be read: No such file"),
        (("first.ipynb", "--run", "run", "--params", "{"), "--params is not JSON"),
        (("plain.ipynb", "--run", "run"), "plain.ipynb is no step notebook"),
        (("text.ipynb", "--run", "run"), "text.ipynb is no step notebook"),
    ],
)
def test_what_cannot_be_run_is_told_without_a_traceback(bundle, arguments, said):
    plain = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (bundle / "plain.ipynb").write_text(json.dumps(plain))
    (bundle / "text.ipynb").write_text("no JSON")
    path, *options = arguments
    status, words = told(start(bundle / path, *options))
    assert (status, said in words, "Traceback" in words) == (2, True, False), words


def test_a_step_leaves_everything_in_an_object_store(bundle, tmp_path):
    with moto_server() as server:
        url = f"s3://{BUCKET}/runs/one"
        for name in ("first", "second"):
            process = start(bundle / f"{name}.ipynb", "--run", url, env=server.environ)
            status, words = told(process)
            assert status == 0, words
        client = server.client()
        body = client.get_object(Bucket=BUCKET, Key="runs/one/second/try-1.ipynb")["Body"].read()
        assert outputs(json.loads(body)) == ["[1, 2, 3] a file\n"]
