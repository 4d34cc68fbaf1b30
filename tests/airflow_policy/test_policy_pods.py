"""Pods and policy files by themselves, without an Airflow."""

from __future__ import annotations

import ast
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from kubernetes import client as k8s

from nbflow_airflow_policy.manifests import plain, pods_in
from nbflow_airflow_policy.pods import pod_faults
from nbflow_airflow_policy.policy import Policy, PolicyUnreadable, Source, Team, read_policy

PACKAGE = Path(__file__).parents[2] / "airflow_policy" / "src" / "nbflow_airflow_policy"
TEAM = Team(
    "churn", bundle="b", folder="", namespace="ds-churn", service_account=None, images=None,
    claims=None, connections=None, host_paths=(), profiles={},
)  # fmt: skip
SAID = {
    "bundle": "b", "folder": "", "namespace": "ds", "service_account": None, "images": None,
    "claims": None, "connections": None, "host_paths": [], "profiles": {},
}  # fmt: skip


def pod(*, container: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    first = {"name": "base", "image": "x", **(container or {})}
    spec = {"containers": [first], "securityContext": {"runAsNonRoot": True}, **spec}
    return {"metadata": {"namespace": "ds-churn"}, "spec": spec}


def faults(made: dict[str, Any], team: Team = TEAM, **named: Any) -> list[str]:
    return [str(one) for one in pod_faults(made, team, complete=True, **named)]


def test_the_package_imports_only_python_airflow_and_what_airflow_brings() -> None:
    allowed = {*sys.stdlib_module_names, "airflow", "yaml", "nbflow_airflow_policy"}
    imported = set()
    for file in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            imported |= {name.split(".")[0] for name in names}
    assert imported <= allowed


def test_a_pod_that_asks_for_nothing_more_passes() -> None:
    assert faults(pod()) == []


def test_a_pod_in_no_namespace_is_in_another() -> None:
    (fault,) = faults({**pod(), "metadata": {}})
    assert fault.startswith("metadata.namespace is not said")


def test_an_image_that_may_start_as_root_is_refused_only_where_nothing_is_laid_under_it() -> None:
    (fault,) = faults(pod(securityContext={}))
    assert "runAsNonRoot is not said" in fault
    assert pod_faults(pod(securityContext={}), TEAM, complete=False) == []
    assert faults(pod(securityContext={"runAsUser": 1000})) == []


def test_a_container_goes_over_its_pod() -> None:
    made = pod(container={"securityContext": {"runAsNonRoot": False}})
    assert len(faults(made)) == 2


def test_what_a_profile_of_the_team_says_a_pod_may_say() -> None:
    spec = {
        "hostNetwork": True,
        "nodeSelector": {"pool": "gpu"},
        "tolerations": [{"key": "gpu"}],
        "runtimeClassName": "nvidia",
        "priorityClassName": "high",
        "affinity": {"nodeAffinity": {}},
        "securityContext": {"runAsUser": 0},
    }
    made = pod(**spec, container={"securityContext": {"capabilities": {"add": ["SYS_PTRACE"]}}})
    assert len(faults(made)) == 9
    assert faults(made, replace(TEAM, profiles={"gpu": {"spec": made["spec"]}})) == []


@pytest.mark.parametrize("value", [0, "0", False])
def test_user_0_is_found_however_it_is_written(value: Any) -> None:
    said = {"runAsUser": value} if value is not False else {"runAsNonRoot": False}
    assert faults(pod(securityContext={"runAsNonRoot": True, **said})) != []


def test_what_the_platform_gives_a_pod_it_may_have() -> None:
    volume = {"name": "logs", "hostPath": {"path": "/var/log/airflow"}}
    made = pod(volumes=[volume], container={"image": "airflow:3"})
    team = replace(TEAM, images=())
    assert len(faults(made, team)) == 2
    assert faults(made, team, given=[made]) == []


@pytest.mark.parametrize(
    "spec",
    [
        {"containers": "{{ later }}"},
        {"containers": ["{{ later }}"]},
        {"volumes": {"name": "a"}},
        {"nodeSelector": ["pool"]},
        {"securityContext": "{{ later }}"},
        {"tolerations": "all"},
    ],
)
def test_a_part_that_cannot_be_read_is_not_passed_over(spec: dict[str, Any]) -> None:
    (fault,) = faults(pod(**spec))
    assert "it cannot be read as a part of a pod" in fault


def test_models_of_kubernetes_are_read_as_what_they_are_sent_as() -> None:
    made = k8s.V1Pod(
        metadata=k8s.V1ObjectMeta(namespace="ds-ads", labels={"a_b": "c"}),
        spec=k8s.V1PodSpec(
            containers=[{"name": "a", "securityContext": {"privileged": True}}],
            init_containers=[k8s.V1Container(name="b", env=[k8s.V1EnvVar(name="N", value="1")])],
            volumes=[
                k8s.V1Volume(name="v", host_path=k8s.V1HostPathVolumeSource(path="/etc")),
            ],
        ),
    )
    assert plain(made) == k8s.ApiClient().sanitize_for_serialization(made)


def test_pods_are_found_wherever_they_stand() -> None:
    value = {"a": [{"b": pod()}], "c": k8s.V1Pod(spec=k8s.V1PodSpec(containers=[])), "d": "text"}
    assert [place for place, _ in pods_in(value, "PODS")] == ["PODS['a'][0]['b']", "PODS['c']"]


def test_the_deepest_folder_says_whose_a_file_is() -> None:
    inner = replace(TEAM, name="inner", folder="teams/inner")
    policy = Policy((TEAM, inner))
    whose = {
        file: getattr(policy.owner(Source("b", file)), "name", None)
        for file in ("a.py", "teams/a.py", "teams/inner/a.py", "teams/inner2/a.py", "../a.py")
    }
    assert list(whose.values()) == ["churn", "churn", "inner", "churn", None]
    assert policy.owner(Source("c", "a.py")) is None


def written(**changes: Any) -> str:
    content = {"version": 1, "free_bundles": [], "teams": {"a": {**SAID, **changes}}}
    return json.dumps(content)


def test_a_policy_is_read() -> None:
    (team,) = read_policy(written(images=["x/*"])).teams
    assert (team.name, team.images, team.claims, team.namespace) == ("a", ("x/*",), None, "ds")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[]", "not of version 1"),
        ('{"version": 2}', "not of version 1"),
        ('{"version": 1, "free_bundles": []}', "the policy lacks 'teams'"),
        ('{"version": 1, "free_bundles": [], "teams": []}', "`teams` is not a mapping"),
        ('{"version": 1, "free_bundles": "a", "teams": {}}', "free_bundles is no list"),
        ('{"version": 1, "free_bundles": [], "teams": {"a": {}}}', "team 'a' lacks 'bundle'"),
        ('{"version": 1, "free_bundles": [], "teams": {"a": 1}}', "team 'a' is not a mapping"),
        (written(quota={}), "team 'a' has unknown 'quota'"),
        (written(namespace=""), "`namespace` is no text"),
        (written(namespace=None), "`namespace` is no text"),
        (written(images="x"), "`images` is no list of texts"),
        (written(images=[1]), "`images` is no list of texts"),
        (written(profiles=[]), "`profiles` are not pods"),
        (written().replace('"free_bundles": []', '"free_bundles": ["b"]'), "and no team's"),
    ],
)
def test_a_policy_that_is_not_understood_is_none(text: str, words: str) -> None:
    with pytest.raises(PolicyUnreadable, match=words):
        read_policy(text)


def test_two_teams_in_one_place_are_no_policy() -> None:
    content = {"version": 1, "free_bundles": [], "teams": {"a": SAID, "b": {**SAID, "folder": "."}}}
    with pytest.raises(PolicyUnreadable, match="the same bundle and folder"):
        read_policy(json.dumps(content))
