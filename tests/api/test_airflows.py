"""What is said before the private Airflow is stopped, played by a small server for it."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "remote"))

from stages import HANG_UP, Stage, run_data

from nbflow import api, embedded

RUNS = "GET /api/v2/dags/~/dagRuns"


@pytest.fixture
def stop(tmp_path, monkeypatch):
    """Stop an Airflow that answers so; what is told before."""
    stage = Stage()
    stage.answers["POST /auth/token"] = [(201, {"access_token": "t"})]
    instance = embedded.Instance(
        stage.url,
        "admin",
        "secret",
        *[tmp_path] * 4,
        pids={"api-server": 1},
        health={"api-server": "healthy", "scheduler": "stopped"},
    )
    told = []

    def down(*, home):
        told.append("down")
        return True

    monkeypatch.setattr(embedded, "status", lambda home: instance)
    monkeypatch.setattr(embedded, "down", down)

    def stop(answer):
        stage.answers[RUNS] = [answer]
        assert api.airflow_down(api.load_settings(tmp_path), tell=told.append)
        return told

    yield stop
    stage.close()


def test_the_runs_that_are_stopped_with_it_are_named_before(stop):
    runs = [run_data(), run_data(dag_run_id="s")]
    assert stop((200, {"dag_runs": runs, "total_entries": 2})) == ["stops 2 runs: d/r, d/s", "down"]


@pytest.mark.parametrize("answer", [(200, {"dag_runs": [], "total_entries": 0}), (500, "broken")])
def test_it_is_stopped_where_no_run_goes_or_it_cannot_tell(stop, answer):
    assert stop(answer) == ["down"]


@pytest.mark.parametrize("ran", [False, True])
def test_a_stopped_airflow_of_another_environment_is_not_said_to_be_none(
    tmp_path, monkeypatch, ran
):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bare/python"))
    if ran:
        (tmp_path / ".nbflow/airflow").mkdir(parents=True)
    found = api.reach(api.load_settings(tmp_path))
    assert (found.embedded, found.state) == (True, "missing")
    assert "Airflow is not installed" in found.reason
    assert ("the project's private Airflow does not run" in found.reason) is ran
    assert ("where Airflow is installed" in found.hint) is ran
    assert "the extra `airflow`" in found.hint


def test_whether_an_airflow_is_in_reach_is_asked_once(tmp_path, monkeypatch):
    monkeypatch.setenv("TOKEN", "t")
    stage = Stage()
    stage.answers["GET /api/v2/dags"] = [HANG_UP]
    (tmp_path / "nbflow.yaml").write_text(f"airflow: {{url: '{stage.url}', token_env: TOKEN}}\n")
    try:
        assert api.reach(api.load_settings(tmp_path)).state == "unreachable"
        assert stage.lines() == ["GET /api/v2/dags"]
    finally:
        stage.close()
