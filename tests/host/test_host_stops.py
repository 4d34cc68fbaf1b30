"""However a run is stopped from outside: no process is left, and what was done can be read."""

import json
import os
import signal
import sys
import time
from pathlib import Path

import processes
import pytest

from waiting import until

sys.path.insert(0, str(Path(__file__).parent.parent / "cli"))
from commands import outputs, start, write_notebook

BUSY = """
import os, pathlib, subprocess, sys
subprocess.Popen(['sleep', '1000'])
subprocess.Popen(['sleep', '1001'], start_new_session=True)
pathlib.Path(os.environ['BEGUN']).touch()
import time
time.sleep(600)
"""


def begin(folder, mark):
    (folder / "nbflow.yaml").write_text("store: store\n")
    notebook = write_notebook(
        folder / "n.ipynb",
        ("step:one", "print('done')"),
        ("step:two prev:one", "x = 1\nprint('begun')"),
        BUSY,
        ("step:three", "print(x)"),
    )
    begun = folder / "begun"
    process = start("run", notebook, cwd=folder, BEGUN=str(begun), **{processes.MARK: mark})
    until(begun.exists)
    return process


def read(folder):
    (run,) = folder.glob("store/default/*/*")
    assert (run / "one/manifest.json").exists()
    assert not (run / "two/manifest.json").exists()
    assert not (run / "three").exists()
    json.loads((run / "two/try-1.ipynb").read_text())
    return run


@pytest.mark.slow
@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_in_a_terminal_ends_all_that_the_steps_started(tmp_path, times):
    mark = processes.new_mark()
    process = begin(tmp_path, mark)
    for _ in range(times):
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.1)
    _, err = process.communicate(timeout=60)
    # A shell says 130 of both; the second is of one that comes when the command is at its end.
    assert process.returncode in {130, -signal.SIGINT}, err
    assert "Traceback" not in err
    assert processes.left(mark) == []
    run = read(tmp_path)
    if times == 1:  # who insists waits for no merged notebook
        (merged,) = run.glob("*.ipynb")
        assert outputs(merged)["cell-1"] == "done\n"
        assert outputs(merged)["cell-2"] == "begun\n"


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGHUP])
def test_a_killed_host_takes_all_with_it(tmp_path, number):
    mark = processes.new_mark()
    process = begin(tmp_path, mark)
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode != 0
    assert processes.left(mark) == []
    read(tmp_path)
