"""An Airflow with the KubernetesExecutor on this machine, whose workers are pods of a cluster.

It is set up as its administrator would: by Airflow's own settings and a pod template. Nothing of it
is nbflow's but the two folders that pods and this machine share.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from object_servers import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HOST = os.environ.get("NBFLOW_TEST_HOST", "10.244.0.1")
IMAGE = os.environ.get("NBFLOW_TEST_AIRFLOW_IMAGE", "localhost/nbflow-airflow:test")
USER = "admin"
COMPONENTS = (("api-server",), ("scheduler", "--skip-serve-logs"), ("dag-processor",))
IN_PODS = {"dags": "/opt/airflow/dags", "store": "/opt/airflow/store", "logs": "/opt/airflow/logs"}
"""Where pods have the folders, which lie elsewhere on this machine."""


@dataclass(frozen=True)
class Airflow:
    """One that runs.

    Attributes:
        home: its folder, with `dags`, `store` and `logs`.
        url: its address on this machine.
        password: of the user `admin`.
    """

    home: Path
    url: str
    password: str

    def get(self, path: str) -> Any:
        """What its public API answers."""
        body = json.dumps({"username": USER, "password": self.password}).encode()
        kind = {"Content-Type": "application/json", "Accept": "application/json"}
        asked = urllib.request.Request(f"{self.url}/auth/token", body, kind)
        with urllib.request.urlopen(asked, timeout=30) as answer:
            token = json.load(answer)["access_token"]
        signed = {**kind, "Authorization": f"Bearer {token}"}
        asked = urllib.request.Request(f"{self.url}/api/v2/{path}", headers=signed)
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return json.load(answer)

    def log(self, dag_id: str, run_id: str, task: str, *, attempt: int = 1) -> str:
        """The log of a task as its page shows it, a line each."""
        place = f"dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task}/logs/{attempt}"
        lines = self.get(place)["content"]
        return "\n".join(json.dumps(one) if isinstance(one, dict) else str(one) for one in lines)


@contextmanager
def airflow(home: Path, *, kubeconfig: Path, namespace: str) -> Iterator[Airflow]:
    """Start one; what it leaves running is ended with it.

    Args:
        home: a folder of its own.
        kubeconfig: of the account with which it makes pods.
        namespace: of the team whose pods it makes.
    """
    for name in IN_PODS:
        (home / name).mkdir(parents=True)
        (home / name).chmod(0o777)  # pods run as another user
    port, password = free_port(), secrets.token_urlsafe(12)
    (home / "passwords.json").write_text(json.dumps({USER: password}))
    (home / "worker.yaml").write_text(yaml.safe_dump(worker(home, port=port)))
    env = environment(home, port=port, kubeconfig=kubeconfig, namespace=namespace)
    program = str(Path(sys.executable).parent / "airflow")
    running = Airflow(home, f"http://127.0.0.1:{port}", password)
    with ExitStack() as started:
        with (home / "migrate.log").open("wb") as log:
            subprocess.run([program, "db", "migrate"], env=env, stdout=log, stderr=log, check=True)
        for words in COMPONENTS:
            log = started.enter_context((home / f"{words[0]}.log").open("wb"))
            started.enter_context(ending([program, *words], env=env, log=log))
        wait_until_healthy(running)
        yield running


def environment(home: Path, *, port: int, kubeconfig: Path, namespace: str) -> dict[str, str]:
    """What the settings of Airflow say, as environment variables."""
    kept = {name: one for name, one in os.environ.items() if not name.startswith("AIRFLOW")}
    key = secrets.token_urlsafe(64)
    said = {
        "CORE__EXECUTOR": "KubernetesExecutor",
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "passwords.json"),
        "CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL": "0",
        "API__HOST": "0.0.0.0",
        "API__PORT": str(port),
        "API__WORKERS": "1",
        "API__SECRET_KEY": key,
        "API_AUTH__JWT_SECRET": key,
        "DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}?timeout=60",
        "LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
        "DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": bundles(str(home / "dags")),
        "DAG_PROCESSOR__BUNDLE_REFRESH_CHECK_INTERVAL": "1",
        "DAG_PROCESSOR__REFRESH_INTERVAL": "2",
        "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "5",
        "USAGE_DATA_COLLECTION__ENABLED": "False",
        "KUBERNETES_EXECUTOR__IN_CLUSTER": "False",
        "KUBERNETES_EXECUTOR__CONFIG_FILE": str(kubeconfig),
        "KUBERNETES_EXECUTOR__POD_TEMPLATE_FILE": str(home / "worker.yaml"),
        "KUBERNETES_EXECUTOR__MULTI_NAMESPACE_MODE": "True",
        "KUBERNETES_EXECUTOR__MULTI_NAMESPACE_MODE_NAMESPACE_LIST": namespace,
        # The pods are what the tests look at; they go with their namespace.
        "KUBERNETES_EXECUTOR__DELETE_WORKER_PODS": "False",
    }
    own = {"AIRFLOW_HOME": str(home), "NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1"}
    return {**kept, **own, **{f"AIRFLOW__{name}": one for name, one in said.items()}}


def bundles(path: str) -> str:
    """The setting of where DAG files lie."""
    place = {"path": path, "refresh_interval": 2}
    kind = "airflow.dag_processing.bundles.local.LocalDagBundle"
    return json.dumps([{"name": "dags", "classpath": kind, "kwargs": place}])


def worker(home: Path, *, port: int) -> dict[str, Any]:
    """The template of all worker pods: image, folders, and the way back to Airflow."""
    env = {
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://{HOST}:{port}/execution/",
        "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": bundles(IN_PODS["dags"]),
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": IN_PODS["logs"],
    }
    mounts = [
        {"name": name, "mountPath": path, "readOnly": name == "dags"}
        for name, path in IN_PODS.items()
    ]
    container = {
        "name": "base",
        "image": IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "env": [{"name": name, "value": one} for name, one in env.items()],
        "volumeMounts": mounts,
    }
    spec = {
        "restartPolicy": "Never",
        "dnsPolicy": "Default",
        "enableServiceLinks": False,
        "containers": [container],
        "volumes": [{"name": name, "hostPath": {"path": str(home / name)}} for name in IN_PODS],
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "worker"}, "spec": spec}


@contextmanager
def ending(command: list[str], *, env: Mapping[str, str], log: Any) -> Iterator[None]:
    """A component while the body goes on, in a session of its own."""
    process = subprocess.Popen(
        command, env=dict(env), stdout=log, stderr=log, start_new_session=True
    )
    try:
        yield
    finally:
        for number in (15, 9):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)


def wait_until_healthy(running: Airflow) -> None:
    """Wait until the API answers, and scheduler and DAG processor have said that they live."""
    deadline = time.monotonic() + 180
    parts: dict[str, Any] = {}
    while time.monotonic() < deadline:
        with suppress(OSError, ValueError):
            asked = urllib.request.urlopen(f"{running.url}/api/v2/monitor/health", timeout=10)
            with asked as answer:
                parts = json.load(answer)
            if all(parts[one]["status"] == "healthy" for one in ("scheduler", "dag_processor")):
                return
        time.sleep(0.5)
    logs = [path.read_text(errors="replace")[-1500:] for path in running.home.glob("*.log")]
    raise AssertionError(f"Airflow did not become healthy: {parts}\n" + "\n".join(logs))
