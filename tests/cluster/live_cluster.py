"""A namespace of a real cluster, and what tests do there."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from kubernetes import client as k8s
from kubernetes.utils import create_from_dict

from nbflow import api
from nbflow.cluster import Finding
from waiting import until

# A resource and a taint of our own: whoever else uses the cluster is left alone.
NPU = "nbflow-check.example/npu"
NPU_TAINT = {"key": NPU, "value": "present", "effect": "NoSchedule"}
IMAGE = "docker.io/library/python:3.11-slim-bookworm"


def make_namespace(core: k8s.CoreV1Api, name: str) -> None:
    """Make a namespace, and wait until pods may be made in it."""
    core.create_namespace({"metadata": {"name": name}})
    spec = {"containers": [{"name": "base", "image": "none"}]}
    asked = {"metadata": {"name": "asked"}, "spec": spec}

    def taken() -> bool:
        # The account that pods run as, and its token, are made a while after the namespace.
        try:
            core.create_namespaced_pod(name, asked, dry_run="All")
        except k8s.ApiException:
            return False
        return True

    until(taken)


@dataclass(frozen=True)
class Project:
    """A folder with settings, and a namespace in the cluster for its team `ds`."""

    folder: Path
    namespace: str
    client: k8s.ApiClient

    @property
    def core(self) -> k8s.CoreV1Api:
        return k8s.CoreV1Api(self.client)

    def make(self, kind: str, name: str, *, version: str = "v1", **fields: Any) -> None:
        """Make an object in the namespace."""
        metadata = {"name": name, "namespace": self.namespace}
        manifest = {"apiVersion": version, "kind": kind, "metadata": metadata, **fields}
        create_from_dict(self.client, manifest)
        if kind == "ResourceQuota":
            # Pods that come before Kubernetes has counted for the first time count only later.
            until(
                lambda: self.core.read_namespaced_resource_quota(name, self.namespace).status.hard
            )

    def check(self, profile: dict[str, Any], **sections: Any) -> dict[str, Finding]:
        """The worst finding of each check for a profile with these fields."""
        team = {"namespace": self.namespace}
        said = {"profiles": {"it": profile}, "teams": {"ds": team}, **sections}
        (self.folder / "nbflow.yaml").write_text(yaml.safe_dump(said), encoding="utf-8")
        order = ["problem", "warning", "unknown", "ok"]
        found = self.findings(team="ds")
        ranked = sorted(found, key=lambda one: order.index(one.verdict), reverse=True)
        return {one.check: one for one in ranked}

    def findings(self, *, team: str | None = None) -> tuple[Finding, ...]:
        """Every finding of the profile that was checked last."""
        with kept("node"):
            return api.check_profiles(api.load_settings(self.folder), names=["it"], team=team)

    def run_pod(self, name: str, resources: dict[str, Any], **fields: Any) -> str:
        """Send a pod; `scheduled`, or what the scheduler says of it."""
        container = {"name": "base", "image": IMAGE, "command": ["sleep", "600"]}
        spec = {
            "containers": [
                {**container, "imagePullPolicy": "IfNotPresent", "resources": resources}
            ],
            "terminationGracePeriodSeconds": 0,
            **fields,
        }

        def verdict() -> str | None:
            pod = self.core.read_namespaced_pod(name, self.namespace)
            for one in pod.status.conditions or []:
                if one.type == "PodScheduled":
                    return "scheduled" if one.status == "True" else one.message
            return None

        with kept("node"):
            self.make("Pod", name, spec=spec)
            return str(until(verdict))


_changed: set[str] = set()


@contextmanager
def kept(what: str, *, alone: bool = False) -> Iterator[None]:
    """No other worker changes what all tests share, while the body goes on.

    Args:
        what: `node`, the one that there is, or `network`, that of its pods.
        alone: this worker changes it, so that no other may need it meanwhile.
    """
    if what in _changed:  # by this worker itself
        yield
        return
    with (Path(tempfile.gettempdir()) / f"nbflow-check-{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        if alone:
            _changed.add(what)
        try:
            yield
        finally:
            _changed.discard(what)


@contextmanager
def npus(kube: k8s.ApiClient, *, count: int, taint: bool = False) -> Iterator[None]:
    """One node has accelerators, and a taint if asked, while the body goes on."""
    core = k8s.CoreV1Api(kube)
    node = core.list_node().items[0].metadata.name
    path = f"/status/capacity/{NPU.replace('/', '~1')}"

    def allocatable() -> dict[str, str]:
        return dict(core.read_node(node).status.allocatable)

    def mark(taints: list[dict[str, str]]) -> None:
        others = [
            {"key": one.key, "value": one.value, "effect": one.effect}
            for one in core.read_node(node).spec.taints or []
            if one.key != NPU
        ]
        core.patch_node(node, [{"op": "add", "path": "/spec/taints", "value": others + taints}])

    with kept("node", alone=True):
        core.patch_node_status(node, [{"op": "add", "path": path, "value": str(count)}])
        try:
            mark([NPU_TAINT] if taint else [])
            until(lambda: allocatable().get(NPU) == str(count))
            yield
        finally:
            mark([])
            core.patch_node_status(node, [{"op": "remove", "path": path}])
            until(lambda: NPU not in allocatable())


def allow(project: Project, account: str, *rules: dict[str, list[str]]) -> None:
    """Give an account of the namespace rights in it."""
    group = "rbac.authorization.k8s.io"
    version = f"{group}/v1"
    project.make("Role", account, version=version, rules=list(rules))
    project.make(
        "RoleBinding",
        account,
        version=version,
        roleRef={"apiGroup": group, "kind": "Role", "name": account},
        subjects=[{"kind": "ServiceAccount", "name": account, "namespace": project.namespace}],
    )


@contextmanager
def as_account(project: Project, account: str) -> Iterator[None]:
    """KUBECONFIG leads to the cluster as an account of the namespace."""
    project.make("ServiceAccount", account)
    request = {"spec": {"audiences": None}}
    token = project.core.create_namespaced_service_account_token(
        account, project.namespace, request
    ).status.token
    here = project.client.configuration
    authority = {"certificate-authority": here.ssl_ca_cert} if here.ssl_ca_cert else {}
    path = project.folder / "kubeconfig"
    content = {
        "clusters": [{"name": "c", "cluster": {"server": here.host, **authority}}],
        "users": [{"name": "u", "user": {"token": token}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "c",
    }
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    before = os.environ["KUBECONFIG"]
    os.environ["KUBECONFIG"] = str(path)
    try:
        yield
    finally:
        os.environ["KUBECONFIG"] = before
