"""The `papermill` backend under a real KubernetesExecutor: tasks in worker pods of their profiles.

It takes the cluster that `KUBECONFIG` points to, the image named by `NBFLOW_TEST_AIRFLOW_IMAGE` on
its node, and an address of this machine that its pods reach, named by `NBFLOW_TEST_HOST`.
"""

from __future__ import annotations

import json
import uuid
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import kubernetes.config
import pytest
import yaml
from cluster_pods import apply, connected, ignored, present, signed_in, used, wait
from commands import Result, nbflow, outputs, write_notebook
from executor_airflow import IN_PODS, Airflow, airflow
from kubernetes import client as k8s
from nbclient import execute
from nbformat import read

from nbflow import api

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
  large:
    memory: {{request: 500Mi, limit: 1500Mi}}
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

    def run(self, *arguments: str) -> Result:
        environ = {"AIRFLOW_PASSWORD": self.airflow.password}
        return nbflow(*arguments, cwd=self.folder, timeout=400, **environ)

    def done(self, name: str, *cells: tuple[str, str], given: tuple[str, ...] = ()) -> Result:
        """Publish a notebook of the team and run it to its end."""
        write_notebook(self.folder / f"{name}.ipynb", *cells, nbflow={"team": "live"})
        published = self.run("publish", f"{name}.ipynb")
        assert published.status == 0, published.err
        options = [word for one in given for word in ("-p", one)]
        return self.run("trigger", name, *options, "--wait", "-o", f"{name}-done.ipynb")

    def pod(self, dag_id: str, step: str, *, attempt: int = 1) -> dict[str, Any]:
        """The worker pod of a step as the cluster has it."""
        chosen = f"dag_id={dag_id},task_id={step},try_number={attempt}"
        (found,) = self.core.list_namespaced_pod(self.team, label_selector=chosen).items
        made: dict[str, Any] = self.core.api_client.sanitize_for_serialization(found)
        return made

    def run_id(self, dag_id: str) -> str:
        """The id of a DAG's only run."""
        (found,) = self.airflow.get(f"dags/{dag_id}/dagRuns")["dag_runs"]
        return str(found["dag_run_id"])

    def log(self, dag_id: str, step: str, *, attempt: int = 1) -> str:
        """The log of a task as Airflow shows it."""
        return self.airflow.log(dag_id, self.run_id(dag_id), step, attempt=attempt)


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
            wait(lambda: not present(core, set(names.values())), "the namespaces to go")


def make_team(admin: k8s.ApiClient, folder: Path, *, names: dict[str, str]) -> Path:
    """Make what `nbflow teams manifests` writes; the kubeconfig of Airflow's account there."""
    core = k8s.CoreV1Api(admin)
    core.create_namespace({"metadata": {"name": names["airflow"]}})
    core.create_namespaced_service_account(names["airflow"], {"metadata": {"name": "worker"}})
    written = api.team_manifests(api.load_settings(folder), names=["live"])
    manifests = tuple(one for text in written.values() for one in yaml.safe_load_all(text))
    apply(admin, manifests, folder=folder)
    secret = {"metadata": {"name": "store"}, "stringData": {"word": "sesame"}}
    core.create_namespaced_secret(names["team"], secret)
    make_claim(core, folder / "notes", namespace=names["team"])
    wait(lambda: used(core, names["team"]), "the quota to be counted")
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
    assert made["status"]["phase"] == "Succeeded"


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
    assert ran.status == 10
    assert "step fails, cell 1 (id cell-1): ZeroDivisionError: division by zero" in ran.err
    assert "ZeroDivisionError" in project.log("wrong", "fails")
    tried = project.core.list_namespaced_pod(project.team, label_selector="dag_id=wrong").items
    assert len(tried) == 1


def test_a_step_that_runs_out_of_memory_does_not_succeed_and_says_so(project: Project) -> None:
    cells = [("step:grow", "held = bytearray(1200 * 2**20)\nlen(held)"), ("step:after", "held[0]")]
    ran = project.done("hungry", *cells)
    print(ran.err, ran.out, project.log("hungry", "grow"))
    assert ran.status == 10, ran.err
