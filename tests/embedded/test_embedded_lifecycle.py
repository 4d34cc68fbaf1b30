"""A real Airflow goes up, is found again, recovers, and leaves nothing behind."""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import psutil
import pytest

from nbflow import embedded, remote
from nbflow.errors import MissingExtraError, RemoteError
from surroundings import bare_environment
from waiting import until

STUBBORN = """
import subprocess, time
from airflow.sdk import DAG, task

with DAG("stubborn", is_paused_upon_creation=False) as dag:

    @task
    def linger():
        subprocess.Popen(["sleep", "601"], start_new_session=True)
        time.sleep(601)

    linger()
"""

STRAY = {
    "AIRFLOW__CORE__LOAD_EXAMPLES": "True",
    "AIRFLOW__CORE__EXECUTOR": "NoSuchExecutor",
    "AIRFLOW_CONFIG": "/nowhere/airflow.cfg",
    "AIRFLOW_HOME": "/nowhere",
    "http_proxy": "http://127.0.0.1:9",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A folder with all that is awkward in a path; what runs there is stopped at the end."""
    folder = tmp_path_factory.mktemp("project") / "my 100% é"
    yield folder
    embedded.down(home=folder / "home")


def up(project, **more):
    options = {"home": project / "home", "dags": project / "dags", "store": project / "store"}
    return embedded.up(**options, environ={**os.environ, **STRAY}, **more)


def processes_of(home):
    """Everything that a process of this Airflow started, by the mark in its environment."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("NBFLOW_AIRFLOW") == str(home):
                found.append(process.cmdline())
        except psutil.Error:
            continue
    return found


@pytest.mark.airflow
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_two_that_start_it_at_once_get_the_same_one(project):
    said = []
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: up(project, on_progress=said.append), range(2))
    assert first.healthy
    assert first.pids == second.pids
    assert len(first.pids) == 3
    assert sum(line.startswith("Making the database") for line in said) == 1
    assert any("Waiting for another nbflow" in line for line in said)
    assert said[-1] == f"Airflow is ready at {first.url}"

    assert up(project).pids == first.pids

    found = embedded.status(home=project / "home")
    assert found is not None
    assert found.pids == first.pids
    assert found.healthy


@pytest.mark.airflow
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_secrets_are_private_and_the_environment_does_not_leak_in(project):
    instance = up(project)
    home = project / "home"
    for name in ("airflow.cfg", "passwords.json", "secrets.json"):
        assert stat.S_IMODE((home / name).stat().st_mode) == 0o600, name
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert json.loads(instance.password_file.read_text()) == {"admin": instance.password}
    assert instance.password not in repr(instance)
    with closing(sqlite3.connect(home / "airflow.db")) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    asked = subprocess.run(
        [Path(sys.executable).with_name("airflow"), "config", "get-value", "core", "dags_folder"],
        env={"AIRFLOW_HOME": str(home), **bare_environment()},
        capture_output=True,
        text=True,
        check=True,
    )
    assert asked.stdout.strip().splitlines()[-1] == str(project / "dags")
    with remote.Airflow.connect(
        instance.url, user=instance.user, password=instance.password
    ) as client:
        assert client.dag_ids() == ()


@pytest.mark.airflow
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_another_folder_of_dags_is_refused_and_nothing_is_stopped(project):
    instance = up(project)
    with pytest.raises(RemoteError, match="reads DAGs from") as caught:
        embedded.up(home=project / "home", dags=project / "others", environ=os.environ)
    assert caught.value.hint == "nbflow airflow down, then up again"
    found = embedded.status(home=project / "home")
    assert found is not None
    assert found.pids == instance.pids


@pytest.mark.airflow
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_killed_component_shows_and_the_next_up_recovers(project):
    before = up(project)
    scheduler = psutil.Process(before.pids["scheduler"])
    scheduler.kill()
    scheduler.wait(60)
    found = embedded.status(home=project / "home")
    assert found is not None
    assert found.health == {
        "api-server": "healthy",
        "scheduler": "stopped",
        "dag-processor": "healthy",
    }
    after = up(project)
    assert after.healthy
    assert (after.url, after.password) == (before.url, before.password)
    assert not set(after.pids.values()) & set(before.pids.values())
    assert len([1 for line in processes_of(project / "home") if "scheduler" in line]) == 1


