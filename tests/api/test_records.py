"""What is said where the store has nothing of a run."""

import json
import time
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


def written(folder, state):
    """A run's folder as a run in this state leaves it."""
    folder.mkdir(parents=True, exist_ok=True)
    said = {"dag_id": "churn", "run_id": folder.name, "state": state, "steps": []}
    new = folder / ".new"
    new.write_text(json.dumps({"version": 1, "source": "churn.ipynb", "bundle": "d", **said}))
    new.replace(folder / "run.json")


def test_a_run_that_had_ended_is_listed_as_it_is_once_it_goes_on(tmp_path):
    (tmp_path / "nbflow.yaml").write_text("defaults: {retries: 0}\n")
    current = api.load_settings(tmp_path)
    folder = tmp_path / ".nbflow" / "store" / "default" / "churn" / "local__1"
    seen = []
    for state in ("failed", "failed", "success", "cancelled"):
        if not seen or seen[-1] != state:
            written(folder, state)
        (run,) = api.runs_here(current)
        seen.append(str(run.state))
        time.sleep(0.05)
    assert seen == ["failed", "failed", "success", "cancelled"]


@pytest.fixture
def away(tmp_path):
    """The settings of a project beside which another one has the run `secret/local__2`."""
    written(tmp_path / "other" / "secret" / "local__2", "success")
    (tmp_path / "project" / ".nbflow/store/default/churn").mkdir(parents=True)
    written(tmp_path / "project" / ".nbflow/store/default/churn/local__1", "success")
    return api.load_settings(tmp_path / "project")


UP = "../../../../other/secret"


@pytest.mark.parametrize(
    "reference",
    [
        f"{UP}/local__2",
        f"churn/../{UP}/local__2",
        "*/local__1",
        "churn/local__*",
        "local__?",
        "..",
    ],
)
def test_a_reference_means_one_run_of_the_store(away, reference):
    with pytest.raises(StoreError, match="the store has no run"):
        api.find_run_anywhere(reference, current=away)


def test_runs_are_listed_of_the_pipeline_that_is_named(away):
    assert [len(api.runs_here(away, dag_id=one)) for one in ("churn", "*", UP)] == [1, 0, 0]


def test_of_a_run_whose_names_lead_elsewhere_nothing_is_looked_at(away):
    from nbflow.api import records

    for dag_id, run_id in ((UP, "local__2"), ("churn", f"../{UP}/local__2"), ("*", "local__1")):
        assert records.find_folder(Run(dag_id, run_id, RunState.SUCCESS), current=away) is None


@pytest.mark.parametrize(
    "wrong", [{"dag_id": UP}, {"run_id": "../x"}, {"step": "../local__2/load"}]
)
def test_a_record_whose_names_lead_elsewhere_tells_nothing(away, wrong):
    place = away.root / ".nbflow/store/default/churn/local__1/run.json"
    said = json.loads(place.read_text())
    if "step" in wrong:
        said["steps"] = [{"name": wrong["step"], "state": "success", "failure": None}]
    place.write_text(json.dumps({**said, **{k: v for k, v in wrong.items() if k != "step"}}))
    assert api.runs_here(away) == ()
    found = api.find_run_anywhere("churn/local__1", current=away)
    assert (found.dag_id, found.run_id, found.steps) == ("churn", "local__1", ())
