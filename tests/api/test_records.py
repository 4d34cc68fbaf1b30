"""What is said where the store has nothing of a run."""

from datetime import UTC, datetime

import pytest

from nbflow import api
from nbflow.errors import StoreError
from nbflow.model import Run, RunState, StepRun

NOW = datetime.now(UTC)


def missed(folder, state, *steps):
    run = Run("churn", "r", state, steps=steps)
    with pytest.raises(StoreError) as caught:
        api.output(run, current=api.load_settings(folder), to=folder / "out.ipynb")
    return f"{caught.value.message} {caught.value.hint}"


def test_of_a_run_that_has_ended_it_is_said_what_removes_it(tmp_path):
    said = missed(tmp_path, RunState.SUCCESS, StepRun("load", RunState.SUCCESS, started=NOW))
    assert "removed by `nbflow clean`" in said
    assert "Has a step started?" not in said


@pytest.mark.parametrize("state", [RunState.RUNNING, RunState.FAILED])
def test_of_a_run_without_a_step_that_began_it_is_asked_whether_one_did(tmp_path, state):
    assert "Has a step started?" in missed(tmp_path, state, StepRun("load", RunState.QUEUED))


@pytest.mark.parametrize(("run_id", "running"), [("local__1", False), ("nbflow-1", True)])
def test_airflow_may_know_more_only_of_runs_in_airflow(tmp_path, run_id, running):
    with pytest.raises(StoreError) as caught:
        api.find_run_anywhere(f"churn/{run_id}", current=api.load_settings(tmp_path))
    assert ("Airflow is not running" in str(caught.value.hint)) is running
