"""What a pod names, and what is said of each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cluster_objects import pod

from nbflow.cluster.access import RIGHTS, judge_rights, review
from nbflow.cluster.findings import Verdict
from nbflow.cluster.references import Reference, judge_reference, references
from nbflow.model import EnvReference, EnvSource, Profile, Volume
from nbflow.planning import profile_pod
from nbflow.settings import Account, Settings, Team


def test_everything_that_a_profile_names_is_looked_for_except_what_is_optional() -> None:
    claim = {"spec": {"storageClassName": "nvme", "resources": {"requests": {"storage": "1Gi"}}}}
    profile = Profile(
        "all",
        priority_class="nightly",
        runtime_class="nvidia",
        pull_secrets=("registry",),
        env_references=(
            EnvReference("TOKEN", "token", secret="db"),
            EnvReference("MODE", "mode", config_map="site"),
        ),
        env_sources=(EnvSource(secret="keys"), EnvSource(config_map="more", optional=True)),
        volumes=(
            Volume("data", "/data", {"persistentVolumeClaim": {"claimName": "warehouse"}}),
            Volume("fast", "/fast", {"ephemeral": {"volumeClaimTemplate": claim}}),
        ),
    )
    team = Team("churn", namespace="ds-churn", service_account="runner")
    manifest = profile_pod(profile, settings=Settings(root=Path("/project")), team=team)
    assert manifest is not None
    assert {(one.kind, one.name, one.key) for one in references(manifest)} == {
        ("ServiceAccount", "runner", None),
        ("PriorityClass", "nightly", None),
        ("RuntimeClass", "nvidia", None),
        ("Secret", "registry", None),
        ("Secret", "db", "token"),
        ("ConfigMap", "site", "mode"),
        ("Secret", "keys", None),
        ("PersistentVolumeClaim", "warehouse", None),
        ("StorageClass", "nvme", None),
    }


def test_a_pod_without_a_service_account_runs_as_the_namespaces_default() -> None:
    assert references(pod()) == (Reference("ServiceAccount", "default", "to run as"),)


CLAIM = Reference("PersistentVolumeClaim", "warehouse", "as volume data")
SECRET = Reference("Secret", "db", "for TOKEN", "token")


def claim(phase: str) -> dict[str, Any]:
    return {"metadata": {"name": "warehouse"}, "spec": {}, "status": {"phase": phase}}


@pytest.mark.parametrize(
    ("one", "found", "storage_class", "verdict", "words"),
    [
        (SECRET, None, None, "problem", "Secret db (for TOKEN) is not there in namespace ds"),
        (SECRET, {"data": {"other": ""}}, None, "problem", "has no key token"),
        (SECRET, {"data": {"token": ""}}, None, "ok", "is there"),
        (Reference("PriorityClass", "x", "its priority"), None, None, "problem", "is not there"),
        (CLAIM, claim("Bound"), None, "ok", "is bound"),
        (CLAIM, claim("Pending"), None, "problem", "is Pending"),
        (CLAIM, claim("Lost"), None, "problem", "is Lost"),
        (
            CLAIM,
            claim("Pending"),
            {"volumeBindingMode": "WaitForFirstConsumer"},
            "ok",
            "when its first pod comes",
        ),
        (CLAIM, claim("Pending"), {"volumeBindingMode": "Immediate"}, "problem", "is Pending"),
    ],
)
def test_what_is_named_must_be_there_and_as_it_must_be(
    one: Reference,
    found: dict[str, Any] | None,
    storage_class: dict[str, Any] | None,
    verdict: str,
    words: str,
) -> None:
    answer = judge_reference(one, found, namespace="ds", storage_class=storage_class)
    assert (answer.verdict, words in answer.message) == (verdict, True), answer
    assert bool(answer.hint) is (verdict == "problem")


def test_what_belongs_to_the_whole_cluster_is_not_said_to_lack_in_a_namespace() -> None:
    one = Reference("PriorityClass", "nightly", "its priority")
    assert "namespace" not in judge_reference(one, None, namespace="ds").message


AIRFLOW = Account("airflow", "worker")


def test_airflows_rights_are_asked_as_the_api_server_knows_its_account() -> None:
    kind, body = review(RIGHTS[-1], namespace="ds", account=AIRFLOW)
    assert kind == body["kind"] == "SubjectAccessReview"
    assert body["spec"] == {
        "resourceAttributes": {
            "namespace": "ds",
            "verb": "get",
            "resource": "pods",
            "subresource": "log",
        },
        "user": "system:serviceaccount:airflow:worker",
        "groups": [
            "system:serviceaccounts",
            "system:serviceaccounts:airflow",
            "system:authenticated",
        ],
    }


@pytest.mark.parametrize(("account", "verdict"), [(AIRFLOW, "problem"), (None, "warning")])
def test_rights_that_lack_are_listed_and_ones_own_prove_little(
    account: Account | None, verdict: str
) -> None:
    refused = {"create", "get"}
    answers = {one: {"status": {"allowed": one.verb not in refused}} for one in RIGHTS}
    answer = judge_rights(answers, namespace="ds", account=account)
    assert answer.verdict == verdict
    assert "may not create, get pods; get pods/log in namespace ds" in answer.message


def test_rights_that_are_there_are_fine() -> None:
    answers = {one: {"status": {"allowed": True}} for one in RIGHTS}
    assert judge_rights(answers, namespace="ds", account=AIRFLOW).verdict is Verdict.OK
