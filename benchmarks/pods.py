"""From a task's start to the first cell of the user in a pod, on a real cluster.

Not part of `make bench`: `make bench-pods` says what it needs.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks import notebooks
from benchmarks.measure import Cost, Finding, MeasureError, Row, Samples
from benchmarks.places import OURS, PROGRAMS, ROOT, Place

NBFLOW = OURS / "nbflow"
IMAGE = os.environ.get("NBFLOW_TEST_IMAGE", "localhost/nbflow-runtime:test")
PEER_IMAGE = os.environ.get("NBFLOW_BENCH_IMAGE", "localhost/nbflow-bench-papermill:test")
HOST = os.environ.get("NBFLOW_TEST_HOST", "10.244.0.1")
NAMESPACE = "nbflow-bench"
OUR_DAG, THEIR_DAG = "first_cell", "by_hand"
AT_MOST = 0.25
PROCESS = "the pod's process, start to first cell"

# The cell tells when it runs, and when the first process of its container began.
SINCE_START = """\
import json, os, time
now = time.time()
began = int(open("/proc/1/stat").read().rsplit(")", 1)[1].split()[19])
booted = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
began = booted + began / os.sysconf("SC_CLK_TCK")
print("first cell " + json.dumps({"process": began, "cell": now}))"""
FIRST_CELL = SINCE_START
# What every kernel that is ipykernel's has to import, and nothing else.
BARE = f"import gc; gc.disable()\nimport ipykernel.ipkernel\n{SINCE_START}"

SETTINGS = """\
store: s3://runs
target: {{kind: folder, path: dags}}
backend: pod
defaults: {{retries: 0, image: "{image}", profile: small}}
teams:
  bench: {{namespace: {namespace}}}
profiles:
  small:
    memory: 600Mi
    pull_policy: Never
    pod_security: {{runAsUser: 1000}}
    env:
      AWS_ENDPOINT_URL: {url}
      AWS_ACCESS_KEY_ID: test
      AWS_SECRET_ACCESS_KEY: {{secret: store, key: word}}
      AWS_DEFAULT_REGION: us-east-1
      AWS_EC2_METADATA_DISABLED: "true"
"""

# What a careful person writes: as our tasks, but for what runs in the pod.
BY_HAND = """\
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG
from kubernetes.client import V1ResourceRequirements

with DAG("{dag}", schedule=None, is_paused_upon_creation=False):
    KubernetesPodOperator(
        task_id="only",
        namespace="{namespace}",
        image="{image}",
        image_pull_policy="Never",
        cmds=["papermill"],
        arguments=["s3://runs/in.ipynb", "s3://runs/out.ipynb"],
        env_vars={env!r},
        container_resources=V1ResourceRequirements(
            requests={{"memory": "600Mi"}}, limits={{"memory": "600Mi"}}
        ),
        deferrable=True,
        startup_check_interval_seconds=2,
        logging_interval=5,
        on_finish_action="delete_pod",
    )
