"""What nbflow counts on in Airflow, shown on a DAG that was written by hand."""

from __future__ import annotations

import json
import sys
import time

import pytest

from nbflow.model import RunState

pytestmark = [pytest.mark.airflow, pytest.mark.slow, pytest.mark.timeout(240)]

AWKWARD = {
    "text": 'O\'Brien\n{{ x }} {% raw %} "q" \\n </script> <b>&é\u2028😀 None',
    "anything": {"z": [{"k": [1, "007", None, True, 1.5, {"é😀": "\\n"}]}], "a": -0.0, "b": 2**62},
    "count": "99999999999999999999",
    "big": "-" + "2" * 40,
    "rate": 1.0,
    "table": {"z": 1.0, "a": "None", "long": "x" * 20_000},
    "mode": "work",
}


def seen(airflow, run):
    folder = airflow.store / "default" / run.dag_id / run.run_id / "zeroth"
    return json.loads((folder / "seen.json").read_text())


def finish(airflow, dag_id, parameters):
    run = airflow.client.trigger(dag_id, parameters=parameters)
    return airflow.client.watch(dag_id, run.run_id, order=["zeroth", "after"], poll=0.3)


def test_awkward_values_reach_the_kernel_exactly_and_in_order(airflow, mechanics):
    run = finish(airflow, mechanics, AWKWARD)
    assert run.state is RunState.SUCCESS
    text = seen(airflow, run)["text"]
    # As text: 1.0 is not 1, and the order of keys counts.
    given = json.loads(text)
    assert json.dumps({name: given[name] for name in AWKWARD}) == json.dumps(AWKWARD)
    assert run.parameters == AWKWARD


def test_defaults_reach_the_kernel_and_paths_follow_the_folder_of_the_dag(airflow, mechanics):
    run = finish(airflow, mechanics, {})
    found = seen(airflow, run)
    values = json.loads(found["text"])
    assert values["text"] == "007"
    assert values["anything"] is None
    assert values["big"] == "123456789012345678901234567890"
    assert list(values["table"]) == ["z", "a"]
    assert found["files"] == f"{airflow.dags}/mechanics/0123456789abcdef/files"
    assert found["python"] == sys.executable
    folder = airflow.store / "default" / "mechanics" / run.run_id
    assert (folder / "zeroth" / "try-1.ipynb").is_file()
    assert (folder / "after" / "try-1.ipynb").is_file()


def test_an_exception_of_the_notebook_is_not_retried(airflow, mechanics):
    run = finish(airflow, mechanics, {"mode": "raise"})
    assert run.state is RunState.FAILED
    states = {step.name: (step.state, step.attempt) for step in run.steps}
    assert states == {
        "zeroth": (RunState.FAILED, 1),
        "after": (RunState.UPSTREAM_FAILED, 1),
    }
    assert run.failed_step is not None
    assert run.failed_step.name == "zeroth"
    failure = airflow.client.failure(mechanics, run.run_id, "zeroth")
    assert failure is not None
    assert failure.ename == "PapermillExecutionError"
    assert "ValueError: mine" in failure.evalue


def test_a_killed_kernel_is_retried(airflow, mechanics):
    observed = []
    run = airflow.client.trigger(mechanics, parameters={"mode": "die"})
    run = airflow.client.watch(mechanics, run.run_id, observe=observed.append, poll=0.2)
    assert run.state is RunState.SUCCESS
    assert {step.name: step.attempt for step in run.steps} == {"zeroth": 2, "after": 1}
    states = {step.state for run in observed for step in run.steps if step.name == "zeroth"}
    assert {RunState.RUNNING, RunState.RETRYING, RunState.SUCCESS} <= states
    first = airflow.client.logs(mechanics, run.run_id, "zeroth", attempt=1)
    assert any("died" in line.text.lower() for line in first)


def test_one_version_of_the_dag_exists_however_often_it_is_parsed(airflow, mechanics):
    path = f"/api/v2/dags/{mechanics}"
    connection = airflow.client.connection
    parsed = {connection.get(path, doing="show")["last_parsed_time"]}
    while len(parsed) < 3:
        time.sleep(0.5)
        parsed.add(connection.get(path, doing="show")["last_parsed_time"])
    versions = connection.get(f"{path}/dagVersions", doing="count versions")
    assert versions["total_entries"] == 1
