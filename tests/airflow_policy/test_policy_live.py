"""Teams on a real cluster: what lies only when it runs gets no pod, and rights end at a namespace.

It takes the cluster that `KUBECONFIG` points to, and makes namespaces of its own.
"""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import kubernetes.config
import pytest
import yaml
from cluster_pods import IMAGE, apply, connected, ignored, present, signed_in
from commands import nbflow
from kubernetes import client as k8s
from policy_airflow import airflow, commands, configured, running
from policy_files import LATE_PROFILE, by_hand
from policy_site import compiled, edited, install

from waiting import until

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("cluster"),
]

SETTINGS = """\
store: s3://runs
backend: {backend}
defaults: {{image: "{image}", profile: small}}
profiles:
  small: {{memory: 128Mi, cpu: {{request: 10m}}}}
  large: {{extends: small}}
  data: {{extends: small}}
teams:
  churn:
    namespace: {churn}
    service_account: churn-runner
    airflow_account: {airflow}/churn
    images: ["docker.io/library/*"]
    connections: [kubernetes_churn]
    kubernetes_connection: kubernetes_churn
    bundle: {{path: "{root}/churn"}}
  ads:
    namespace: {ads}
    airflow_account: {airflow}/ads
    bundle: {{path: "{root}/ads"}}
"""
_OURS = """\
    "namespace": "{churn}",
    "service_account_name": "churn-runner",
    "image": "{image}",
    "kubernetes_conn_id": "kubernetes_churn",
    "security_context": {{"runAsNonRoot": True, "runAsUser": 1000}},
    "cmds": ["python3", "-c", "print('ran')"],
    "startup_timeout_seconds": 60,
"""
_UNASKED = """
class Unasked(KubernetesPodOperator):
    def build_pod_request_obj(self, context=None, **named):
        labels = self._get_ti_pod_labels(context)
        container = k8s.V1Container(name="base", image="{image}", command=["true"])
        return k8s.V1Pod(
            metadata=k8s.V1ObjectMeta(name="unasked", namespace="{ads}", labels=labels),
            spec=k8s.V1PodSpec(containers=[container], restart_policy="Never"),
        )

    def get_or_create_pod(self, pod_request_obj, context):
        return self.client.create_namespaced_pod("{ads}", pod_request_obj)

"""


@pytest.fixture(scope="module")
def names():
    mark = uuid.uuid4().hex[:6]
    return {team: f"nbflow-policy-{mark}-{team}" for team in ("airflow", "churn", "ads")}


@pytest.fixture(scope="module")
def admin():
    with connected(kubernetes.config.new_client_from_config()) as client:
        yield client


@pytest.fixture(scope="module")
def project(names, admin, tmp_path_factory):
    """Settings, and the teams' namespaces as `nbflow teams manifests` writes them."""
    folder = tmp_path_factory.mktemp("project")
    root = folder / "dags"
    text = SETTINGS.format(backend="pod", image=IMAGE, root=root, **names)
    (folder / "nbflow.yaml").write_text(text)
    core = k8s.CoreV1Api(admin)
    try:
        core.create_namespace({"metadata": {"name": names["airflow"]}})
        for team in ("churn", "ads"):
            account = {"metadata": {"name": team}}
            core.create_namespaced_service_account(names["airflow"], account)
        written = nbflow("teams", "manifests", cwd=folder)
        assert (written.status, written.err) == (0, "")
        apply(admin, tuple(yaml.safe_load_all(written.out)), folder=folder)
        yield folder
    finally:
        for namespace in names.values():
            with ignored(404):
                core.delete_namespace(namespace)
        until(lambda: not present(core, set(names.values())), "the namespaces to go")


def kubeconfig(client: k8s.ApiClient, file: Path) -> Path:
    """The credentials of a signed-in client, as a file."""
    here = client.configuration
    cluster = {"server": here.host, "certificate-authority": here.ssl_ca_cert}
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": cluster}],
        "users": [{"name": "u", "user": {"token": here.api_key["authorization"].split()[1]}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "c",
    }  # fmt: skip
    file.write_text(yaml.safe_dump(content))
    return file


@pytest.fixture(scope="module")
def teams(project, names, admin, tmp_path_factory):
    """An Airflow whose connection to Kubernetes is the team's own."""
    home = tmp_path_factory.mktemp("airflow") / "home"
    ours = _OURS.format(image=IMAGE, **names)
    start = "OURS = {\n"
    generated = compiled_for(project, names)
    files = {
        "within": by_hand("within", "KubernetesPodOperator(task_id='train', **OURS)"),
        "late": LATE_PROFILE.text({"pods": generated}).replace(
            "'ds-' + 'ads'", f"{names['ads']!r}"
        ),
        "unasked": edited(
            by_hand("unasked", "Unasked(task_id='train', **OURS)"),
            ("\nwith DAG", _UNASKED.format(image=IMAGE, **names) + "\nwith DAG"),
        ),
    }
    folder = project / "dags" / "churn"
    folder.mkdir(parents=True)
    (project / "dags" / "ads").mkdir()
    for name, text in files.items():
        head, found, tail = text.partition(start)
        text = head + found + ours + tail[tail.index("}\n") :] if found else text
        (folder / f"{name}.py").write_text(text)
    with signed_in(admin, names["airflow"], "churn") as account:
        credentials = kubeconfig(account, home.with_name("kubeconfig"))
        connection = {
            "conn_type": "kubernetes", "extra": {"kube_config_path": str(credentials)},
        }  # fmt: skip
        env = configured(
            project,
            home,
            site=install(tmp_path_factory.mktemp("package")),
            AIRFLOW_CONN_KUBERNETES_CHURN=json.dumps(connection),
        )
        env.pop("KUBECONFIG", None)
        for command in commands(project):
            assert airflow(home, env, *command.split()[1:]).returncode == 0
        with running(home, env, components=("api-server", "dag-processor", "scheduler")) as started:
            yield started


def compiled_for(project: Path, names: dict[str, str]) -> str:
    """The DAG file of a small notebook of the team."""
    text = compiled(project / "generated", project / "dags", "churn_pods", backend="pod")
    return edited(
        text, ("ds-churn", names["churn"]), ("registry.example.com/steps:1", IMAGE),
        ('"nodeSelector": {"pool": "large"},', ""), ('"retries": 2', '"retries": 0'),
        ("/mnt/fast/churn", "/tmp"), ('"hostPath": {"path": "/tmp"}', '"emptyDir": {}'),
    )  # fmt: skip


def pods(admin, names):
    core = k8s.CoreV1Api(admin)
    return {
        team: [one.metadata.name for one in core.list_namespaced_pod(namespace).items]
        for team, namespace in names.items()
    }


def test_a_pod_within_its_team_runs(teams):
    assert teams.ended("within") == {"train": "success"}
    assert "ran" in teams.log("within")


def test_a_pod_that_lies_only_when_it_runs_is_never_made(teams, admin, names):
    before = pods(admin, names)
    assert teams.ended("late_profile")["load"] == "failed"
    log = teams.log("late_profile")
    assert f"task load, its pod: metadata.namespace is '{names['ads']}'" in log.replace("\\", "")
    assert f"the pods of team churn are in the namespace {names['churn']}" in log
    assert pods(admin, names) == before


def test_code_that_asks_no_policy_is_stopped_by_the_rights_of_its_connection(teams, admin, names):
    assert teams.ended("unasked") == {"train": "failed"}
    log = teams.log("unasked")
    assert "LeavesItsTeam" not in log
    assert "403" in log
    assert f"system:serviceaccount:{names['airflow']}:churn" in log
    assert pods(admin, names)["ads"] == []
