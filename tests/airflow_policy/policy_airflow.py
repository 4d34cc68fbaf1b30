"""A real Airflow in multi-team mode, configured by what `nbflow teams airflow` prints."""

from __future__ import annotations

import json
import os
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from commands import nbflow
from policy_site import environment

from nbflow import remote
from nbflow.embedded import configuration
from nbflow.errors import RemoteError
from waiting import until

PROGRAM = Path(sys.executable).parent / "airflow"
PASSWORDS = {"admin": "a-password", "ann": "a-password", "bob": "a-password"}


@dataclass(frozen=True)
class Teams:
    """The running Airflow.

    Attributes:
        url: of its API server.
        home: its folder.
        env: of its processes.
        client: signed in as an administrator.
    """

    url: str
    home: Path
    env: dict[str, str]
    client: remote.Airflow

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `airflow …`."""
        return airflow(self.home, self.env, *words)

    @contextmanager
    def signed_in(self, user: str) -> Iterator[remote.Airflow]:
        with remote.Airflow.connect(self.url, user=user, password=PASSWORDS[user]) as client:
            yield client

    def make(self, path: str, **body: Any) -> None:
        """Make something by Airflow's API."""
        self.client.connection.post(f"/api/v2/{path}", body, doing=f"make {path}")

    def started(self, dag_id: str) -> str:
        """Start a run of a DAG, once it is there; its id."""
        until(lambda: self.client.has_dag(dag_id), f"the DAG {dag_id}")
        self.client.unpause(dag_id)
        return self.client.trigger(dag_id).run_id

    def ended(self, dag_id: str) -> dict[str, str]:
        """Run a DAG to its end; how its tasks ended."""
        run_id = self.started(dag_id)
        run = self.client.watch(dag_id, run_id, poll=0.5)
        return {one.name: str(one.state) for one in run.steps}

    def log(self, dag_id: str) -> str:
        """All that the tasks of a DAG have logged."""
        folder = self.home / "logs" / "tasks" / f"dag_id={dag_id}"
        return "\n".join(file.read_text(errors="replace") for file in folder.rglob("*.log*"))


def airflow(home: Path, env: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(PROGRAM), *words], cwd=home, env=env, capture_output=True, text=True, check=False,
        timeout=120,
    )  # fmt: skip


def configured(project: Path, home: Path, *, site: Path, **more: str) -> dict[str, str]:
    """The environment of a new Airflow of a project's teams, whose database is made."""
    home.mkdir()
    policy = home / "policy.json"
    assert nbflow("teams", "policy", "-o", policy, cwd=project).status == 0
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    configuration.write_configuration(home, dags=project / "dags", port=port)
    configuration.password_file(home).write_text(json.dumps(PASSWORDS))
    said = nbflow("teams", "airflow", "--format", "env", "--policy", policy, cwd=project)
    assert (said.status, said.err) == (0, "")
    lines = shlex.split(said.out, comments=True)
    env = environment(home, site=site, policy=None, **dict(line.split("=", 1) for line in lines))
    users = "admin:admin,ann:user:ads,bob:user:churn"
    env |= {"AIRFLOW_HOME": str(home), "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": users}
    env |= {"PYTHONUNBUFFERED": "1", "NBFLOW_TEST_URL": f"http://127.0.0.1:{port}", **more}
    made = airflow(home, env, "db", "migrate")
    assert made.returncode == 0, made.stderr
    return env


def commands(project: Path) -> list[str]:
    """What `nbflow teams airflow` says is to be run once."""
    found: list[str] = nbflow("teams", "airflow", "--json", cwd=project).json["commands"]
    return found


@contextmanager
def running(home: Path, env: dict[str, str], *, components: tuple[str, ...]) -> Iterator[Teams]:
    """Its components, until the block ends."""
    url = env["NBFLOW_TEST_URL"]
    with ExitStack() as stack:
        for name in components:
            stack.enter_context(_component(home, env, name))
        connected = remote.Airflow.connect(url, user="admin", password=PASSWORDS["admin"])
        with connected as client:
            until(lambda: _answers(client), f"Airflow at {url}")
            yield Teams(url, home, env, client)


def _answers(client: remote.Airflow) -> bool:
    try:
        return bool(client.dag_ids() is not None)
    except RemoteError:
        return False


@contextmanager
def _component(home: Path, env: dict[str, str], name: str) -> Iterator[None]:
    log = home / "logs" / f"{name}.log"
    log.parent.mkdir(exist_ok=True)
    more = ["--skip-serve-logs"] if name == "scheduler" else []
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(PROGRAM), name, *more], cwd=home, env=env, stdin=subprocess.DEVNULL,
            stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            yield
        finally:
            for number in (15, 9):
                try:
                    os.killpg(process.pid, number)
                    process.wait(20)
                except (ProcessLookupError, subprocess.TimeoutExpired):
                    continue
