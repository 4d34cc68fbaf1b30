"""Runs on this machine: waited for, stopped, gone on with, and their values brought back."""

import json
import os
import signal
import threading
import time

import pytest
from commands import outputs, write_notebook

import nbflow
from nbflow.errors import Interrupted, RemoteError, StepFailed, StoreError, UsageError

pytestmark = pytest.mark.slow


def test_a_run_gives_values_metrics_and_one_notebook(project):
    run = nbflow.run("train.ipynb", {"trees": 4}, quiet=True)
    assert run.state == "success"
    assert run.local
    assert run.failure is None
    assert run.raise_if_failed() is run
    assert run.metrics == {"accuracy": 0.2}
    assert run.value("rows") == [0, 1, 2, 3]
    assert run.value("accuracy") == 0.2
    assert [one.name for one in run.artifacts] == ["rows", "accuracy"]
    assert "fitted 4" in repr(run.logs("fit"))
    written = run.output("executed.ipynb")
    assert outputs(written)["cell-3"] == "fitted 4\n"


def test_a_value_that_no_step_left_names_those_that_are_there(project):
    run = nbflow.run("train.ipynb", quiet=True)
    with pytest.raises(StoreError, match="left a variable 'row'") as caught:
        run.value("row")
    assert "'rows'" in caught.value.hint
    with pytest.raises(StoreError, match=r"step 'later'.*has left nothing"):
        run.value("rows", step="later")
    with pytest.raises(UsageError, match="no step 'later'"):
        run.logs("later")


def test_a_parameter_that_is_unknown_or_ill_typed_is_refused(project):
    with pytest.raises(UsageError, match="trees"):
        nbflow.run("train.ipynb", trees="many", quiet=True)
    with pytest.raises(UsageError, match="'tres'") as caught:
        nbflow.run("train.ipynb", tres=3, quiet=True)
    assert "'trees'" in caught.value.hint


def test_the_notebook_itself_is_not_written_over(project):
    before = (project / "train.ipynb").read_bytes()
    run = nbflow.run("train.ipynb", quiet=True)
    with pytest.raises(UsageError, match="the notebook itself"):
        run.output("train.ipynb")
    with pytest.raises(UsageError, match="the notebook itself"):
        nbflow.run("train.ipynb", output="train.ipynb", quiet=True)
    with pytest.raises(UsageError, match=r"out\.pdf does not end in \.ipynb or \.html"):
        nbflow.run("train.ipynb", output="out.pdf", quiet=True)
    with pytest.raises(UsageError, match=r"q\.txt does not end in"):
        run.output("q.txt")
    assert (project / "train.ipynb").read_bytes() == before


def test_a_failed_run_says_why_and_goes_on_once_it_is_mended(project):
    write_notebook(
        project / "late.ipynb",
        ("step:load", "rows = [1, 2]"),
        ("step:fit", "if len(rows) < 5:\n    raise ValueError('too few')"),
    )
    run = nbflow.run("late.ipynb", quiet=True)
    assert run.state == "failed"
    assert run.steps["fit"].failure.ename == "ValueError"
    assert "too few" in run.failure.message
    with pytest.raises(StepFailed, match="too few"):
        run.raise_if_failed()
    assert "too few" in repr(nbflow.runs("late"))
    write_notebook(
        project / "late.ipynb", ("step:load", "rows = [1, 2]"), ("step:fit", "print(len(rows))")
    )
    again = nbflow.runs("late")[run.run_id].resume(quiet=True)
    assert again.run_id == run.run_id
    assert again.state == "success"
    assert again.steps["load"].kept


def test_a_run_that_is_not_waited_for_goes_on_and_can_be_stopped(project):
    write_notebook(
        project / "slow.ipynb",
        ("step:first", "n = 1"),
        ("step:second", "import time\nprint(n)\ntime.sleep(600)"),
    )
    began = time.monotonic()
    run = nbflow.run("slow.ipynb", wait=False)
    assert not run.state.finished
    with pytest.raises(RemoteError, match=r"still goes on after 0\.2 s"):
        run.wait(0.2, quiet=True)
    while run.refresh().steps["second"].state != "running":
        time.sleep(0.05)
        assert time.monotonic() - began < 120
    assert run.cancel()
    assert run.state == "cancelled"
    assert not run.cancel()
    assert run.wait(quiet=True).state == "cancelled"
    assert time.monotonic() - began < 240  # and not until the step is done
    assert run.value("n") == 1
    assert nbflow.runs("slow")[0].state == "cancelled"


