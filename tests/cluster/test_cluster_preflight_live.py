"""What a pre-flight says is what a real cluster then does."""

from __future__ import annotations

import os
from typing import Any

import pytest
import yaml
from kubernetes import client as k8s
from live_cluster import NPU, Project, allow, as_account, npus

from nbflow.cluster import Candidate, connect, preflight
from nbflow.errors import ClusterError
from waiting import until

pytestmark = [pytest.mark.cluster, pytest.mark.slow, pytest.mark.xdist_group("cluster")]


def test_what_fits_is_scheduled_and_what_fits_no_node_is_not(project: Project) -> None:
    small = {"cpu": "10m", "memory": "16Mi"}
    found = project.check(small)
    assert {one.verdict for one in found.values()} == {"ok"}, found
    assert found["nodes"].message.startswith("fits now")
    assert project.run_pod("small", {"limits": small}) == "scheduled"

    large = {"cpu": "10m", "memory": "9Ti"}
    found = project.check(large)
    assert found["nodes"].verdict == "problem"
    assert "memory 9Ti asked, at most " in found["nodes"].message
    assert "Insufficient memory" in project.run_pod("large", {"limits": large})


def test_an_accelerator_is_missing_then_tainted_then_there_then_busy(
    project: Project, kube: k8s.ApiClient
) -> None:
    profile: dict[str, Any] = {"gpu": {"count": 2, "resource": NPU}}
    before = project.check(profile)["nodes"]
    assert (before.verdict, f"has no {NPU}" in before.message) == ("problem", True)
    with npus(kube, count=2, taint=True):
        tainted = project.check(profile)["nodes"]
        assert tainted.verdict == "problem"
        assert f"taint {NPU}=present:NoSchedule not tolerated" in tainted.message
        tolerations = yaml.safe_load((tainted.hint or "").split("`")[1])
        assert project.check(profile | tolerations)["nodes"].verdict == "ok"
    with npus(kube, count=2):
        assert project.check(profile)["nodes"].verdict == "ok"
        assert project.run_pod("holder", {"limits": {NPU: "1"}}) == "scheduled"
        busy = project.check(profile)["nodes"]
        assert busy.verdict == "warning"
        assert f"busy now): 1 of 1 node: {NPU} 2 asked, 1 free" in busy.message
        more = project.check({"gpu": {"count": 3, "resource": NPU}})["nodes"]
        assert f"{NPU} 3 asked, at most 2" in more.message


def test_a_pool_that_grows_from_none_stands_in_for_nodes(project: Project) -> None:
    pool = {"labels": {"pool": "npu"}, "capacity": {"cpu": 8, "memory": "32Gi", NPU: 1}}
    found = project.check({"gpu": {"count": 1, "resource": NPU}}, cluster={"autoscaled": [pool]})
    assert found["nodes"].message == "fits after scale-up of the pool pool=npu"


def test_a_quota_is_full_or_too_small_exactly_where_the_api_server_refuses(
    project: Project,
) -> None:
    project.make("ResourceQuota", "team", spec={"hard": {"requests.memory": "64Mi"}})
    until(
        lambda: project.core.read_namespaced_resource_quota("team", project.namespace).status.hard
    )
    fits, large = {"limits": {"memory": "48Mi"}}, {"limits": {"memory": "96Mi"}}

    assert project.check({"memory": "48Mi"})["quota"].verdict == "ok"
    project.run_pod("first", fits)
    full = project.check({"memory": "48Mi"})["quota"]
    assert full.verdict == "warning"
    assert "requests.memory 48Mi asked, 48Mi of 64Mi used" in full.message
    assert project.check({"memory": "96Mi"})["quota"].verdict == "problem"
    assert project.check({"cpu": "10m"})["quota"].verdict == "problem"  # says no memory
    for name, resources in (("second", fits), ("large", large), ("silent", {})):
        with pytest.raises(Exception, match=r"exceeded quota|must specify requests\.memory"):
            project.run_pod(name, resources)


