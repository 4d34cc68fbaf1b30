"""A team's project whose steps are pods on a real cluster, started by a real Airflow.

It takes the cluster that `KUBECONFIG` points to, the image named by `NBFLOW_TEST_IMAGE` on its
node, and an address of this machine that its pods reach, named by `NBFLOW_TEST_HOST`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from commands import nbflow, write_notebook
from kubernetes import client as k8s
from kubernetes import config
from listeners import web_server
from live_cluster import NPU, kept, make_namespace
from object_servers import BUCKET, moto_server

from waiting import until

IMAGE = os.environ.get("NBFLOW_TEST_IMAGE", "localhost/nbflow-runtime:test")
HOST = os.environ.get("NBFLOW_TEST_HOST", "10.244.0.1")
NAMESPACE = "nbflow-test-steps"
FULL = "nbflow-test-full"
"""Whose quota allows one pod, which is there."""
SETTINGS = """\
store: s3://{bucket}
target: {{kind: folder, path: dags}}
backend: pod
channels: {{programs: {{kind: webhook, connection: programs, path: events}}}}
defaults: {{retries: 1, retry_delay: 1s, image: "{image}", profile: small}}
teams:
  live: {{namespace: nbflow-test-steps, images: ["localhost/*"]}}
  full: {{namespace: nbflow-test-full, images: ["localhost/*"]}}
profiles:
  base:
    pull_policy: Never
    pod_security: {{runAsUser: 1000}}
    env:
      AWS_ENDPOINT_URL: {endpoint}
      AWS_ACCESS_KEY_ID: test
      AWS_SECRET_ACCESS_KEY: {{secret: store, key: word}}
      AWS_DEFAULT_REGION: us-east-1
      AWS_EC2_METADATA_DISABLED: "true"
  small: {{extends: base, memory: 600Mi, cpu: {{request: 100m}}, escalate_to: middle}}
  middle: {{extends: base, memory: 1500Mi, cpu: {{request: 100m}}}}
  nowhere: {{extends: base, gpu: 1, memory: 600Mi, startup_timeout: 15s, fallback: small}}
  tiny: {{extends: base, memory: 600Mi, cpu: {{request: 100m}}}}
  npu: {{extends: tiny, gpu: {{count: 1, resource: {npu}}}}}
  unknown-image: {{extends: tiny, image: "localhost/nbflow-test-nowhere:1"}}
  hasty: {{extends: tiny, startup_timeout: 1s}}
  first-class: {{extends: tiny, priority_class: nbflow-test-nowhere}}
  unsecret: {{extends: tiny, startup_timeout: 10s, env: {{WORD: {{secret: nowhere, key: w}}}}}}
  huge: {{extends: tiny, memory: 3Gi, fallback: tiny}}
  narrow: {{extends: tiny, disk: {{request: 1Mi, limit: 20Mi}}}}
"""


@dataclass
class Project:
    """A folder with settings, its private Airflow, and the store.

    Attributes:
        folder: where they are.
        environ: what reaches the store.
        store_port: of the store's server.
        posted: what the channel `programs` was told: pairs of path and JSON.
    """

    folder: Path
    environ: dict[str, str]
    store_port: int
    posted: list[tuple[str, Any]]

    def run(self, *arguments: str) -> Any:
        return nbflow(*arguments, cwd=self.folder, timeout=800, **self.environ)

    def publish(self, name: str, *cells: Any, team: str = "live", **options: Any) -> None:
        """Publish a notebook of the team, with these options in it."""
        path = write_notebook(self.folder / f"{name}.ipynb", *cells)
        notebook = json.loads(path.read_text())
        notebook["metadata"]["nbflow"] = {"team": team, **options}
        path.write_text(json.dumps(notebook))
        published = self.run("publish", "--no-preflight", path.name)
        assert published.status == 0, published.err

    def done(
        self,
        name: str,
        *cells: Any,
        given: tuple[str, ...] = (),
        team: str = "live",
        notify: dict[str, Any] | None = None,
    ) -> Any:
        """Publish a notebook of the team and run it to its end."""
        self.publish(name, *cells, team=team, **({"notify": notify} if notify else {}))
        options = [word for one in given for word in ("-p", one)]
        return self.run("trigger", name, *options, "--wait", "-o", f"{name}-done.ipynb")

    @contextmanager
    def running(
        self, name: str, *cells: Any, team: str = "live", told: list[str] | None = None
    ) -> Iterator[None]:
        """A run of a notebook goes on while the body does; after it, the run ends well.

        What the command wrote meanwhile is added to `told`.
        """
        self.publish(name, *cells, team=team)
        ran = []
        thread = threading.Thread(
            target=lambda: ran.append(
                self.run("trigger", name, "--wait", "-o", f"{name}-done.ipynb")
            )
        )
        thread.start()
        try:
            yield
        finally:
            thread.join()
        assert ran[0].status == 0, ran[0].err
        if told is not None:
            told.append(ran[0].err)

    def logs(self, dag_id: str, step: str) -> str:
        """What Airflow's log of a step says, all tries."""
        folder = self.folder / ".nbflow/airflow/logs/tasks" / f"dag_id={dag_id}"
        files = [path for path in folder.rglob("*.log*") if f"task_id={step}" in str(path)]
        return "\n".join(path.read_text(errors="replace") for path in sorted(files))

    def pod(self, dag_id: str, *, namespace: str = NAMESPACE) -> k8s.V1Pod:
        """The pod that runs for a DAG, once it runs."""
        core = k8s.CoreV1Api()

        def look() -> k8s.V1Pod | None:
            pods = core.list_namespaced_pod(namespace, label_selector=f"dag_id={dag_id}").items
            return next((one for one in pods if one.status.phase == "Running"), None)

        return until(look)


