"""Airflow's multi-team mode on SQLite, with the configuration that nbflow writes."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

import pytest
from policy_airflow import airflow, commands, configured, running
from policy_files import EDITS
from policy_site import compiled, edited, install, write_settings

from nbflow.errors import NbflowError
from nbflow.model import RunState
from waiting import until

pytestmark = [
    pytest.mark.airflow,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("policy"),
]

_READS = """\
from airflow.sdk import DAG, Connection, task

with DAG(dag_id="{team}_reads", schedule=None):

    @task
    def own():
        print("found", Connection.get("{team}_db").host)

    @task
    def other():
        print("found", Connection.get("{other}_db").host)

    own()
    other()
"""
_WAITS = """\
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG

with DAG(dag_id="churn_waits", schedule=None):
    PythonOperator(task_id="own", python_callable=print, pool="churn_pool")
    PythonOperator(task_id="other", python_callable=print, pool="ads_pool")
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The settings of two teams, each with a bundle of its own, and their DAG files."""
    folder = tmp_path_factory.mktemp("project")
    root = folder / "dags"
    write_settings(folder, root=root, backend="papermill")
    file = folder / "nbflow.yaml"
    own = "bundle: {name: shared, folder: ads}"
    pinned = file.read_text().index("  pinned:\n")
    file.write_text(edited(file.read_text()[:pinned], (own, f'bundle: {{path: "{root}/ads"}}')))
    for name in ("churn", "ads", "platform"):
        (root / name).mkdir(parents=True)
    mill = compiled(folder / "generated", root, "churn_mill", backend="papermill")
    (root / "churn" / "churn_mill.py").write_text(mill)
    left = EDITS["namespace of others"]
    text = left.text({"pods": compiled(folder / "generated", root, "churn_pods", backend="pod")})
    (root / "churn" / "edited.py").write_text(text)
    for team, other in (("churn", "ads"), ("ads", "churn")):
        (root / team / "reads.py").write_text(_READS.format(team=team, other=other))
    (root / "churn" / "waits.py").write_text(_WAITS)
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return install(tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="module")
def teams(project, site, tmp_path_factory):
    home = tmp_path_factory.mktemp("airflow") / "home"
    env = configured(project, home, site=site)
    for command in commands(project):
        program, *words = command.split()
        assert program == "airflow"
        done = airflow(home, env, *words)
        assert done.returncode == 0, done.stderr
    with running(home, env, components=("api-server", "dag-processor", "scheduler")) as started:
        for team in ("churn", "ads"):
            started.make(
                "connections", connection_id=f"{team}_db", conn_type="http",
                host=f"{team}.example.com", team_name=team,
            )  # fmt: skip
            started.make("pools", name=f"{team}_pool", slots=1, team_name=team)
        yield started


def test_a_dag_processor_wants_to_know_the_teams_first(project, site, tmp_path):
    home = tmp_path / "home"
    env = configured(project, home, site=site)
    done = airflow(home, env, "dag-processor", "--num-runs", "1")
    assert done.returncode != 0
    assert "Team 'ads' does not exist" in done.stdout + done.stderr


def test_each_bundle_is_its_teams(teams):
    def owners():
        with closing(sqlite3.connect(teams.home / "airflow.db")) as database:
            return dict(database.execute("select dag_bundle_name, team_name from dag_bundle_team"))

    until(lambda: len(owners()) == 2, "the bundles of both teams")
    assert owners() == {"ads": "ads", "churn": "churn"}


def test_a_dag_is_seen_by_its_team_and_by_no_other(teams):
    for dag_id in ("churn_mill", "churn_reads", "ads_reads"):
        until(lambda dag_id=dag_id: teams.client.has_dag(dag_id), f"the DAG {dag_id}")
    with teams.signed_in("ann") as ann, teams.signed_in("bob") as bob:
        assert ann.dag_ids() == ("ads_reads",)
        assert bob.dag_ids() == ("churn_mill", "churn_reads", "churn_waits")


def test_a_connection_is_given_to_tasks_of_its_team_only(teams):
    for team in ("churn", "ads"):
        assert teams.ended(f"{team}_reads") == {"own": "success", "other": "failed"}
        log = teams.log(f"{team}_reads")
        assert f"found {team}.example.com" in log
        assert log.count("found ") == 1


def test_a_task_does_not_get_into_the_pool_of_another_team(teams):
    run_id = teams.started("churn_waits")

    def states():
        run = teams.client.run("churn_waits", run_id)
        return {one.name: one.state for one in run.steps}

    until(lambda: states()["own"] is RunState.SUCCESS, "the task in the pool of its own team")
    time.sleep(5)  # some ten rounds of the scheduler
    assert states()["other"] is RunState.QUEUED


def test_the_package_keeps_its_teams_too(teams):
    (problem,) = until(teams.client.import_errors, "the import error")
    assert problem.file.endswith("edited.py")
    assert "metadata.namespace is 'ds-ads'" in problem.traceback


def test_a_team_may_not_trigger_what_is_anothers(teams):
    until(lambda: teams.client.has_dag("ads_reads"), "the DAG of the other team")
    with teams.signed_in("bob") as bob, pytest.raises(NbflowError):
        bob.trigger("ads_reads")
