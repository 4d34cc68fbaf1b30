"""A whole plan on this machine."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from by_hand import Hand, Notebook, assert_success, run

from nbflow import host
from nbflow.errors import NotebookError


def states(finished):
    return {step.name: str(step.state) for step in finished.steps}


def outputs(notebook, cell):
    found = next(one for one in notebook["cells"] if one["id"] == cell)
    return "".join("".join(output.get("text", "")) for output in found["outputs"])


def test_a_failing_step_stops_those_after_it_and_no_others(tmp_path):
    notebook = Notebook(
        {
            "first": Hand(["print('one')", "1 / 0", "print('never')"]),
            "after": Hand(["print('after')"], after=["first"]),
            "beside": Hand(["print('beside')"]),
            "last": Hand(["print('last')"], after=["after", "beside"]),
        }
    )
    finished = run(notebook, tmp_path / "run")
    assert finished.state == "failed"
    assert states(finished) == {
        "first": "failed",
        "after": "upstream_failed",
        "beside": "success",
        "last": "upstream_failed",
    }
    failed = finished.failed_step
    assert failed is not None
    assert failed.failure is not None
    assert (failed.failure.ename, failed.failure.evalue) == (
        "ZeroDivisionError",
        "division by zero",
    )
    assert (failed.failure.cell, failed.failure.cell_index) == ("first-1", 2)
    assert (failed.cells_done, failed.cells_total, failed.attempt) == (1, 3, 1)
    executed = host.executed(tmp_path / "run")
    assert list(executed) == ["first", "beside"]
    assert outputs(executed["first"], "first-0") == "one\n"
    read = host.progress(tmp_path / "run", "first")
    assert read is not None
    assert (read.state, read.cells_done, read.cells_total) == ("failed", 1, 3)
    assert read.failure is not None
    assert (read.failure.cell, read.failure.ename) == ("first-1", "ZeroDivisionError")
    other = host.progress(tmp_path / "run", "beside")
    assert other is not None
    assert (other.state, other.cells_done, other.cell) == ("success", 1, None)
    assert host.progress(tmp_path / "run", "after") is None


def test_independent_steps_run_at_once_and_dependent_ones_do_not(tmp_path):
    # Each of the two waits until the other has started: one after the other they would not end.
    meet = (
        "import pathlib, time\nfolder = pathlib.Path({folder!r})\n"
        "(folder / '{me}').touch()\n"
        "while not (folder / '{other}').exists():\n    time.sleep(0.01)"
    )
    cells = {
        me: meet.format(folder=str(tmp_path), me=me, other=other)
        for me, other in (("a", "b"), ("b", "a"))
    }
    notebook = Notebook(
        {
            "left": Hand([cells["a"]]),
            "right": Hand([cells["b"]]),
            "join": Hand(["print('joined')"], after=["left", "right"]),
        }
    )
    seen = []
    finished = run(notebook, tmp_path / "run", workers=2, observe=seen.append)
    assert_success(finished)
    left, right, join = finished.steps
    assert join.started >= max(left.ended, right.ended)
    assert max(left.started, right.started) <= min(left.ended, right.ended)
    assert seen[-1] == finished
    moments = [(step.cell, step.cells_done) for one in seen for step in one.steps[2:]]
    assert moments.index(("join-0", 0)) < moments.index((None, 1))


def test_one_worker_runs_one_step_at_a_time(tmp_path):
    notebook = Notebook({"a": Hand(["1"]), "b": Hand(["2"])})
    finished = run(notebook, tmp_path / "run", workers=1)
    first, second = sorted(finished.steps, key=lambda step: step.started)
    assert first.ended <= second.started


def test_a_killed_kernel_is_tried_again_and_the_authors_error_is_not(tmp_path):
    mark = tmp_path / "tried"
    die = (
        f"import os, pathlib\nmark = pathlib.Path({str(mark)!r})\nif not mark.exists():\n"
        "    mark.touch()\n    os.write(2, b'last words')\n"
        "    os.kill(os.getpid(), 9)\nprint('alive')"
    )
    notebook = Notebook(
        {"dies": Hand([die], retries=1), "errs": Hand(["raise ValueError('no')"], retries=3)}
    )
    seen = []
    finished = run(notebook, tmp_path / "run", observe=seen.append)
    dies, errs = finished.steps
    assert (dies.state, dies.attempt, dies.failure) == ("success", 2, None)
    assert (errs.state, errs.attempt) == ("failed", 1)
    retrying = [one.steps[0] for one in seen if one.steps[0].state == "retrying"]
    assert retrying[0].failure.ename == "KernelDied"
    assert "SIGKILL" in retrying[0].failure.evalue
    assert retrying[0].failure.cell == "dies-0"
    assert retrying[0].failure.traceback[-1].endswith("last words")
    assert (tmp_path / "run/dies/try-1.log").read_text().endswith("last words")
    assert outputs(host.executed(tmp_path / "run")["dies"], "dies-0") == "alive\n"
    assert {path.name for path in (tmp_path / "run/dies").glob("*.ipynb")} == {
        "try-1.ipynb",
        "try-2.ipynb",
    }


@pytest.mark.slow
def test_a_step_that_takes_too_long_is_stopped(tmp_path):
    notebook = Notebook(
        {"slow": Hand(["print('on', flush=True)", "import time\ntime.sleep(600)"], timeout=15)}
    )
    finished = run(notebook, tmp_path / "run")
    failed = finished.failed_step
    assert failed is not None
    assert (failed.failure.ename, failed.failure.cell) == ("Timeout", "slow-1")
    assert "longer than 15 s" in failed.failure.evalue
    assert outputs(host.executed(tmp_path / "run")["slow"], "slow-0") == "on\n"


def test_a_cell_that_may_raise_does_not_stop_the_step(tmp_path):
    notebook = Notebook({"one": Hand(["1 / 0", "print('on')"], tags=["raises-exception"])})
    finished = run(notebook, tmp_path / "run")
    assert_success(finished)
    assert finished.steps[0].cells_done == 2
    read = host.progress(tmp_path / "run", "one")
    assert read is not None
    assert read.state == "success"


def test_nothing_is_left_behind(tmp_path, monkeypatch):
    place = tmp_path / "tmp"
    place.mkdir()
    monkeypatch.setenv("TMPDIR", str(place))
    monkeypatch.setattr("tempfile.tempdir", None)
    # Not what they have started: an Airflow of other tests starts programs all the time.
    before = {child.pid for child in psutil.Process().children()}
    notebook = Notebook({"one": Hand(["import os\nopen('f', 'w').write('x')"])})
    assert_success(run(notebook, tmp_path / "run"))
    assert {child.pid for child in psutil.Process().children()} <= before
    assert list(place.iterdir()) == []


def test_a_missing_kernel_is_an_error_that_lists_the_installed_ones(tmp_path):
    notebook = Notebook({"one": Hand(["1"])}, kernel="nonesuch")
    with pytest.raises(NotebookError, match=r"no kernel named 'nonesuch'.*installed: .*python3"):
        run(notebook, tmp_path / "run")
    assert "python3" in [kernel.name for kernel in host.kernels()]


STOPPED = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from by_hand import Hand, Notebook, run
from nbflow.errors import Interrupted
notebook = Notebook({{
    "one": Hand(["print('begun')", "import os\\nprint(os.getpid(), flush=True)\\n"
                 "import time\\ntime.sleep(600)"]),
    "two": Hand(["1"], after=["one"]),
}})
try:
    run(notebook, Path({folder!r}))
except Interrupted as error:
    print([str(step.state) for step in error.run.steps])
    sys.exit(130)
"""


@pytest.mark.slow
def test_ctrl_c_stops_the_kernels_and_keeps_what_was_done(tmp_path):
    folder = tmp_path / "run"
    script = STOPPED.format(tests=str(Path(__file__).parent), folder=str(folder))
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    try:
        pid = int(wait_for(lambda: written(folder, "one-1")))
        os.kill(process.pid, signal.SIGINT)
        text, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert text.strip() == "['cancelled', 'cancelled']"
    assert not psutil.pid_exists(pid)
    assert outputs(host.executed(folder)["one"], "one-0") == "begun\n"


def written(folder, cell):
    path = folder / "one/try-1.ipynb"
    return path.exists() and outputs(json.loads(path.read_text()), cell)


def wait_for(question):
    until = time.monotonic() + 60
    while time.monotonic() < until:
        answer = question()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError("nothing happened for a minute")


def test_a_run_started_from_a_running_event_loop_ends_too(tmp_path):
    import asyncio

    async def within():
        return run(Notebook({"one": Hand(["1"])}), tmp_path / "run")

    assert_success(asyncio.run(within()))