def make_namespaces(core: k8s.CoreV1Api) -> None:
    for name in (NAMESPACE, FULL):
        make_namespace(core, name)
        secret = {"metadata": {"name": "store"}, "stringData": {"word": "test"}}
        core.create_namespaced_secret(name, secret)
    container = {"name": "base", "image": IMAGE, "command": ["sleep", "3600"]}
    container["imagePullPolicy"] = "Never"
    spec = {"containers": [container], "terminationGracePeriodSeconds": 0}
    core.create_namespaced_pod(FULL, {"metadata": {"name": "others"}, "spec": spec})
    hard = {"pods": "1"}
    for name, most in ((FULL, hard), (NAMESPACE, {"requests.memory": "2500Mi"})):
        quota = {"metadata": {"name": "all"}, "spec": {"hard": most}}
        core.create_namespaced_resource_quota(name, quota)


@contextmanager
def namespaces() -> Iterator[None]:
    """The two teams' namespaces, with the store's secret; the second has no room."""
    config.load_kube_config()
    core = k8s.CoreV1Api()
    try:
        make_namespaces(core)
        yield
    finally:
        for name in (NAMESPACE, FULL):
            core.delete_namespace(name)
        until(
            lambda: (
                not {NAMESPACE, FULL} & {one.metadata.name for one in core.list_namespace().items}
            ),
            seconds=300,
        )


@contextmanager
def live_project(folder: Path) -> Iterator[Project]:
    """The project in this folder, with its Airflow."""
    with (
        namespaces(),
        moto_server(host="0.0.0.0") as server,
        web_server() as (web, posted),
    ):
        port = server.url.rpartition(":")[2]
        endpoint = f"http://{HOST}:{port}"
        text = SETTINGS.format(bucket=BUCKET, image=IMAGE, npu=NPU, endpoint=endpoint)
        (folder / "nbflow.yaml").write_text(text)
        listener = json.dumps({"conn_type": "http", "host": f"http://127.0.0.1:{web}/"})
        environ = {**server.environ, "AIRFLOW_CONN_PROGRAMS": listener}
        project = Project(folder, environ, int(port), posted)
        up = project.run("airflow", "up")
        assert up.status == 0, up.err
        try:
            yield project
        finally:
            project.run("airflow", "down")


def may_shut_out() -> bool:
    """Whether pods can be kept from the network here."""
    return os.geteuid() == 0 and shutil.which("iptables") is not None


@contextmanager
def nothing_but(port: int) -> Iterator[None]:
    """Pods may open connections to this port of this machine, and to nothing else."""
    pods = HOST.rpartition(".")[0] + ".0/24"
    new = ["-s", pods, "-p", "tcp", "-m", "conntrack", "--ctstate", "NEW"]
    refused = ["-j", "REJECT", "--reject-with", "icmp-admin-prohibited"]
    rules = [
        ["INPUT", *new, "--dport", str(port), "-j", "ACCEPT"],
        ["INPUT", *new, *refused],
        ["INPUT", "-s", pods, "-p", "udp", *refused],
        ["FORWARD", "-s", pods, *refused],
    ]
    with kept("network", alone=True):
        for rule in reversed(rules):
            subprocess.run(["iptables", "-I", *rule], check=True)
        try:
            yield
        finally:
            for rule in rules:
                subprocess.run(["iptables", "-D", *rule], check=True)
