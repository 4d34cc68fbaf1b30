"""Steps as pods on a real cluster, started by a real Airflow, with a store over HTTP.

It takes the cluster that `KUBECONFIG` points to, the image named by `NBFLOW_TEST_IMAGE` on its
node, and an address of this machine that its pods reach, named by `NBFLOW_TEST_HOST`.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from commands import nbflow, outputs, write_notebook
from nbclient import execute
from nbformat import read
from object_servers import BUCKET, moto_server

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.cluster, pytest.mark.slow, pytest.mark.timeout(900)]

IMAGE = os.environ.get("NBFLOW_TEST_IMAGE", "localhost/nbflow-runtime:test")
HOST = os.environ.get("NBFLOW_TEST_HOST", "10.244.0.1")
NAMESPACE = "nbflow-test-steps"
SETTINGS = """\
store: s3://{bucket}
target: {{kind: folder, path: dags}}
backend: pod
defaults: {{retries: 1, retry_delay: 1s, image: "{image}", profile: small}}
teams:
  live: {{namespace: {namespace}, images: ["localhost/*"]}}
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
"""


@dataclass
class Project:
    """A folder with settings, its private Airflow, and the store."""

    folder: Path
    environ: dict[str, str]

    def run(self, *arguments: str) -> Any:
        return nbflow(*arguments, cwd=self.folder, timeout=800, **self.environ)

    def done(self, name: str, *cells: tuple[str, str], given: tuple[str, ...] = ()) -> Any:
        """Publish a notebook of the team and run it to its end."""
        path = write_notebook(self.folder / f"{name}.ipynb", *cells)
        notebook = json.loads(path.read_text())
        notebook["metadata"]["nbflow"] = {"team": "live"}
        path.write_text(json.dumps(notebook))
        published = self.run("publish", path.name)
        assert published.status == 0, published.err
        options = [word for one in given for word in ("-p", one)]
        return self.run("trigger", name, *options, "--wait", "-o", f"{name}-done.ipynb")

    def logs(self, dag_id: str, step: str) -> str:
        """What Airflow's log of a step says, all tries."""
        folder = self.folder / ".nbflow/airflow/logs/tasks" / f"dag_id={dag_id}"
        files = [path for path in folder.rglob("*.log*") if f"task_id={step}" in str(path)]
        return "\n".join(path.read_text(errors="replace") for path in sorted(files))


@pytest.fixture(scope="module")
def namespace() -> Iterator[str]:
    from kubernetes import client, config

    config.load_kube_config()
    core = client.CoreV1Api()
    core.create_namespace({"metadata": {"name": NAMESPACE}})
    secret = {"metadata": {"name": "store"}, "stringData": {"word": "test"}}
    core.create_namespaced_secret(NAMESPACE, secret)
    try:
        yield NAMESPACE
    finally:
        core.delete_namespace(NAMESPACE)
        until = time.monotonic() + 120
        while time.monotonic() < until:
            names = [one.metadata.name for one in core.list_namespace().items]
            if NAMESPACE not in names:
                break
            time.sleep(0.5)


@pytest.fixture(scope="module")
def project(namespace: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("project")
    with moto_server(host="0.0.0.0") as server:
        port = server.url.rpartition(":")[2]
        endpoint = f"http://{HOST}:{port}"
        text = SETTINGS.format(bucket=BUCKET, image=IMAGE, namespace=namespace, endpoint=endpoint)
        (folder / "nbflow.yaml").write_text(text)
        project = Project(folder, server.environ)
        up = project.run("airflow", "up")
        assert up.status == 0, up.err
        try:
            yield project
        finally:
            project.run("airflow", "down")


def test_a_run_in_pods_gives_what_the_notebook_gives_in_one_kernel(project: Project) -> None:
    given = 'name = "a"\nsizes = [1, 2]'
    awkward = "O'Brien $(HOME) $$ {{ x }}"
    cells = [
        ("parameters", given),
        ("imports", "import pickle\n\n\nclass Box:\n    held = None"),
        ("step:make", "box = Box()\nbox.held = [*sizes]\nopen('note.txt', 'w').write(name)"),
        ("step:left", "left = [2 * each for each in box.held]\nleft"),
        ("step:right", "right = sum(box.held)\nright"),
        ("step:join", "print(left, right, isinstance(box, Box), open('note.txt').read())"),
    ]
    ran = project.done("whole", *cells, given=(f"name={awkward}", "sizes=[3, 4, 5]"))
    assert ran.status == 0, ran.err + project.logs("whole", "make")
    whole = read(project.folder / "whole.ipynb", as_version=4)
    whole.cells[0].source = f"name = {awkward!r}\nsizes = [3, 4, 5]"
    execute(whole, cwd=project.folder)
    (project.folder / "expected.ipynb").write_text(json.dumps(whole))
    done, expected = project.folder / "whole-done.ipynb", project.folder / "expected.ipynb"
    assert outputs(done) == outputs(expected)
    assert "cell 3 of 3 (cell-6): print(left, right" in project.logs("whole", "join")


def test_a_step_that_runs_out_of_memory_goes_to_the_next_profile(project: Project) -> None:
    cells = [("step:grow", "held = bytearray(900 * 2**20)\nlen(held)")]
    ran = project.done("hungry", *cells)
    said = project.logs("hungry", "grow")
    assert ran.status == 0, ran.err + said
    assert "out of memory" in said
    assert "profile small has 600Mi; the next try takes middle" in said
    assert "runs on profile middle" in said


def test_the_top_of_the_ladder_is_the_end(project: Project) -> None:
    cells = [("step:grow profile:middle", "held = bytearray(3000 * 2**20)\nlen(held)")]
    ran = project.done("starving", *cells)
    said = project.logs("starving", "grow")
    assert ran.status == 10, ran.err + said
    assert "profile middle has 1500Mi, and there is no larger one to go to" in said
    assert said.count("runs on profile") == 1


def test_an_error_of_the_notebook_is_not_tried_again(project: Project) -> None:
    ran = project.done("wrong", ("step:fails", "print('before')\n1 / 0"))
    assert ran.status == 10
    assert "ZeroDivisionError" in ran.err
    assert project.logs("wrong", "fails").count("runs on profile") == 1


def test_a_pod_that_no_node_takes_says_why_and_goes_to_the_fallback(project: Project) -> None:
    ran = project.done("homeless", ("step:wants profile:nowhere", "print('here')"))
    said = project.logs("homeless", "wants")
    assert ran.status == 0, ran.err + said
    assert "Insufficient nvidia.com/gpu" in said
    assert "the next try takes small" in said


def test_a_run_may_choose_another_profile(project: Project) -> None:
    ran = project.done("choosy", ("step:only", "print('here')"), given=("profile.only=tiny",))
    assert ran.status == 0, ran.err + project.logs("choosy", "only")
    assert "runs on profile tiny" in project.logs("choosy", "only")
