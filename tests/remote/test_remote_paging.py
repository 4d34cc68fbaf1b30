"""Ten thousand runs in a real Airflow: all are found, and no more is asked for than is needed."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from statistics import median

import pytest
from counting import Counted

sys.path.append(str(Path(__file__).parents[1] / "cli"))

from commands import nbflow

from nbflow import api, remote
from nbflow.api.forecasting import Forecaster
from nbflow.model import RunState

pytestmark = [pytest.mark.airflow, pytest.mark.slow, pytest.mark.timeout(240)]

DAG = """
from airflow.sdk import DAG
from airflow.providers.standard.operators.empty import EmptyOperator

with DAG("plenty", tags=["0123456789ab"]):  # paused: what is queued stays so
    EmptyOperator(task_id="only")
"""
COUNT = 10_000


@pytest.fixture(scope="module")
def plenty(airflow):
    """A client that keeps what it asks, of an Airflow with so many runs; and what it asked."""
    file = airflow.dags / "plenty.py"
    file.write_text(DAG)
    airflow.client.wait_for_dag("plenty", digest="0123456789ab")
    home = airflow.store.parent / "home"
    environ = {k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW")}
    script = [sys.executable, Path(__file__).with_name("fill_airflow.py"), "plenty", str(COUNT)]
    subprocess.run(script, env={**environ, "AIRFLOW_HOME": str(home)}, check=True)
    asked = []
    with remote.Airflow(Counted(airflow.client.connection, asked)) as client:
        yield client, asked
    file.unlink()
    with closing(sqlite3.connect(home / "airflow.db", timeout=60)) as database, database:
        for table in ("task_instance", "dag_run"):
            database.execute(f"delete from {table} where dag_id = 'plenty'")


@pytest.fixture
def current(airflow, tmp_path):
    (tmp_path / "nbflow.yaml").write_text(airflow.settings)
    return api.load_settings(tmp_path)


def test_all_runs_are_listed_once_newest_first_in_as_many_pages_as_they_fill(plenty):
    client, asked = plenty
    asked.clear()
    found = client.runs("plenty", limit=None)
    assert len(asked) == COUNT / 100
    numbers = [int(run.run_id[1:]) for run in found]
    assert numbers == list(reversed(range(COUNT)))
    assert [run.parameters["n"] for run in found] == numbers


@pytest.mark.parametrize(("limit", "requests"), [(1, 1), (100, 1), (101, 2), (230, 3)])
def test_no_more_is_asked_for_than_is_wanted(plenty, limit, requests):
    client, asked = plenty
    asked.clear()
    assert len(client.runs("plenty", limit=limit)) == limit
    assert len(asked) == requests


def test_a_page_far_down_costs_as_much_as_the_first(plenty):
    client, asked = plenty
    asked.clear()
    found, total = remote.page_of_runs(client.connection, "plenty", limit=50, offset=9_950)
    assert [run.run_id for run in found] == [f"r{number}" for number in reversed(range(50))]
    assert (total, len(asked)) == (COUNT, 1)


def test_the_latest_run_and_the_state_of_each_dag_take_few_requests(plenty):
    client, asked = plenty
    asked.clear()
    states = remote.dag_states(client.connection, ["plenty", "plent", "unknown"])
    assert list(states) == ["plenty"]
    assert (states["plenty"].paused, states["plenty"].broken) == (True, False)
    latest = remote.latest_of_each(client.connection, ["plenty", "seldom"])
    assert {name: run.run_id for name, run in latest.items()} == {"plenty": f"r{COUNT - 1}"}
    assert len(asked) == 3  # one for both, one more for what was not among the newest hundred
    assert remote.latest_of_each(client.connection, []) == {}


def test_those_that_go_on_are_asked_for_alone(plenty):
    client, asked = plenty
    asked.clear()
    going = client.runs("plenty", limit=None, states=("queued", "running"))
    assert {run.state for run in going} == {RunState.QUEUED}
    assert (len(going), len(asked)) == (250, 3)


def test_a_run_is_found_by_its_id_among_all_that_begin_so(plenty):
    client, asked = plenty
    asked.clear()
    (found,) = client.find_runs("r9")
    assert (found.run_id, len(asked)) == ("r9", 1)
    assert client.find_runs("r") == ()
    assert len(asked) == 2


def test_the_usual_duration_is_that_of_the_runs_before_and_takes_one_request(plenty, current):
    client, _ = plenty
    run = client.run("plenty", "r5001")
    asked = plenty[1]
    asked.clear()
    (step,) = Forecaster(client, current=current).forecast(run).steps
    well = [number for number in range(5001) if number % 10]
    # Its own step, which began with it here, is one of the ten that are asked for.
    assert (step.usual, step.usual_of) == (median(well[-9:]), 9)
    assert len(asked) == 1


def test_the_causes_of_many_failed_runs_are_looked_for_in_the_newest_only(plenty, current):
    client, asked = plenty
    asked.clear()
    found = api.latest_runs("plenty", client=client, current=current, limit=1000)
    assert sum(run.state is RunState.FAILED for run in found) == 75
    assert len(asked) == 10 + 2 * 20


def test_the_command_lists_as_many_as_it_is_told(plenty, current, airflow):
    def listed(*arguments):
        return nbflow(*arguments, cwd=current.root, SECRET=airflow.instance.password)

    done = listed("runs", "plenty", "--limit", "250", "--json")
    assert done.status == 0, done.err
    assert [run["run_id"] for run in done.json] == [f"r{COUNT - 1 - n}" for n in range(250)]
    assert len(listed("runs", "plenty").out.splitlines()) == 20
    wrong = listed("runs", "plenty", "--limit", "0")
    assert (wrong.status, "--limit" in wrong.err) == (2, True)