def test_a_limit_range_refuses_exactly_where_the_api_server_does(project: Project) -> None:
    item = {"type": "Container", "max": {"memory": "64Mi"}, "default": {"memory": "32Mi"}}
    project.make("LimitRange", "sizes", spec={"limits": [item]})
    assert project.check({"cpu": "10m"})["limits"].verdict == "ok"
    assert project.run_pod("default", {}) == "scheduled"
    refused = project.check({"memory": "96Mi"})["limits"]
    assert refused.verdict == "problem"
    assert "memory 96Mi asked, the limit range sizes allows a container 64Mi" in refused.message
    with pytest.raises(Exception, match="maximum memory usage per Container is 64Mi"):
        project.run_pod("large", {"limits": {"memory": "96Mi"}})


def test_everything_that_is_named_is_looked_for(project: Project) -> None:
    profile: dict[str, Any] = {
        "pull_secrets": ["registry"],
        "env": {"TOKEN": {"secret": "db", "key": "token"}},
        "env_from": [{"config_map": "site"}, {"secret": "maybe", "optional": True}],
        "volumes": {"data": {"claim": "warehouse", "mount": "/data"}},
        "service_account": "runner",
        "priority_class": "nbflow-check-none",
        "runtime_class": "nbflow-check-none",
    }

    def missing() -> set[str]:
        return {
            " ".join(one.message.split()[:2])
            for one in project.findings()
            if one.verdict == "problem"
        }

    project.check(profile)
    cluster_wide = {"PriorityClass nbflow-check-none", "RuntimeClass nbflow-check-none"}
    inside = {"Secret registry", "Secret db", "ConfigMap site", "ServiceAccount runner"}
    assert missing() == cluster_wide | inside | {"PersistentVolumeClaim warehouse"}

    project.make("Secret", "registry")
    project.make("Secret", "db", stringData={"other": "x"})
    project.make("ConfigMap", "site", data={"a": "b"})
    project.make("ServiceAccount", "runner")
    asked = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}}
    project.make(
        "PersistentVolumeClaim", "warehouse", spec={**asked, "storageClassName": project.namespace}
    )
    assert missing() == cluster_wide | {"Secret db", "PersistentVolumeClaim warehouse"}

    project.core.patch_namespaced_secret("db", project.namespace, {"stringData": {"token": "x"}})
    volume = {
        "capacity": {"storage": "1Mi"},
        "accessModes": ["ReadWriteOnce"],
        "hostPath": {"path": f"/tmp/{project.namespace}"},
        "storageClassName": project.namespace,
    }
    project.core.create_persistent_volume({"metadata": {"name": project.namespace}, "spec": volume})
    try:
        until(
            lambda: (
                project.core.read_namespaced_persistent_volume_claim(
                    "warehouse", project.namespace
                ).status.phase
                == "Bound"
            )
        )
        assert missing() == cluster_wide
    finally:
        project.core.delete_persistent_volume(project.namespace)


ZONE = "nbflow-check.example/zone"


def wanting(**term: Any) -> dict[str, Any]:
    """An affinity to nodes whose zone is as said."""
    terms = [{"matchExpressions": [{"key": ZONE, **term}]}]
    required = {"nodeSelectorTerms": terms}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}


ODD_PODS: list[dict[str, Any]] = [
    {"asked": {NPU: "1"}},
    {"nodeSelector": {ZONE: "8"}},
    {"nodeSelector": {ZONE: "b"}},
    {"nodeSelector": {"nbflow-check.example/none": ""}},
    {"affinity": wanting(operator="In", values=["7", "8"])},
    {"affinity": wanting(operator="NotIn", values=["8"])},
    {"affinity": wanting(operator="Exists")},
    {"affinity": wanting(operator="DoesNotExist")},
    {"affinity": wanting(operator="Gt", values=["7"])},
    {"affinity": wanting(operator="Lt", values=["8"])},
    {"asked": {NPU: "1"}},
    {"asked": {NPU: "1"}},  # one too many
    {"asked": {"memory": "9Ti"}},
    {"asked": {"cpu": "900"}},
    {"asked": {"ephemeral-storage": "90Ti"}},
    {"asked": {"cpu": "1m", "memory": "1Mi"}},
]


