"""Stages of a pipeline that do not depend on each other, on this machine: at once."""

import json
import os
import pty
import signal
import time
from contextlib import suppress

import pytest
from commands import NBFLOW, heed_signals, nbflow, start, write_notebook

from waiting import until

pytestmark = pytest.mark.slow

PIPELINE = """
stages:
  left: {notebook: left.ipynb}
  behind_left: {notebook: last.ipynb, after: left}
  right: {notebook: right.ipynb}
  last: {notebook: last.ipynb, after: [left, right]}
"""
STEPS = ["left.meet", "behind_left.end", "right.meet", "last.end"]


def meet(folder, *, me, other, then="pass"):
    """A notebook that tells that it is there, and waits for another one to be."""
    source = (
        "import time\nfrom pathlib import Path\n"
        f"Path({str(folder / me)!r}).touch()\n"
        "deadline = time.monotonic() + 60\n"
        f"while not Path({str(folder / other)!r}).exists():\n"
        "    assert time.monotonic() < deadline, 'nobody came'\n"
        "    time.sleep(0.05)\n"
    )
    return write_notebook(folder / f"{me}.ipynb", ("step:meet", source + then))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "pipeline.yaml").write_text(PIPELINE)
    (tmp_path / "nbflow.yaml").write_text("defaults: {retries: 0}\n")
    meet(tmp_path, me="left", other="right")
    meet(tmp_path, me="right", other="left")
    write_notebook(tmp_path / "last.ipynb", ("step:end", "print('end')"))
    return tmp_path


def run(folder, *arguments):
    return nbflow("run", "pipeline.yaml", "--workers", "2", "--json", *arguments, cwd=folder)


def states(found):
    return {one["name"]: one["state"] for one in found["steps"]}


def test_independent_stages_run_at_once_and_are_written_down_in_the_files_order(folder):
    done = run(folder)
    assert done.status == 0, done.err
    assert states(done.json) == dict.fromkeys(STEPS, "success")
    assert list(states(done.json)) == STEPS
    shown = nbflow("runs", done.json["run_id"], "--json", cwd=folder)
    assert list(states(shown.json)) == STEPS


def test_one_that_fails_stops_no_other_but_those_behind_it_and_the_run_goes_on(folder):
    meet(folder, me="left", other="right", then="raise ValueError('left')")
    failed = run(folder)
    assert failed.status == 10
    assert states(failed.json) == {
        "left.meet": "failed",
        "behind_left.end": "upstream_failed",
        "right.meet": "success",
        "last.end": "upstream_failed",
    }
    meet(folder, me="left", other="right")
    resumed = run(folder, "--resume")
    assert resumed.status == 0, resumed.err
    kept = {one["name"]: one["kept"] for one in resumed.json["steps"]}
    assert kept["right.meet"]
    assert not kept["left.meet"]


def test_an_interrupt_stops_all_that_run_and_the_run_goes_on(folder):
    for me, other in (("left", "right"), ("right", "left")):
        meet(folder, me=me, other=other, then=f"Path({str(folder / f'{me} is on')!r}).touch()\n"
             "time.sleep(600)")  # fmt: skip
    process = start("run", "pipeline.yaml", "--workers", "2", cwd=folder)
    until(lambda: all((folder / f"{one} is on").exists() for one in ("left", "right")))
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    (ledger,) = folder.glob(".nbflow/store/*/*/*/run.json")
    found = json.loads(ledger.read_text())
    assert found["state"] == "cancelled"
    assert [states(found)[one] for one in ("left.meet", "right.meet")] == ["cancelled"] * 2
    meet(folder, me="left", other="right")
    meet(folder, me="right", other="left")
    resumed = run(folder, "--resume")
    assert resumed.status == 0, resumed.err


def answer_at_a_terminal(folder, answer):
    """Run the pipeline at a terminal, and answer its question; status and what was shown."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        heed_signals()
        os.execv(NBFLOW, [str(NBFLOW), "run", "pipeline.yaml"])
    shown = b""
    with suppress(OSError):  # the terminal is gone when the command is
        while piece := os.read(terminal, 4096):
            shown += piece
            if shown.endswith(b"[y/N]: "):
                os.write(terminal, answer())
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown.decode()


def test_a_person_is_asked_while_other_stages_go_on_and_nothing_writes_over_the_question(folder):
    (folder / "pipeline.yaml").write_text(
        "stages:\n  release: {approve: 'Release?'}\n"
        "  long: {notebook: long.ipynb}\n"
        "  behind: {notebook: last.ipynb, after: long}\n"
        "  last: {notebook: last.ipynb, after: [release, behind]}\n"
    )
    write_notebook(folder / "long.ipynb", ("step:end", "import time\ntime.sleep(1)"))

    def answer():
        until(lambda: list(folder.glob(".nbflow/store/*/*/*/behind/end/manifest.json")))
        time.sleep(0.5)
        return b"y\n"

    status, text = answer_at_a_terminal(folder, answer)
    assert status == 0, text
    assert "release: Release? [y/N]: y\r\n" in text
    before, _, after = text.partition("Release? [y/N]")
    assert "behind.end" in after
    assert "behind.end" not in before
    assert "last.end" in after


def test_an_interrupt_at_the_question_stops_what_goes_on_meanwhile(folder):
    (folder / "pipeline.yaml").write_text(
        "stages:\n  release: {approve: 'Release?'}\n  long: {notebook: long.ipynb}\n"
    )
    there = folder / "there"
    source = f"import pathlib, time\npathlib.Path({str(there)!r}).touch()\ntime.sleep(600)"
    write_notebook(folder / "long.ipynb", ("step:end", source))

    def answer():
        until(there.exists)
        return b"\x03"

    status, text = answer_at_a_terminal(folder, answer)
    assert status == 130, text
    assert "--resume` goes on" in text
    (ledger,) = folder.glob(".nbflow/store/*/*/*/run.json")
    found = json.loads(ledger.read_text())
    assert found["state"] == "cancelled"
    assert states(found) == {"release": "cancelled", "long.end": "cancelled"}