"""


@dataclass(frozen=True)
class Way:
    """From a task's start to its first cell, in seconds.

    Attributes:
        schedule: Airflow runs the task and makes the pod, Kubernetes finds a node.
        start: the node makes the container and starts its first process.
        fetch: what lies between the first request to the store and the last answer.
        loading: the process's other time: Python, imports, the kernel.
    """

    schedule: float
    start: float
    fetch: float
    loading: float

    @property
    def process(self) -> float:
        """What the program in the pod takes: ours, or papermill."""
        return self.fetch + self.loading


def pods(place: Place) -> Iterator[Finding]:
    """The two DAGs in turns, in one Airflow, with one store."""
    from kubernetes import config

    config.load_kube_config()
    _build_peer(place)
    with place.empty() as folder, _store(folder) as store, _namespace() as core:
        _write_project(folder, store)
        watch = _Watch(core)
        try:
            place.run((NBFLOW, "airflow", "up"), cwd=folder)
            place.run((NBFLOW, "publish", folder / f"{OUR_DAG}.ipynb"), cwd=folder, **store.environ)
            (folder / "dags" / f"{THEIR_DAG}.py").write_text(_by_hand(store), encoding="utf-8")
            _wait_for_dag(folder, place)
            ways: dict[str, list[Way]] = {OUR_DAG: [], THEIR_DAG: []}
            bare: list[float] = []
            for turn in range(place.repeat + 1):
                bare.append(_bare(core, turn))
                place.say(f"  bare: {bare[-1]:.3f}{'' if turn else ' (warm-up)'}")
                for dag, found in ways.items():
                    way = _way(dag, folder, place, store, watch)
                    place.say(f"  {dag}: {way}{'' if turn else ' (warm-up)'}")
                    if turn:
                        found.append(way)
        finally:
            watch.stop()
            place.run((NBFLOW, "airflow", "down"), cwd=folder)
    yield from _rows(ways[OUR_DAG], ways[THEIR_DAG])
    yield Cost(
        "pods",
        f"{PROCESS}: Python and the import of ipykernel alone",
        Samples(tuple(bare[1:])),
        PROCESS,
    )


def _build_peer(place: Place) -> None:
    """Build papermill's image, where a command that builds is named."""
    build = os.environ.get("NBFLOW_BUILD")
    if build is None:
        place.say(f"  NBFLOW_BUILD names no command that builds: taking {PEER_IMAGE} as it is")
        return
    with place.empty() as folder:
        shutil.copyfile(PROGRAMS / "papermill.Dockerfile", folder / "Dockerfile")
        shutil.copyfile(ROOT / "constraints.txt", folder / "constraints.txt")
        words = [*shlex.split(build), PEER_IMAGE, str(folder)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise MeasureError(f"{PEER_IMAGE} was not built: {done.stderr[-500:]}")


def _rows(ours: list[Way], theirs: list[Way]) -> Iterator[Row]:
    def row(work: str, part: Callable[[Way], float], at_most: float | None = None) -> Row:
        mine, other = (Samples(tuple(map(part, ways))) for ways in (ours, theirs))
        return Row("pods", work, mine, "`papermill` in a pod, by hand", other, at_most)

    yield row(PROCESS, lambda way: way.process, AT_MOST)
    yield row("… fetch: first request to the store to last answer", lambda way: way.fetch)
    yield row("… import: Python, imports, the kernel", lambda way: way.loading)
    yield row("schedule: task's start to the pod on a node", lambda way: way.schedule)
    yield row("start: on a node to the container's process", lambda way: way.start)
    yield row("task's start to first cell", lambda way: way.schedule + way.start + way.process)


def _way(dag: str, folder: Path, place: Place, store: _Store, watch: _Watch) -> Way:
    """Run a DAG once."""
    _, said = place.run((NBFLOW, "trigger", dag, "--wait", "--json"), cwd=folder, **store.environ)
    run: dict[str, Any] = json.loads(said)
    if run["state"] != "success":
        raise MeasureError(f"the run of {dag} ended as {run['state']}")
    started = datetime.fromisoformat(run["steps"][0]["started"]).timestamp()
    first = store.first_cell(dag, run["run_id"])
    process, cell = first["process"], first["cell"]
    asked = [
        one for one in store.requests() if process < one[0] and one[1] < cell and one[-1] != HOST
    ]
    fetch = max(one[1] for one in asked) - min(one[0] for one in asked)
    scheduled = watch.scheduled[dag, run["run_id"]]
    return Way(scheduled - started, process - scheduled, fetch, cell - process - fetch)


def _bare(core: Any, turn: int) -> float:
    """Seconds from the start of a pod's process to the end of the imports that a kernel needs."""
    name = f"bare-{turn}"
    container = {
        "name": "base",
        "image": IMAGE,
        "imagePullPolicy": "Never",
        "command": ["python", "-c", BARE],
        "resources": {"limits": {"memory": "600Mi"}},
    }
    spec = {"containers": [container], "restartPolicy": "Never"}
    core.create_namespaced_pod(NAMESPACE, {"metadata": {"name": name}, "spec": spec})

    def ended() -> None:
        phase = core.read_namespaced_pod(name, NAMESPACE).status.phase
        if phase != "Succeeded":
            raise MeasureError(f"the pod {name} is {phase}")

    _until(ended, MeasureError)
    # Decoded by the client, it may be the text of a `bytes` object.
    said = core.read_namespaced_pod_log(name, NAMESPACE, _preload_content=False).data
    found = json.loads(said.decode().removeprefix("first cell "))
    return float(found["cell"] - found["process"])


class _Watch:
    """Notes when pods get a node."""

    def __init__(self, core: Any) -> None:
        from kubernetes.watch import Watch

        self.scheduled: dict[tuple[str, str], float] = {}
        self._watch = Watch()
        self._events = self._watch.stream(core.list_namespaced_pod, NAMESPACE)
        threading.Thread(target=self._go, daemon=True).start()

    def _go(self) -> None:
        from urllib3.exceptions import HTTPError

        with suppress(HTTPError):  # the cluster ends a watch when its namespace goes
            for event in self._events:
                pod = event["object"]
                labels = pod.metadata.labels or {}
                if pod.spec.node_name:
                    key = labels.get("dag_id", ""), labels.get("run_id", "")
                    self.scheduled.setdefault(key, time.time())

    def stop(self) -> None:
        """Note no more."""
        self._watch.stop()


@dataclass(frozen=True)
class _Store:
    url: str
    notes: Path

    @property
    def environ(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self) -> Any:
        import boto3

        return boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def requests(self) -> list[list[Any]]:
        """From when to when, with method, path, and the address of who asks."""
        return [json.loads(line) for line in self.notes.read_text().splitlines()]

    def first_cell(self, dag: str, run: str) -> dict[str, float]:
        """What the first cell said in the executed notebook."""
        client = self.client()
        key = "out.ipynb"
        if dag == OUR_DAG:
            listed = client.list_objects_v2(Bucket="runs", Prefix=f"bench/{dag}/{run}/")
            keys = [one["Key"] for one in listed["Contents"]]
            key = next(one for one in keys if one.endswith(".ipynb"))
        text = client.get_object(Bucket="runs", Key=key)["Body"].read().decode()
        for cell in json.loads(text)["cells"]:
            for output in cell.get("outputs", ()):
                said = "".join(output.get("text", ""))
                if said.startswith("first cell "):
                    found: dict[str, float] = json.loads(said.removeprefix("first cell "))
                    return found
        raise MeasureError(f"{key} does not tell when its first cell ran")


@contextmanager
def _store(folder: Path) -> Iterator[_Store]:
    with socket.socket() as free:
        free.bind(("", 0))
        port = free.getsockname()[1]
    notes = folder / "requests.jsonl"
    notes.touch()
    program = [sys.executable, str(PROGRAMS / "storing.py"), str(port), str(notes)]
    process = subprocess.Popen(program, stderr=subprocess.DEVNULL)
    try:
        store = _Store(f"http://{HOST}:{port}", notes)
        _until(lambda: socket.create_connection((HOST, port), timeout=1), OSError)
        store.client().create_bucket(Bucket="runs")
        yield store
    finally:
        process.kill()
        process.wait()


@contextmanager
def _namespace() -> Iterator[Any]:
    from kubernetes import client

    core = client.CoreV1Api()
    core.create_namespace({"metadata": {"name": NAMESPACE}})
    secret = {"metadata": {"name": "store"}, "stringData": {"word": "test"}}
    core.create_namespaced_secret(NAMESPACE, secret)
    try:
        yield core
    finally:
        core.delete_namespace(NAMESPACE)


def _write_project(folder: Path, store: _Store) -> None:
    text = SETTINGS.format(image=IMAGE, namespace=NAMESPACE, url=store.url)
    (folder / "nbflow.yaml").write_text(text, encoding="utf-8")
    path = notebooks.write(folder / f"{OUR_DAG}.ipynb", [FIRST_CELL], tags=["step:only"])
    store.client().upload_file(str(path), "runs", "in.ipynb")
    notebook = json.loads(path.read_text())
    notebook["metadata"]["nbflow"] = {"team": "bench"}
    path.write_text(json.dumps(notebook))


def _by_hand(store: _Store) -> str:
    return BY_HAND.format(dag=THEIR_DAG, namespace=NAMESPACE, image=PEER_IMAGE, env=store.environ)


def _wait_for_dag(folder: Path, place: Place) -> None:
    def live() -> None:
        place.run((NBFLOW, "runs", THEIR_DAG), cwd=folder)

    _until(live, MeasureError)


def _until(look: Callable[[], object], *errors: type[Exception], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            look()
        except errors as error:
            if time.monotonic() > deadline:
                raise MeasureError(str(error)) from error
            time.sleep(0.5)
        else:
            return
