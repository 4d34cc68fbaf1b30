"""A team becomes Kubernetes objects: whole, valid, the same each time, and nothing more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import kubernetes_validate
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from nbflow.cluster import as_yaml, team_manifests
from nbflow.errors import SettingsError
from nbflow.model import Quantity
from nbflow.settings import Account, Egress, Port, Team

VERSIONS = ("1.27", "1.31", "1.34")
AIRFLOW = Account("airflow", "airflow-worker")
BARE = Team("bare", namespace="ds-bare")
CHURN = Team(
    "churn",
    namespace="ds-churn",
    service_account="churn-runner",
    quota={
        "requests.memory": Quantity("512Gi"),
        "requests.cpu": Quantity("64"),
        "requests.nvidia.com/gpu": Quantity("4"),
    },
    egress=(
        Egress("10.20.0.0/16", (Port(443), Port(53, "UDP"))),
        Egress("2001:db8::/32"),
    ),
)


def of(team: Team, kind: str, *, airflow: Account = AIRFLOW) -> dict[str, Any]:
    (found,) = [one for one in team_manifests(team, airflow=airflow) if one["kind"] == kind]
    return found


def kinds(team: Team) -> list[str]:
    return [one["kind"] for one in team_manifests(team, airflow=AIRFLOW)]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "team", [BARE, CHURN, replace(CHURN, host_paths=("/mnt/fast/*",))], ids=lambda team: team.name
)
def test_every_document_is_valid_for_the_schema_of_kubernetes(team: Team, version: str) -> None:
    for manifest in team_manifests(team, airflow=AIRFLOW):
        kubernetes_validate.validate(manifest, version, strict=True)


def test_the_namespace_comes_first_and_everything_else_is_in_it() -> None:
    first, *others = team_manifests(CHURN, airflow=AIRFLOW)
    assert (first["kind"], first["metadata"]["name"]) == ("Namespace", "ds-churn")
    assert {one["metadata"]["namespace"] for one in others} == {"ds-churn"}
    assert [one["kind"] for one in others] == [
        "ServiceAccount",
        "LimitRange",
        "ResourceQuota",
        "Role",
        "RoleBinding",
        "NetworkPolicy",
    ]


def test_pods_of_the_namespace_must_be_restricted_unless_folders_of_nodes_are_mounted() -> None:
    label = "pod-security.kubernetes.io/enforce"
    assert of(CHURN, "Namespace")["metadata"]["labels"][label] == "restricted"
    mounting = replace(CHURN, host_paths=("/mnt/fast/*",))
    assert of(mounting, "Namespace")["metadata"]["labels"][label] == "privileged"


def test_the_quota_is_the_teams_sorted_by_name() -> None:
    hard = of(CHURN, "ResourceQuota")["spec"]["hard"]
    assert list(hard.items()) == [
        ("requests.cpu", "64"),
        ("requests.memory", "512Gi"),
        ("requests.nvidia.com/gpu", "4"),
    ]


def test_a_team_without_quota_has_no_resource_quota() -> None:
    assert "ResourceQuota" not in kinds(BARE)


def test_a_container_that_asks_for_nothing_is_given_a_request() -> None:
    (item,) = of(BARE, "LimitRange")["spec"]["limits"]
    assert item == {"type": "Container", "defaultRequest": {"cpu": "500m", "memory": "1Gi"}}


@pytest.mark.parametrize("name", ["cpu", "memory", "ephemeral-storage"])
def test_a_container_is_given_a_limit_only_where_the_quota_counts_limits(name: str) -> None:
    (item,) = of(replace(BARE, quota={f"limits.{name}": Quantity("8")}), "LimitRange")["spec"][
        "limits"
    ]
    assert list(item["default"]) == [name]
    (item,) = of(CHURN, "LimitRange")["spec"]["limits"]
    assert "default" not in item


@pytest.mark.parametrize("name", ["requests.ephemeral-storage", "ephemeral-storage"])
def test_a_container_is_given_storage_where_the_quota_counts_it(name: str) -> None:
    (item,) = of(replace(BARE, quota={name: Quantity("50Gi")}), "LimitRange")["spec"]["limits"]
    assert item["defaultRequest"]["ephemeral-storage"] == "2Gi"


@pytest.mark.parametrize("name", ["cpu", "memory", "ephemeral-storage"])
def test_a_default_request_is_never_above_the_default_limit(name: str) -> None:
    quota = {f"{sort}.{name}": Quantity("100Gi") for sort in ("requests", "limits")}
    (item,) = of(replace(BARE, quota=quota), "LimitRange")["spec"]["limits"]
    assert Quantity(item["defaultRequest"][name]).amount <= Quantity(item["default"][name]).amount


def test_the_account_of_the_pods_is_the_teams_and_has_no_token() -> None:
    account = of(CHURN, "ServiceAccount")
    assert account["metadata"]["name"] == "churn-runner"
    assert account["automountServiceAccountToken"] is False


def test_a_team_without_an_account_uses_the_namespaces_default_without_a_token() -> None:
    account = of(BARE, "ServiceAccount")
    assert account["metadata"]["name"] == "default"
    assert account["automountServiceAccountToken"] is False


def test_airflow_may_run_pods_in_the_namespace_and_nothing_else() -> None:
    rules = of(CHURN, "Role")["rules"]
    assert all(rule["apiGroups"] == [""] for rule in rules)
    assert {tuple(rule["resources"]): rule["verbs"] for rule in rules} == {
        ("pods",): ["create", "delete", "get", "list", "patch", "watch"],
        ("pods/log",): ["get"],
        ("pods/exec",): ["create", "get"],
        ("events",): ["list"],
    }


def test_the_role_is_bound_to_airflows_account_alone() -> None:
    binding = of(CHURN, "RoleBinding")
    assert binding["subjects"] == [
        {"kind": "ServiceAccount", "name": "airflow-worker", "namespace": "airflow"}
    ]
    role = of(CHURN, "Role")
    assert binding["roleRef"] == {
        "apiGroup": "rbac.authorization.k8s.io",
        "kind": "Role",
        "name": role["metadata"]["name"],
    }


def test_nobody_reaches_the_pods_and_they_reach_only_dns() -> None:
    spec = of(BARE, "NetworkPolicy")["spec"]
    assert spec["podSelector"] == {}
    assert spec["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in spec
    (dns,) = spec["egress"]
    (to,) = dns["to"]
    assert to["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "kube-system"}
    assert dns["ports"] == [{"protocol": "TCP", "port": 53}, {"protocol": "UDP", "port": 53}]


def test_pods_reach_what_the_team_names_too() -> None:
    _, first, second = of(CHURN, "NetworkPolicy")["spec"]["egress"]
    assert first == {
        "to": [{"ipBlock": {"cidr": "10.20.0.0/16"}}],
        "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 443}],
    }
    assert second == {"to": [{"ipBlock": {"cidr": "2001:db8::/32"}}]}


def test_the_order_in_which_a_team_is_described_changes_nothing() -> None:
    reversed_team = replace(
        CHURN,
        quota=dict(reversed(CHURN.quota.items())),
        egress=tuple(replace(one, ports=one.ports[::-1]) for one in CHURN.egress[::-1]),
    )
    one, other = (as_yaml(team_manifests(t, airflow=AIRFLOW)) for t in (CHURN, reversed_team))
    assert one == other


def test_a_team_without_a_namespace_is_an_error_that_names_it() -> None:
    with pytest.raises(SettingsError, match="team 'lost' has no namespace") as caught:
        team_manifests(Team("lost"), airflow=AIRFLOW)
    assert "`teams: lost:` in nbflow.yaml" in str(caught.value.hint)


def test_the_text_holds_the_manifests_and_no_anchors() -> None:
    manifests = team_manifests(CHURN, airflow=AIRFLOW)
    text = as_yaml(manifests)
    assert tuple(yaml.safe_load_all(text)) == manifests
    assert text.count("---\n") == len(manifests)
    assert "&id" not in text


def test_keys_come_in_the_order_that_people_write_them() -> None:
    text = as_yaml(team_manifests(BARE, airflow=AIRFLOW))
    first = [line for line in text.splitlines() if line[:1].isalpha()][:3]
    assert first == ["apiVersion: v1", "kind: Namespace", "metadata:"]


@pytest.mark.parametrize("name", ["1e3", "12e3", "123", "0x1f", "0b1", "y", "n", "no", "null"])
def test_a_name_that_looks_like_a_number_or_a_truth_value_is_quoted(name: str) -> None:
    assert as_yaml([{"name": name}]) == f"---\nname: '{name}'\n"


@settings(max_examples=200, deadline=None)
@given(name=st.from_regex(r"\A[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?\Z"))
def test_every_name_comes_back_as_text(name: str) -> None:
    assert yaml.safe_load(as_yaml([{"name": name}])) == {"name": name}
