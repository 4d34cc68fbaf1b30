"""Two teams in a real cluster, made from their manifests, cannot get at each other."""

from __future__ import annotations

import uuid
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import kubernetes.config
import pytest
import yaml
from cluster_pods import (
    apply,
    connected,
    created,
    ended,
    forbidden,
    ignored,
    log_of,
    output_of,
    pod,
    present,
    says_no_less,
    signed_in,
    used,
    with_secret,
)
from kubernetes import client as k8s
from kubernetes.dynamic import DynamicClient

from nbflow import api
from waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.slow,
    pytest.mark.xdist_group("cluster"),
]

SETTINGS = """\
airflow: {{service_account: {airflow}/worker}}
teams:
  churn:
    namespace: {churn}
    service_account: churn-runner
    quota: {{requests.cpu: 1, requests.memory: 2Gi, pods: 10}}
    egress: [{{cidr: 10.20.0.0/16, ports: [443, 53/UDP]}}, {{cidr: 10.30.0.0/16}}]
  fraud:
    namespace: {fraud}
    service_account: fraud-runner
    quota: {{requests.cpu: 1, limits.memory: 4Gi}}
  strangers: {{namespace: {strangers}}}
"""


@dataclass(frozen=True)
class Tenants:
    """Teams in the cluster, and who asks for what there.

    Attributes:
        admin: may do everything.
        airflow: the account of the Airflow that runs churn and fraud, but not strangers.
        churn_runner: the account of churn's pods.
        churn, fraud, strangers: the teams' namespaces.
        manifests: what was applied.
        versions: of each object, by kind and name, when the manifests were applied a first and
            a second time.
    """

    admin: k8s.ApiClient
    airflow: k8s.ApiClient
    churn_runner: k8s.ApiClient
    churn: str
    fraud: str
    strangers: str
    manifests: tuple[dict[str, Any], ...]
    versions: tuple[dict[str, str], dict[str, str]]


@pytest.fixture(scope="module")
def tenants(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenants]:
    folder = tmp_path_factory.mktemp("project")
    mark = uuid.uuid4().hex[:6]
    names = {name: f"nbflow-{mark}-{name}" for name in ("airflow", "churn", "fraud", "strangers")}
    (folder / "nbflow.yaml").write_text(SETTINGS.format(**names))
    with ExitStack() as clients:
        admin = clients.enter_context(connected(kubernetes.config.new_client_from_config()))
        core = k8s.CoreV1Api(admin)
        try:
            yield make_tenants(admin, folder, names=names, clients=clients)
        finally:
            for name in names.values():
                with ignored(404):
                    core.delete_namespace(name)
            until(lambda: not present(core, set(names.values())), "the namespaces to go")


def make_tenants(
    admin: k8s.ApiClient, folder: Path, *, names: dict[str, str], clients: ExitStack
) -> Tenants:
    core = k8s.CoreV1Api(admin)
    core.create_namespace({"metadata": {"name": names["airflow"]}})
    for account in ("worker", "other-worker"):
        core.create_namespaced_service_account(names["airflow"], {"metadata": {"name": account}})
    current = api.load_settings(folder)
    other = f"{names['airflow']}/other-worker"
    written = api.team_manifests(current, names=["churn", "fraud"])
    written |= api.team_manifests(current, names=["strangers"], airflow_account=other)
    manifests = tuple(one for text in written.values() for one in yaml.safe_load_all(text))
    versions = (apply(admin, manifests, folder=folder), apply(admin, manifests, folder=folder))
    for namespace in (names["churn"], names["fraud"]):
        # Until the quota is counted, Kubernetes refuses every pod.
        until(lambda ns=namespace: used(core, ns), f"the quota of {namespace} to be counted")
        secret = {"metadata": {"name": f"{namespace}-password"}, "stringData": {"word": "sesame"}}
        core.create_namespaced_secret(namespace, secret)
    return Tenants(
        admin,
        clients.enter_context(signed_in(admin, names["airflow"], "worker")),
        clients.enter_context(signed_in(admin, names["churn"], "churn-runner")),
        *(names[name] for name in ("churn", "fraud", "strangers")),
        manifests,
        versions,
    )


