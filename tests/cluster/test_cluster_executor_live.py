"""The `papermill` backend under a real KubernetesExecutor: tasks in worker pods of their profiles.

It takes the cluster that `KUBECONFIG` points to, the image named by `NBFLOW_TEST_AIRFLOW_IMAGE` on
its node, and an address of this machine that its pods reach, named by `NBFLOW_TEST_HOST`.
"""

from __future__ import annotations

import json
import subprocess
import uuid
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import kubernetes.config
import pytest
import yaml
from cluster_pods import apply, connected, ended, ignored, present, signed_in, used
from commands import Result, nbflow, outputs, start, write_notebook
from executor_airflow import HOST, IN_PODS, Airflow, airflow
from kubernetes import client as k8s
from nbclient import execute
from nbformat import read
from object_servers import BUCKET, moto_server

from nbflow import api, host
from waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("cluster"),
]

MIB = 1 << 20
SETTINGS = """\
store: store
target: {{kind: folder, path: dags}}
backend: papermill
airflow:
  url: {url}
  user: admin
  password_env: AIRFLOW_PASSWORD
  service_account: {airflow}/worker
defaults: {{retries: 1, retry_delay: 1s, profile: small}}
teams:
  live:
    namespace: {team}
    service_account: runner
    quota: {{requests.cpu: 2, requests.memory: 4Gi, limits.memory: 6Gi}}
profiles:
  small: {{memory: 800Mi, cpu: {{request: 100m}}}}
  medium: {{memory: 500Mi, cpu: {{request: 100m}}, disk: 1Gi}}
  large:
    memory: {{request: 1000Mi, limit: 1500Mi}}
    cpu: {{request: 150m, limit: "1"}}
    disk: 1Gi
    shm: 96Mi
    node_selector: {{kubernetes.io/os: linux}}
    tolerations: [{{key: nbflow-check.example/pool, operator: Exists}}]
    labels: {{pool: large}}
    annotations: {{nbflow-check.example/why: "it's large"}}
    env: {{WORDS: "a 'b' $(HOME) {{{{ c }}}}", TOKEN: {{secret: store, key: word}}}}
    volumes: {{notes: {{claim: notes, mount: /notes, read_only: true}}}}
"""


@dataclass
class Project:
    """A folder with settings, the Airflow that runs its DAGs, and the cluster with its pods."""

    folder: Path
    airflow: Airflow
    core: k8s.CoreV1Api
    team: str
    environ: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str) -> Result:
        environ = {"AIRFLOW_PASSWORD": self.airflow.password, **self.environ}
        return nbflow(*arguments, cwd=self.folder, timeout=400, **environ)

    def done(self, name: str, *cells: tuple[str, str], given: tuple[str, ...] = ()) -> Result:
        """Publish a notebook of the team and run it to its end."""
        write_notebook(self.folder / f"{name}.ipynb", *cells, nbflow={"team": "live"})
        published = self.run("publish", f"{name}.ipynb")
        assert published.status == 0, published.err
        options = [word for one in given for word in ("-p", one)]
        return self.run("trigger", name, *options, "--wait", "-o", f"{name}-done.ipynb")

    def start(self, name: str, *cells: tuple[str, str]) -> subprocess.Popen[str]:
        """As `done`, but it goes on while the caller does something else."""
        write_notebook(self.folder / f"{name}.ipynb", *cells, nbflow={"team": "live"})
        assert self.run("publish", f"{name}.ipynb").status == 0
        environ = {"AIRFLOW_PASSWORD": self.airflow.password, **self.environ}
        return start("trigger", name, "--wait", cwd=self.folder, **environ)

    def pod(self, dag_id: str, step: str, *, attempt: int = 1) -> dict[str, Any]:
        """The worker pod of a step as the cluster has it, once it has ended."""
        chosen = f"dag_id={dag_id},task_id={step},try_number={attempt}"
        (found,) = self.core.list_namespaced_pod(self.team, label_selector=chosen).items
        ended(self.core, self.team, found.metadata.name)
        found = self.core.read_namespaced_pod(found.metadata.name, self.team)
        made: dict[str, Any] = self.core.api_client.sanitize_for_serialization(found)
        return made

    def run_id(self, dag_id: str) -> str:
        """The id of a DAG's only run."""
        (found,) = self.airflow.get(f"dags/{dag_id}/dagRuns")["dag_runs"]
        return str(found["dag_run_id"])

    def log(self, dag_id: str, step: str) -> str:
        """The log of a task as Airflow shows it."""
        return self.airflow.log(dag_id, self.run_id(dag_id), step)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("executor")
    mark = uuid.uuid4().hex[:6]
    names = {name: f"nbflow-executor-{mark}-{name}" for name in ("airflow", "team")}
    (folder / "nbflow.yaml").write_text(SETTINGS.format(url="http://127.0.0.1:1", **names))
    with ExitStack() as opened:
        admin = opened.enter_context(connected(kubernetes.config.new_client_from_config()))
        core = k8s.CoreV1Api(admin)
        try:
            kubeconfig = make_team(admin, folder, names=names)
            home = folder / "home"
            started = airflow(home, kubeconfig=kubeconfig, namespace=names["team"])
            running = opened.enter_context(started)
            for shared in ("dags", "store"):
                (folder / shared).symlink_to(home / shared)
            text = SETTINGS.format(url=running.url, **names)
            (folder / "nbflow.yaml").write_text(text)
            yield Project(folder, running, core, names["team"])
        finally:
            for name in names.values():
                with ignored(404):
                    core.delete_namespace(name)
            with ignored(404):
                core.delete_persistent_volume(names["team"])
            until(lambda: not present(core, set(names.values())), "the namespaces to go")