def test_the_scheduler_agrees_pod_by_pod(project: Project, kube: k8s.ApiClient) -> None:
    node = project.core.list_node().items[0].metadata.name

    def mark(value: str | None) -> None:
        project.core.patch_node(node, {"metadata": {"labels": {ZONE: value}}})

    mark("8")
    try:
        with npus(kube, count=2):
            for number, one in enumerate(ODD_PODS):
                asked = one.get("asked", {})
                container = {"name": "base", "resources": {"requests": asked, "limits": asked}}
                rest = {key: value for key, value in one.items() if key != "asked"}
                pod = {"spec": {"containers": [container], **rest}}
                candidate = Candidate("it", None, project.namespace, pod)
                here = connect(environ=os.environ)
                found = preflight([candidate], cluster=here)
                (said,) = [each for each in found if each.check == "nodes"]
                done = project.run_pod(f"odd-{number}", {"limits": asked}, **rest)
                assert (said.verdict == "ok") is (done == "scheduled"), (one, said, done)
    finally:
        mark(None)


def test_a_volume_that_no_node_reaches_keeps_a_pod_waiting(project: Project) -> None:
    term = {"matchExpressions": [{"key": ZONE, "operator": "In", "values": ["nowhere"]}]}
    volume = {
        "capacity": {"storage": "1Mi"},
        "accessModes": ["ReadWriteOnce"],
        "hostPath": {"path": f"/tmp/{project.namespace}"},
        "storageClassName": project.namespace,
        "nodeAffinity": {"required": {"nodeSelectorTerms": [term]}},
    }
    project.make("PersistentVolume", project.namespace, spec=volume)
    try:
        asked = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}}
        spec = {**asked, "storageClassName": project.namespace}
        project.make("PersistentVolumeClaim", "warehouse", spec=spec)
        claims = project.core.read_namespaced_persistent_volume_claim
        until(lambda: claims("warehouse", project.namespace).status.phase == "Bound")
        found = project.check({"volumes": {"data": {"claim": "warehouse", "mount": "/data"}}})
        assert "cannot reach the volume of claim warehouse" in found["nodes"].message
        source = {"name": "data", "persistentVolumeClaim": {"claimName": "warehouse"}}
        assert "volume node affinity conflict" in project.run_pod("far", {}, volumes=[source])
    finally:
        project.core.delete_persistent_volume(project.namespace)


def test_a_namespace_that_is_not_there_is_the_only_problem(project: Project) -> None:
    teams = {"ds": {"namespace": "nbflow-check-none"}}
    found = project.check({"cpu": "10m", "pull_secrets": ["registry"]}, teams=teams)
    problems = [one for one in found.values() if one.verdict == "problem"]
    assert [one.message for one in problems] == ["there is no namespace nbflow-check-none"]


def test_airflows_account_must_be_there_and_may_run_pods(project: Project) -> None:
    airflow = {"service_account": f"{project.namespace}/worker"}
    absent = project.check({"cpu": "10m"}, airflow=airflow)["account"]
    assert "there is no service account worker" in absent.message
    project.make("ServiceAccount", "worker")
    powerless = project.check({"cpu": "10m"}, airflow=airflow)["account"]
    assert powerless.verdict == "problem"
    assert (
        f"{project.namespace}:worker may not create, get, list, watch, patch, delete pods; "
        in powerless.message
    )
    allow(
        project,
        "worker",
        {
            "apiGroups": [""],
            "resources": ["pods", "pods/log"],
            "verbs": ["create", "get", "list", "watch", "patch", "delete"],
        },
    )
    able = project.check({"cpu": "10m"}, airflow=airflow)["account"]
    assert (able.verdict, "may run pods" in able.message) == ("ok", True)


def test_an_account_without_any_right_learns_that_nothing_was_seen(project: Project) -> None:
    with as_account(project, "nobody"), pytest.raises(ClusterError, match="shows nothing"):
        project.check({"cpu": "10m"})


def test_what_an_account_may_not_read_is_unknown_and_not_missing(project: Project) -> None:
    with as_account(project, "reader"):
        allow(
            project,
            "reader",
            {"apiGroups": [""], "resources": ["serviceaccounts"], "verbs": ["get"]},
        )
        found = project.check({"cpu": "10m", "pull_secrets": ["registry"]})
    assert found["objects"].verdict == "unknown"
    assert found["objects"].message == "cannot see: your account may not read Secret registry"
    assert found["nodes"].message == "cannot see: your account may not list nodes"
    assert found["account"].verdict == "warning"
    assert "problem" not in {one.verdict for one in found.values()}