@pytest.mark.airflow
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_down_ends_running_tasks_and_what_they_started(project):
    instance = up(project)
    (project / "dags" / "stubborn.py").write_text(STUBBORN)
    with remote.Airflow.connect(
        instance.url, user=instance.user, password=instance.password
    ) as client:
        client.wait_for_dag("stubborn", digest="601")
        client.trigger("stubborn")
    until(lambda: ["sleep", "601"] in processes_of(project / "home"))
    assert embedded.down(home=project / "home")
    assert processes_of(project / "home") == []
    assert embedded.status(home=project / "home") is None
    assert not embedded.down(home=project / "home")
    (project / "dags" / "stubborn.py").unlink()


@pytest.mark.airflow
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_down_finds_what_a_killed_up_left_behind(project):
    up(project)
    embedded.down(home=project / "home")
    code = f"""
import os
from pathlib import Path
from nbflow import embedded
folder = Path({str(project)!r})
embedded.up(home=folder / "home", dags=folder / "dags", environ=os.environ)
"""
    starter = subprocess.Popen([sys.executable, "-c", code])
    until(lambda: processes_of(project / "home"))
    starter.kill()
    starter.wait()
    # Even what was written down is gone.
    (project / "home" / "instance.json").unlink(missing_ok=True)
    assert embedded.down(home=project / "home")
    assert processes_of(project / "home") == []


@pytest.mark.airflow
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_component_that_dies_is_reported_with_the_end_of_its_log(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    # The database is said to be made, and is empty.
    (home / "airflow.db").touch()
    record = {"port": 0, "dags": str(tmp_path), "births": {}, "started": 0.0}
    record["version"] = version("apache-airflow-core")
    (home / "instance.json").write_text(json.dumps(record))
    with pytest.raises(RemoteError, match="ended while it started; the end of") as caught:
        embedded.up(home=home, dags=tmp_path / "dags", environ=os.environ, timeout=60)
    assert str(home) in caught.value.message
    assert "airflow db migrate" in caught.value.message
    assert caught.value.hint is not None
    assert "start again" in caught.value.hint
    assert processes_of(home) == []


@pytest.mark.airflow
@pytest.mark.slow
def test_a_database_that_cannot_be_migrated_is_an_error_with_the_log(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "airflow.db").write_bytes(b"this is not a database" * 100)
    with pytest.raises(RemoteError, match="database cannot be made or migrated") as caught:
        embedded.up(home=home, dags=tmp_path / "dags", environ=os.environ)
    assert "file is not a database" in caught.value.message


def test_without_airflow_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))
    with pytest.raises(MissingExtraError) as caught:
        embedded.up(home=tmp_path / "home", dags=tmp_path / "dags", environ={})
    assert "pip install '.[airflow]'" in caught.value.hint
    assert not (tmp_path / "home").exists()


def test_nothing_runs_in_a_folder_that_is_not_there(tmp_path):
    assert embedded.status(home=tmp_path / "none") is None
    assert not embedded.down(home=tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_a_damaged_record_means_that_nothing_is_known(tmp_path):
    (tmp_path / "instance.json").write_text('{"port": ')
    assert embedded.status(home=tmp_path) is None
    assert not embedded.down(home=tmp_path)


def test_a_process_id_that_was_given_to_another_process_is_not_ours(tmp_path):
    birth = {"pid": os.getpid(), "created": psutil.Process().create_time() - 100}
    record = {"port": 1, "dags": "", "version": "3", "started": 0.0}
    births = {"api-server": birth, "scheduler": birth, "dag-processor": birth}
    (tmp_path / "instance.json").write_text(json.dumps({**record, "births": births}))
    assert embedded.status(home=tmp_path) is None
    assert not embedded.down(home=tmp_path)


def test_who_waits_too_long_for_another_is_told_so(tmp_path):
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(RemoteError, match="another nbflow is starting or stopping"):
            embedded.down(home=tmp_path, timeout=0.3)