def make_team(admin: k8s.ApiClient, folder: Path, *, names: dict[str, str]) -> Path:
    """Make what `nbflow teams manifests` writes; the kubeconfig of Airflow's account there."""
    core = k8s.CoreV1Api(admin)
    core.create_namespace({"metadata": {"name": names["airflow"]}})
    core.create_namespaced_service_account(names["airflow"], {"metadata": {"name": "worker"}})
    written = api.team_manifests(api.load_settings(folder), names=["live"])
    manifests = tuple(one for text in written.values() for one in yaml.safe_load_all(text))
    apply(admin, manifests, folder=folder)
    secret = {"metadata": {"name": "store"}, "stringData": {"word": "sesame", "bucket": "test"}}
    core.create_namespaced_secret(names["team"], secret)
    make_claim(core, folder / "notes", namespace=names["team"])
    until(lambda: used(core, names["team"]), "the quota to be counted")
    with signed_in(admin, names["airflow"], "worker") as account:
        chosen = account.configuration
        token = chosen.api_key["authorization"].removeprefix("Bearer ")
    content = {
        "clusters": [
            {
                "name": "c",
                "cluster": {
                    "server": chosen.host,
                    "certificate-authority": str(chosen.ssl_ca_cert),
                },
            }
        ],
        "users": [{"name": "u", "user": {"token": token}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "c",
    }
    path = folder / "kubeconfig"
    path.write_text(yaml.safe_dump(content))
    return path


def make_claim(core: k8s.CoreV1Api, folder: Path, *, namespace: str) -> None:
    """The claim `notes` on a volume with one file, as a cluster without a provisioner has it."""
    folder.mkdir()
    (folder / "note.txt").write_text("from a claim")
    common: dict[str, Any] = {"accessModes": ["ReadWriteMany"], "storageClassName": ""}
    place = {"hostPath": {"path": str(folder)}, "capacity": {"storage": "1Mi"}}
    core.create_persistent_volume({"metadata": {"name": namespace}, "spec": {**common, **place}})
    asked = {"resources": {"requests": {"storage": "1Mi"}}, "volumeName": namespace}
    core.create_namespaced_persistent_volume_claim(
        namespace, {"metadata": {"name": "notes"}, "spec": {**common, **asked}}
    )

    def bound() -> bool:
        claim = core.read_namespaced_persistent_volume_claim("notes", namespace)
        return bool(claim.status.phase == "Bound")

    until(bound, "the claim to be bound")


@pytest.fixture(scope="module")
def whole(project: Project) -> Project:
    """The project after a run of four steps on two profiles."""
    cells = [
        ("parameters", "sizes = [1, 2]\nname = 'a'"),
        ("imports", "import os\n\n\nclass Box:\n    held = None"),
        ("step:make", "box = Box()\nbox.held = [*sizes]\nopen('note.txt', 'w').write(name)"),
        ("step:left", "left = [2 * each for each in box.held]\nleft"),
        (
            "step:right profile:large label:tier:gold annotation:asked:yes",
            "right = sum(box.held)\nright",
        ),
        ("step:join", "print(left, right, isinstance(box, Box), open('note.txt').read())"),
    ]
    given = ("sizes=[3, 4, 5]", "name=O'Brien {{ x }} $(HOME)")
    ran = project.done("whole", *cells, given=given)
    assert ran.status == 0, ran.err + project.log("whole", "make")
    return project


def test_a_run_in_worker_pods_gives_what_the_notebook_gives_in_one_kernel(whole: Project) -> None:
    folder = whole.folder
    alone = read(folder / "whole.ipynb", as_version=4)
    alone.cells[0].source = 'sizes = [3, 4, 5]\nname = "O\'Brien {{ x }} $(HOME)"'
    execute(alone, cwd=folder)
    (folder / "expected.ipynb").write_text(json.dumps(alone))
    assert outputs(folder / "whole-done.ipynb") == outputs(folder / "expected.ipynb")
    fetched = whole.run("output", "whole", "-o", "fetched.ipynb")
    assert fetched.status == 0, fetched.err
    assert outputs(folder / "fetched.ipynb") == outputs(folder / "expected.ipynb")


@pytest.mark.parametrize("step", ["make", "left", "right", "join"])
def test_each_worker_pod_is_that_of_the_plan(whole: Project, step: str) -> None:
    made = whole.pod("whole", step)
    planned = planned_pod(whole.folder / "home/dags/whole", step)
    (wanted,), (container,) = planned["spec"].pop("containers"), made["spec"]["containers"]
    assert includes(made["spec"], planned["spec"]), (made["spec"], planned["spec"])
    assert includes(made["metadata"], planned["metadata"]), made["metadata"]
    assert includes(container, wanted), (container, wanted)


def planned_pod(folder: Path, step: str) -> dict[str, Any]:
    (manifest,) = folder.glob("*/manifest.json")
    steps = {one["name"]: one for one in json.loads(manifest.read_text())["steps"]}
    pod: dict[str, Any] = steps[step]["pod"]
    return pod


def includes(made: Any, wanted: Any) -> bool:
    """Whether everything that was asked for is there, lists in any order and with more in them."""
    if isinstance(wanted, dict):
        return all(includes((made or {}).get(key), value) for key, value in wanted.items())
    if isinstance(wanted, list):
        return all(any(includes(one, each) for one in made or ()) for each in wanted)
    return bool(made == wanted)


def test_a_profile_says_size_place_and_surroundings_of_its_pod(whole: Project) -> None:
    """In so many words: what the pods of two profiles are, not what they were planned to be."""
    small, large = whole.pod("whole", "make"), whole.pod("whole", "right")
    ((a,), (b,)) = (one["spec"]["containers"] for one in (small, large))
    assert a["resources"]["limits"]["memory"] == "800Mi"
    assert a["resources"]["requests"] == {"cpu": "100m", "memory": "800Mi"}
    assert b["resources"]["limits"]["memory"] == "1500Mi"
    assert b["resources"]["requests"]["cpu"] == "150m"
    assert large["spec"]["nodeSelector"] == {"kubernetes.io/os": "linux"}
    assert "nodeSelector" not in small["spec"]
    assert (large["metadata"]["labels"]["pool"], large["metadata"]["labels"]["tier"]) == (
        "large",
        "gold",
    )
    for pod in (small, large):
        assert pod["metadata"]["namespace"] == whole.team
        assert pod["spec"]["serviceAccountName"] == "runner"
        assert not [one for one in pod["spec"]["volumes"] if "token" in one["name"]]


def test_a_profile_adds_to_the_administrators_template_and_takes_nothing_away(
    project: Project,
) -> None:
    """Seen from inside: the folders that all pods have, and what the profile brings."""
    code = (
        "import os, pathlib\n"
        "note = pathlib.Path('/notes/note.txt').read_text()\n"
        "print(os.environ['WORDS'], os.environ['TOKEN'], note)\n"
        "print(os.statvfs('/dev/shm').f_frsize * os.statvfs('/dev/shm').f_blocks > 64 << 20)\n"
        f"print([os.path.isdir(one) for one in {sorted(IN_PODS.values())}], os.getuid())"
    )
    ran = project.done("inside", ("step:only profile:large", code))
    assert ran.status == 0, ran.err
    (said,) = outputs(project.folder / "inside-done.ipynb").values()
    assert said.splitlines() == [
        "a 'b' $(HOME) {{ c }} sesame from a claim",
        "True",  # the size of a volume in memory is limited by newer versions of Kubernetes
        "[True, True, True] 50000",
    ]


def test_a_failing_cell_fails_the_task_at_once_with_its_cause(project: Project) -> None:
    ran = project.done("wrong", ("step:fails", "print('before')\n1 / 0"))
    assert ran.status == 10, ran.err
    assert "step fails, cell 1 (id cell-1): ZeroDivisionError: division by zero" in ran.err
    assert "ZeroDivisionError" in project.log("wrong", "fails")
    tried = project.core.list_namespaced_pod(project.team, label_selector="dag_id=wrong").items
    assert len(tried) == 1


def test_a_step_whose_kernel_was_killed_for_memory_fails_and_says_so(project: Project) -> None:
    cells = [
        ("step:grow retries:0", "held = bytearray(1200 * 2**20)\nlen(held)"),
        ("step:after", "held[0]"),
    ]
    ran = project.done("hungry", *cells)
    assert ran.status == 10, ran.err
    assert "step grow, cell 1 (id cell-1): KernelLost: the kernel was lost" in ran.err
    assert "runs out of memory" in ran.err
    assert "its pod may have 800Mi (profile small)" in ran.err
    said = project.log("hungry", "grow")
    assert "memory ran out: the system killed a process of this pod" in said
    assert project.run("runs", "hungry").out.startswith("failed")


def test_a_worker_pod_that_is_gone_leaves_the_cell_at_which_it_was(project: Project) -> None:
    """As when newer Kubernetes kills all of a pod for memory, or a node is lost."""
    cells = [
        ("step:waits retries:0", "print('here')"),
        ("step:waits", "import time; time.sleep(600)"),
    ]
    started = project.start("gone", *cells)
    until(lambda: is_at(project, "gone", "waits", cell="cell-2"), "the second cell to start")
    (pod,) = project.core.list_namespaced_pod(project.team, label_selector="dag_id=gone").items
    project.core.delete_namespaced_pod(pod.metadata.name, project.team, grace_period_seconds=0)
    _, said = started.communicate(timeout=400)
    assert started.returncode == 10, said
    assert "step waits, cell 2 (id cell-2): KernelLost" in said
    assert "its pod may have 800Mi (profile small)" in said


def is_at(project: Project, dag_id: str, step: str, *, cell: str) -> bool:
    """Whether a step's notebook in the store says that this cell runs."""
    seen = [host.progress(one, step) for one in (project.folder / "store/live" / dag_id).glob("*")]
    return any(one is not None and one.cell == cell for one in seen)


def test_each_step_says_what_its_pod_used_and_which_profile_would_do(whole: Project) -> None:
    """The pod's own count, with what Airflow's process in it needs: that is what it must have."""
    run = whole.run("runs", f"whole/{whole.run_id('whole')}", "--json").json
    for step in run["steps"]:
        used = step["usage"]
        assert used["measured"] == "cgroup"
        assert used["memory_limit"] == (1500 if step["name"] == "right" else 800) * MIB
        assert 100 * MIB < used["peak_memory"] < 700 * MIB
        assert used["cpu"] > 0
    found = whole.run("profiles", "suggest", "whole", "--json")
    assert found.status == 0, found.err
    assert [(one["profile"], one["suggestion"]) for one in found.json] == [
        ("small", "medium"),
        ("small", "medium"),
        ("large", "large"),  # no other one goes to its nodes
        ("small", "medium"),
    ]


def test_a_bucket_as_store_needs_no_folder_that_pods_and_people_share(
    project: Project, tmp_path: Path
) -> None:
    with moto_server(host="0.0.0.0") as server:
        inside: dict[str, Any] = {**server.environ}
        inside["AWS_ENDPOINT_URL"] = server.url.replace("0.0.0.0", HOST)
        said = yaml.safe_load((project.folder / "nbflow.yaml").read_text())
        said["store"] = f"s3://{BUCKET}"
        said["target"]["path"] = str(project.folder / "dags")
        inside["AWS_SECRET_ACCESS_KEY"] = {"secret": "store", "key": "bucket"}
        said["profiles"]["small"]["env"] = inside
        (tmp_path / "nbflow.yaml").write_text(yaml.safe_dump(said))
        there = replace(project, folder=tmp_path, environ=server.environ)
        ran = there.done(
            "bucket",
            ("step:make", "sizes = [1, 2]\nopen('note.txt', 'w').write('hi')"),
            ("step:use", "print(sum(sizes), open('note.txt').read())"),
        )
        assert ran.status == 0, ran.err
        assert list(outputs(tmp_path / "bucket-done.ipynb").values()) == ["2", "3 hi\n"]
        steps = there.run("runs", f"bucket/{there.run_id('bucket')}", "--json").json["steps"]
        assert [one["usage"]["measured"] for one in steps] == ["cgroup", "cgroup"]