def test_the_cluster_keeps_every_field_of_the_manifests(tenants, tmp_path):
    dynamic = DynamicClient(tenants.admin, cache_file=str(tmp_path / "discovery.json"))
    for wanted in tenants.manifests:
        kind = dynamic.resources.get(api_version=wanted["apiVersion"], kind=wanted["kind"])
        metadata = wanted["metadata"]
        found = dynamic.get(kind, name=metadata["name"], namespace=metadata.get("namespace"))
        assert says_no_less(found.to_dict(), wanted), (found, wanted)


def test_applying_the_manifests_again_changes_nothing(tenants):
    first, second = tenants.versions
    # Kubernetes itself goes on writing to the others: a status, or the name of a token.
    ours = ("LimitRange ", "Role ", "RoleBinding ", "NetworkPolicy ")
    still = {key: version for key, version in first.items() if key.startswith(ours)}
    assert len(still) == 3 * len(ours)
    assert {key: second[key] for key in still} == still


def test_a_pod_over_the_quota_is_refused(tenants):
    much = {"resources": {"requests": {"cpu": "2", "memory": "32Mi"}}}
    with forbidden("exceeded quota", "requests.cpu=2"):
        k8s.CoreV1Api(tenants.airflow).create_namespaced_pod(
            tenants.churn, pod("greedy", container=much)
        )


def test_a_pod_that_asks_for_nothing_counts_against_the_quota(tenants):
    core = k8s.CoreV1Api(tenants.admin)
    silent = pod("silent", "import time; time.sleep(60)", container={"resources": {}})
    with created(tenants.airflow, tenants.churn, silent) as name:
        (container,) = core.read_namespaced_pod(name, tenants.churn).spec.containers
        assert container.resources.requests == {"cpu": "500m", "memory": "1Gi"}
        assert container.resources.limits is None
        assert used(core, tenants.churn)["requests.cpu"] == "500m"
    with created(tenants.airflow, tenants.fraud, silent) as name:
        (container,) = core.read_namespaced_pod(name, tenants.fraud).spec.containers
        assert container.resources.limits == {"memory": "2Gi"}
        assert used(core, tenants.fraud)["limits.memory"] == "2Gi"


@pytest.mark.parametrize("team", ["churn", "fraud"])
def test_airflow_runs_a_pod_of_a_team_and_reads_its_log(tenants, team):
    namespace = getattr(tenants, team)
    core = k8s.CoreV1Api(tenants.airflow)
    asked = pod("step", "print('made in ' + 'a pod')", serviceAccountName=f"{team}-runner")
    with created(tenants.airflow, namespace, asked) as name:
        assert ended(core, namespace, name) == "Succeeded"
        assert log_of(core, namespace, name) == "made in a pod"
        patch = {"metadata": {"labels": {"already_checked": "True"}}}
        core.patch_namespaced_pod(name, namespace, patch)
        seen = {event.reason for event in core.list_namespaced_event(namespace).items}
        assert "Scheduled" in seen


def test_airflow_executes_a_command_in_a_pod_of_a_team(tenants):
    core = k8s.CoreV1Api(tenants.airflow)
    with created(
        tenants.airflow, tenants.churn, pod("busy", "import time; time.sleep(60)")
    ) as name:
        until(
            lambda: core.read_namespaced_pod(name, tenants.churn).status.phase == "Running",
            "the pod to run",
        )
        assert output_of(core, tenants.churn, name, ["python3", "-c", "print(6 * 7)"]) == "42"


@pytest.mark.parametrize("namespace", ["default", "kube-system", "strangers"])
def test_airflow_runs_no_pod_where_it_is_not_bound(tenants, namespace):
    core = k8s.CoreV1Api(tenants.airflow)
    where = getattr(tenants, namespace, namespace)
    with forbidden("cannot create resource", f'"{where}"'):
        core.create_namespaced_pod(where, pod("intruder"))
    with forbidden("cannot list resource"):
        core.list_namespaced_pod(where)


