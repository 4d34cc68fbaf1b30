"""Runs in a real Airflow: triggered, waited for, gone on with, their values brought back."""

import pytest
from commands import write_notebook

import nbflow
from nbflow.errors import RemoteError, UsageError

pytestmark = [pytest.mark.airflow, pytest.mark.slow]


def test_from_a_notebook_to_a_value_of_its_run_in_airflow(airflow_project):
    write_notebook(
        airflow_project / "py_score.ipynb",
        ("parameters", "trees = 10"),
        ("step:load", "rows = list(range(trees))\nprint('loaded', trees)"),
        ("step:fit", "score = len(rows) / 20\nprint('fitted')"),
        ("pipeline-metrics", "score"),
    )
    pipeline = nbflow.load("py_score.ipynb")
    done = pipeline.publish()
    assert done.live_after is not None
    assert done.url.endswith("/dags/py_score")
    run = pipeline.trigger(trees=6)
    assert not run.local
    run.wait(quiet=True).raise_if_failed()
    assert run.parameters["trees"] == 6
    assert [step.name for step in run.steps] == ["load", "fit"]
    assert run.value("rows") == [0, 1, 2, 3, 4, 5]
    assert run.value("score") == 0.3
    assert "loaded 6" in run.output("out.ipynb").read_text()
    assert len(run.logs("load")) > 0
    assert [one.run_id for one in pipeline.runs()] == [run.run_id]
    assert not run.cancel()
    here = pipeline.run(trees=2, quiet=True)
    assert [one.run_id for one in nbflow.runs("py_score")] == [here.run_id, run.run_id]


def test_a_run_that_failed_in_airflow_goes_on(airflow_project):
    flag = airflow_project / "there"
    write_notebook(
        airflow_project / "py_late.ipynb",
        ("step:load", "rows = [1]"),
        ("step:check", f"from pathlib import Path\nassert Path({str(flag)!r}).exists(), rows"),
    )
    nbflow.publish("py_late.ipynb")
    run = nbflow.trigger("py_late", wait=True, quiet=True)
    assert run.state == "failed"
    assert run.failure.ename == "AssertionError"
    with pytest.raises(UsageError, match="keeps its parameters"):
        run.resume(trees=3)
    flag.touch()
    assert run.resume(quiet=True).state == "success"


def test_what_airflow_does_not_know_is_an_error_with_a_way_out(airflow_project):
    with pytest.raises(RemoteError, match="py_missing"):
        nbflow.trigger("py_missing")
