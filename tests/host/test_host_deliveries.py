"""A step notebook from a store, and what a pod that runs it leaves as its last words."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys

import pytest
from by_hand import Hand, Notebook, step_notebook
from object_servers import BUCKET, moto_server

from nbflow.host import failure_of
from nbflow.runtime import open_store
from waiting import until

TALK = r"""import sys, time
print('one\ntw', end='', flush=True)
time.sleep(1)
print('o')
print('50%\r100%', end='')"""
NOTEBOOK = Notebook(
    {
        "reads": Hand(["print(open('data/note.txt').read())", "'quiet'"]),
        "fails": Hand(["print('before')", "1 / 0"]),
        "dies": Hand(["'still here'", "import os; os.kill(os.getpid(), 9)"]),
        "talks": Hand(
            [
                TALK,
                "for number in range(1200): print(number)",
            ]
        ),
        "waits": Hand(["print('waiting', flush=True)\nimport time\ntime.sleep(60)"]),
        "vanishes": Hand(
            [
                "import time\nheld = bytearray(300 * 2**20)\ntime.sleep(2)",
                "time.sleep(60)",
            ]
        ),
    }
)


def bundle(url, **files):
    """Write a bundle as publishing does."""
    store = open_store(url)
    content = {}
    for name in NOTEBOOK.steps:
        notebook = step_notebook(NOTEBOOK, name)
        mine = [cell["id"] for cell in notebook["cells"] if "nbflow" not in cell["metadata"]]
        notebook["metadata"]["nbflow"]["numbers"] = dict(zip(mine, (7, 9), strict=False))
        content[f"steps/{name}.ipynb"] = json.dumps(notebook).encode()
    content["files/data/note.txt"] = b"from the store"
    digests = {path: hashlib.sha256(data).hexdigest() for path, data in content.items()}
    for path, data in (content | files).items():
        store.write(path, data)
    store.write("manifest.json", json.dumps({"files": digests}).encode())
    return url


@pytest.fixture
def place(tmp_path):
    with moto_server() as server, pytest.MonkeyPatch.context() as patch:
        for name, value in server.environ.items():
            patch.setenv(name, value)
        yield f"s3://{BUCKET}/demo"


def run(address, *, store, **environ):
    command = [sys.executable, "-m", "nbflow.host", address, "--run", f"{store}/run"]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **environ},
    )
    return done.returncode, done.stderr


def test_a_step_is_fetched_with_its_files_and_says_how_far_it_is(place, tmp_path):
    address = bundle(f"{place}/.bundles/0123456789abcdef")
    words = tmp_path / "last-words"
    words.write_text("")
    status, said = run(f"{address}/steps/reads.ipynb", store=place, NBFLOW_LAST_WORDS=str(words))
    assert status == 0, said
    assert "cell 1 of 2 (reads-0): print(open('data/note.txt').read())" in said
    assert "cell 2 of 2: done in" in said
    notebook = json.loads(open_store(f"{place}/run").read("reads/try-1.ipynb"))
    texts = [one.get("text") for cell in notebook["cells"] for one in cell["outputs"]]
    assert "from the store\n" in texts
    assert words.read_text() == ""


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (
            "fails",
            {
                "cell": "fails-1",
                "number": 9,
                "line": "1 / 0",
                "ename": "ZeroDivisionError",
                "again": False,
            },
        ),
        ("dies", {"cell": "dies-1", "ename": "KernelDied", "again": True}),
    ],
)
def test_the_last_words_name_step_cell_and_cause(place, tmp_path, step, expected):
    address = bundle(f"{place}/.bundles/0123456789abcdef")
    words = tmp_path / "last-words"
    words.write_text("")
    status, said = run(f"{address}/steps/{step}.ipynb", store=place, NBFLOW_LAST_WORDS=str(words))
    assert status == 10, said
    told = json.loads(words.read_text())
    assert told["step"] == step
    assert {key: told[key] for key in expected} == expected
    assert told["evalue"]
    assert told["place"] == f"cell 9 (id {told['cell']}): {told['line']}"
    assert f"failed at {told['place']}\n{told['ename']}: " in said


def test_the_log_has_what_cells_write_as_they_write_it(place, tmp_path):
    address = bundle(f"{place}/.bundles/0123456789abcdef")
    command = [sys.executable, "-m", "nbflow.host", f"{address}/steps/talks.ipynb"]
    with subprocess.Popen(
        [*command, "--run", f"{place}/run"], stderr=subprocess.PIPE, text=True
    ) as host:
        lines = [line.rstrip() for line in host.stderr]
    said = lines[lines.index("cell 1 of 2 (talks-0): import sys, time") :]
    assert said[1:4] == ["  one", "  two", "  100%"]
    assert said[4].startswith("cell 1 of 2: done in 1.")
    many = said[said.index("cell 2 of 2 (talks-1): for number in range(1200): print(number)") :]
    assert many[1:1001] == [f"  {number}" for number in range(1000)]
    assert many[1001] == "  … all that it writes is in the executed notebook"
    assert many[1002].startswith("cell 2 of 2: done")


def test_what_a_cell_writes_is_in_the_log_before_it_ends(place, tmp_path):
    address = bundle(f"{place}/.bundles/0123456789abcdef")
    command = [sys.executable, "-m", "nbflow.host", f"{address}/steps/waits.ipynb"]
    with subprocess.Popen(
        [*command, "--run", f"{place}/run"], stderr=subprocess.PIPE, text=True
    ) as host:
        for line in host.stderr:
            if line.rstrip() == "  waiting":
                break
        assert host.poll() is None
        host.send_signal(signal.SIGTERM)
        rest = host.stderr.read()
    assert host.returncode == 130
    assert "Interrupted: the step was stopped from outside (SIGTERM)" in rest


def test_a_step_that_is_stopped_from_outside_may_be_tried_again(place, tmp_path):
    address = bundle(f"{place}/.bundles/0123456789abcdef")
    words = tmp_path / "last-words"
    words.write_text("")
    command = [sys.executable, "-m", "nbflow.host", f"{address}/steps/waits.ipynb"]
    with subprocess.Popen(
        [*command, "--run", f"{place}/run"],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "NBFLOW_LAST_WORDS": str(words), "KUBERNETES_SERVICE_HOST": "x"},
    ) as host:
        for line in host.stderr:
            if line.rstrip() == "  waiting":
                break
        host.send_signal(signal.SIGTERM)
        host.stderr.read()
    told = json.loads(words.read_text())
    assert (told["ename"], told["again"], told["cell"]) == ("Interrupted", True, "waits-0")
    assert "as when its pod is deleted, evicted or drained" in told["evalue"]
    kept = json.loads(open_store(f"{place}/run").read("waits/try-1.ipynb"))
    assert failure_of(kept).ename == "Interrupted"


def test_a_host_that_is_killed_with_its_kernel_leaves_the_cell_and_the_peak(place, tmp_path):
    address = bundle(f"{place}/.bundles/0123456789abcdef")
    words = tmp_path / "last-words"
    words.write_text("")
    with subprocess.Popen(
        [sys.executable, "-m", "nbflow.host", f"{address}/steps/vanishes.ipynb",
         "--run", f"{place}/run"],
        env={**os.environ, "NBFLOW_LAST_WORDS": str(words)},
        start_new_session=True,
    ) as host:  # fmt: skip
        until(lambda: "vanishes-1" in words.read_text())
        os.killpg(host.pid, signal.SIGKILL)
    told = json.loads(words.read_text())
    assert told["cell"] == "vanishes-1"
    number, unit = told["peak"].split()
    assert unit == "MiB"
    assert 300 < float(number) < 600


@pytest.mark.parametrize("wrong", ["gone", "another step", "damaged"])
def test_what_is_wrong_with_a_bundle_is_told_before_anything_runs(place, wrong):
    address = f"{place}/.bundles/0123456789abcdef"
    name = "reads"
    if wrong == "damaged":
        bundle(address, **{"files/data/note.txt": b"changed"})
    elif wrong == "another step":
        bundle(address)
        name = "nosuch"
    status, said = run(f"{address}/steps/{name}.ipynb", store=place)
    assert status == 2, said
    words = {"gone": "is not there", "another step": "has no steps/nosuch", "damaged": "is damaged"}
    assert words[wrong] in said
    assert "publish the notebook again" in said
    assert open_store(f"{place}/run").names() == ()