def test_airflow_has_no_right_in_a_teams_namespace_but_those_of_the_role(tenants):
    rules = rules_of(tenants.airflow, tenants.churn) - rules_of(tenants.airflow, "default")
    assert rules == {
        *(("pods", verb) for verb in ("create", "delete", "get", "list", "patch", "watch")),
        ("pods/log", "get"),
        ("pods/exec", "create"),
        ("pods/exec", "get"),
        ("events", "list"),
    }
    core = k8s.CoreV1Api(tenants.airflow)
    with forbidden("cannot get resource"):
        core.read_namespaced_secret(f"{tenants.churn}-password", tenants.churn)


def rules_of(client: k8s.ApiClient, namespace: str) -> set[tuple[str, str]]:
    """Resources with verbs that an account has in a namespace."""
    review = k8s.AuthorizationV1Api(client).create_self_subject_rules_review(
        {"spec": {"namespace": namespace}}
    )
    return {
        (resource, verb)
        for rule in review.status.resource_rules
        for resource in rule.resources
        for verb in rule.verbs
    }


def test_a_teams_account_has_no_rights_at_all(tenants):
    core = k8s.CoreV1Api(tenants.churn_runner)
    for namespace in (tenants.churn, tenants.fraud, "default"):
        with forbidden("cannot create resource"):
            core.create_namespaced_pod(namespace, pod("intruder"))
    for namespace in (tenants.churn, tenants.fraud):
        with forbidden("cannot get resource"):
            core.read_namespaced_secret(f"{namespace}-password", namespace)
        with forbidden("cannot list resource"):
            core.list_namespaced_secret(namespace)
    assert rules_of(tenants.churn_runner, tenants.fraud) == rules_of(
        tenants.churn_runner, "default"
    )


def test_a_teams_pod_is_given_no_token(tenants):
    program = "import os; print(os.path.exists('/var/run/secrets/kubernetes.io'))"
    asked = pod("tokenless", program, serviceAccountName="churn-runner")
    core = k8s.CoreV1Api(tenants.airflow)
    with created(tenants.airflow, tenants.churn, asked) as name:
        assert ended(core, tenants.churn, name) == "Succeeded"
        assert log_of(core, tenants.churn, name) == "False"


def test_a_pod_with_its_own_teams_secret_runs(tenants):
    own = with_secret(f"{tenants.churn}-password")
    asked = pod("own-secret", "import os; print(os.environ['WORD'][:3])", container=own)
    core = k8s.CoreV1Api(tenants.airflow)
    with created(tenants.airflow, tenants.churn, asked) as name:
        assert ended(core, tenants.churn, name) == "Succeeded"
        assert log_of(core, tenants.churn, name) == "ses"


def test_a_pod_with_another_teams_secret_never_starts(tenants):
    theirs = f"{tenants.fraud}-password"
    core = k8s.CoreV1Api(tenants.airflow)

    def waiting(name: str) -> Any:
        (status,) = core.read_namespaced_pod(name, tenants.churn).status.container_statuses or [
            None
        ]
        return status and status.state.waiting and status.state.waiting.message and status

    asked = pod("others-secret", container=with_secret(theirs))
    with created(tenants.airflow, tenants.churn, asked) as name:
        status = until(lambda: waiting(name), "the kubelet to refuse the container")
        assert status.state.waiting.reason == "CreateContainerConfigError"
        assert f'secret "{theirs}" not found' in status.state.waiting.message
        assert not status.started


def test_a_pod_with_another_teams_service_account_is_refused(tenants):
    asked = pod("others-account", serviceAccountName="fraud-runner")
    with forbidden("fraud-runner", "not found"):
        k8s.CoreV1Api(tenants.airflow).create_namespaced_pod(tenants.churn, asked)
