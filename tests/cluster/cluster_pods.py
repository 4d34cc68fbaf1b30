"""Ask a real cluster for pods, as one account or another."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from kubernetes import client as k8s
from kubernetes.client.exceptions import ApiException
from kubernetes.dynamic import DynamicClient
from kubernetes.stream import stream

from waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

IMAGE = "docker.io/library/python:3.11-slim-bookworm"


def apply(
    admin: k8s.ApiClient, manifests: tuple[dict[str, Any], ...], *, folder: Path
) -> dict[str, str]:
    """What `kubectl apply --server-side` does; returns the objects' versions."""
    dynamic = DynamicClient(admin, cache_file=str(folder / "discovery.json"))
    versions = {}
    for one in manifests:
        kind = dynamic.resources.get(api_version=one["apiVersion"], kind=one["kind"])
        made = dynamic.server_side_apply(
            kind, one, namespace=one["metadata"].get("namespace"), field_manager="nbflow-tests"
        )
        where = one["metadata"].get("namespace", "")
        versions[f"{one['kind']} {where}/{made.metadata.name}"] = made.metadata.resourceVersion
    return versions


@contextmanager
def connected(client: k8s.ApiClient) -> Iterator[k8s.ApiClient]:
    """A client whose connections are closed in the end, which it does not do of itself."""
    with client:
        try:
            yield client
        finally:
            client.rest_client.pool_manager.clear()


def signed_in(
    admin: k8s.ApiClient, namespace: str, account: str
) -> AbstractContextManager[k8s.ApiClient]:
    """A client with a token of this account, as a pod or an Airflow outside would have."""
    asked = {"spec": {"audiences": [], "expirationSeconds": 3600}}
    answer = k8s.CoreV1Api(admin).create_namespaced_service_account_token(account, namespace, asked)
    chosen = k8s.Configuration()
    chosen.host = admin.configuration.host
    chosen.ssl_ca_cert = admin.configuration.ssl_ca_cert
    chosen.verify_ssl = admin.configuration.verify_ssl
    chosen.api_key = {"authorization": f"Bearer {answer.status.token}"}
    return connected(k8s.ApiClient(chosen))


def pod(name: str, program: str = "print('hello')", **spec: Any) -> dict[str, Any]:
    """A small pod as a restricted namespace takes it; `container` holds further fields of it."""
    container = {
        "name": "base",
        "image": IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "command": ["python3", "-c", program],
        "resources": {
            "requests": {"cpu": "10m", "memory": "32Mi"},
            "limits": {"cpu": "500m", "memory": "128Mi"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        },
        **spec.pop("container", {}),
    }
    return {
        "metadata": {"name": name},
        "spec": {
            "restartPolicy": "Never",
            "dnsPolicy": "Default",
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 1000,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [container],
            **spec,
        },
    }


def with_secret(name: str) -> dict[str, Any]:
    reference = {"secretKeyRef": {"name": name, "key": "word"}}
    return {"env": [{"name": "WORD", "valueFrom": reference}]}


@contextmanager
def ignored(status: int) -> Iterator[None]:
    try:
        yield
    except ApiException as error:
        if error.status != status:
            raise


@contextmanager
def forbidden(*words: str) -> Iterator[None]:
    """The request inside is refused with 403, in these words."""
    with pytest.raises(ApiException) as caught:
        yield
    assert caught.value.status == 403, caught.value
    message = json.loads(caught.value.body)["message"]
    assert all(word in message for word in words), message


@contextmanager
def created(client: k8s.ApiClient, namespace: str, asked: dict[str, Any]) -> Iterator[str]:
    """A pod that is there inside, made and removed by one account; yields its name."""
    core = k8s.CoreV1Api(client)
    name = core.create_namespaced_pod(namespace, asked).metadata.name
    try:
        yield name
    finally:
        core.delete_namespaced_pod(name, namespace, grace_period_seconds=0)


def ended(core: k8s.CoreV1Api, namespace: str, name: str) -> str:
    """The phase in which a pod ended."""

    def phase() -> str | None:
        now = core.read_namespaced_pod(name, namespace).status.phase
        return now if now in {"Succeeded", "Failed"} else None

    found: str = until(phase, f"pod {name} to end")
    return found


def log_of(core: k8s.CoreV1Api, namespace: str, name: str) -> str:
    """What a pod's container printed."""
    # Read as it came: made into text, the client's answer is what Python would write for bytes.
    answer = core.read_namespaced_pod_log(name, namespace, _preload_content=False)
    printed: bytes = answer.data
    return printed.decode().strip()


def output_of(core: k8s.CoreV1Api, namespace: str, name: str, command: list[str]) -> str:
    """What a command prints that is executed in a pod."""
    asked = {"command": command, "stdout": True, "_preload_content": False}
    connection = stream(core.connect_get_namespaced_pod_exec, name, namespace, **asked)
    try:
        connection.run_forever(timeout=30)
        printed: str = connection.read_all()
    finally:
        # Its `close` leaves the socket open where the other side closed first.
        connection.sock.shutdown()
    return printed.strip()


def used(core: k8s.CoreV1Api, namespace: str) -> dict[str, str]:
    found: dict[str, str] = core.read_namespaced_resource_quota("nbflow", namespace).status.used
    return found or {}


def present(core: k8s.CoreV1Api, namespaces: set[str]) -> set[str]:
    return namespaces & {one.metadata.name for one in core.list_namespace().items}


def says_no_less(actual: Any, wanted: Any) -> bool:
    """Everything that was asked for is there; Kubernetes adds defaults of its own."""
    if isinstance(wanted, dict):
        return all(says_no_less((actual or {}).get(key), value) for key, value in wanted.items())
    if isinstance(wanted, list) and wanted:
        return len(actual) == len(wanted) and all(map(says_no_less, actual, wanted))
    return bool(actual == wanted or not (actual or wanted))