def test_a_run_that_is_not_waited_for_can_be_waited_for(project):
    run = nbflow.run("train.ipynb", wait=False)
    assert run.wait(60, quiet=True) is run
    assert run.state == "success"


def test_an_interrupt_stops_the_run_that_a_cell_waits_for(project):
    write_notebook(project / "slow.ipynb", ("step:only", "import time\ntime.sleep(600)"))

    def interrupt():
        until = time.monotonic() + 120
        while time.monotonic() < until and not any(project.rglob("only/try-1.ipynb")):
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(Interrupted, match="was stopped") as caught:
        nbflow.run("slow.ipynb", quiet=True)
    assert ".resume()" in caught.value.hint
    assert nbflow.runs("slow")[0].state == "cancelled"


def test_a_run_whose_process_was_killed_is_not_waited_for(project):
    run = nbflow.run("train.ipynb", quiet=True)
    (ledger,) = project.rglob("run.json")
    told = json.loads(ledger.read_text()) | {"state": "running", "ended": None}
    ledger.write_text(json.dumps(told))
    found = nbflow.runs("train")[run.run_id]
    assert found.state == "failed"
    assert found.wait(quiet=True) is found
    assert found.cancel() is False


def test_progress_is_told_line_by_line_outside_of_a_notebook(project, capsys):
    nbflow.run("train.ipynb")
    told = capsys.readouterr().err
    assert "load: success, 1 of 1 cells" in told


def test_a_class_of_the_notebook_comes_back_as_the_one_here_or_says_what_it_lacks(project):
    write_notebook(
        project / "kinds.ipynb",
        ("step:make", "class Point:\n    x = 1\npoint = Point()\npoint.x = 5"),
        ("step:use", "print(point.x)"),
    )
    run = nbflow.run("kinds.ipynb", quiet=True)
    assert run.value("point").x == 5
    write_notebook(
        project / "given.ipynb",
        ("setup", "class Pair:\n    x = 1"),
        ("step:make", "pair = Pair()"),
        ("step:use", "print(pair.x)"),
    )
    run = nbflow.run("given.ipynb", quiet=True)
    with pytest.raises(StoreError, match="needs the notebook's 'Pair'") as caught:
        run.value("pair")
    assert "run the cell that defines 'Pair'" in caught.value.hint


def test_a_damaged_artifact_is_an_error_that_names_it(project):
    run = nbflow.run("train.ipynb", quiet=True)
    (data,) = (project / ".nbflow").rglob("load/try-1/data")
    data.write_bytes(b"x" * data.stat().st_size)
    with pytest.raises(StoreError, match="'rows'"):
        run.value("rows")


def test_a_later_version_that_was_handed_to_nobody_is_not_passed_over_in_silence(project):
    write_notebook(
        project / "grow.ipynb",
        ("step:make", "rows = [1]"),
        ("step:grow", "rows.append(2)\nprint(rows)"),
    )
    run = nbflow.run("grow.ipynb", quiet=True)
    assert run.value("rows", step="make") == [1]
    with pytest.warns(UserWarning, match=r"as step 'make' left it; after that 'grow' may have"):
        assert run.value("rows") == [1]


def test_runs_are_listed_the_newest_first(project):
    first = nbflow.run("train.ipynb", quiet=True)
    second = nbflow.run("train.ipynb", quiet=True)
    assert [run.name for run in nbflow.runs("train")] == [second.name, first.name]
    assert [run.name for run in nbflow.runs(limit=1)] == [second.name]
    assert len(nbflow.runs("other")) == 0
    assert json.loads(nbflow.output(first.name, "first.ipynb").read_text())["cells"]
