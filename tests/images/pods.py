"""Run one pod on a real cluster, as restricted as a cluster may ask."""

from __future__ import annotations

import os
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kubernetes import client, config

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

IMAGE = os.environ.get("NBFLOW_TEST_IMAGE", "localhost/nbflow-runtime:test")
NAMESPACE = "default"
HOST = os.environ.get("NBFLOW_TEST_HOST", "10.244.0.1")
"""Where pods reach the machine that they run on."""


@dataclass(frozen=True)
class Ended:
    """How a pod ended.

    Attributes:
        status: its container's exit status.
        log: what it wrote.
        seconds: from its container's start to its end, as Kubernetes counts: whole ones.
    """

    status: int
    log: str
    seconds: float


def run_pod(
    *command: str,
    environ: Mapping[str, str] | None = None,
    folders: Mapping[str, Path] | None = None,
    scratch: Sequence[str] = (),
    timeout: float = 120,
) -> Ended:
    """Run a command in the image and wait for its end.

    Args:
        command: the program and its arguments.
        environ: environment variables.
        folders: folders of this machine by their path in the pod.
        scratch: paths in the pod that can be written; with some, nothing else can be.
        timeout: seconds.
    """
    config.load_kube_config()
    core = client.CoreV1Api()
    name = f"images-{uuid.uuid4().hex[:10]}"
    places = [(path, {"hostPath": {"path": str(at)}}) for path, at in (folders or {}).items()]
    places += [(path, {"emptyDir": {}}) for path in scratch]
    core.create_namespaced_pod(NAMESPACE, _pod(name, command, environ or {}, places, bool(scratch)))
    try:
        return _wait(core, name, timeout)
    finally:
        core.delete_namespaced_pod(name, NAMESPACE, grace_period_seconds=0)


def _pod(
    name: str,
    command: Sequence[str],
    environ: Mapping[str, str],
    places: Sequence[tuple[str, dict[str, Any]]],
    read_only: bool,
) -> dict[str, Any]:
    named = [(f"v{number}", path, source) for number, (path, source) in enumerate(places)]
    return {
        "metadata": {"name": name},
        "spec": {
            "restartPolicy": "Never",
            "dnsPolicy": "Default",
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [
                {
                    "name": "step",
                    "image": IMAGE,
                    "imagePullPolicy": "Never",
                    "command": list(command),
                    "env": [{"name": key, "value": value} for key, value in environ.items()],
                    "volumeMounts": [{"name": key, "mountPath": path} for key, path, _ in named],
                    "securityContext": {
                        "allowPrivilegeEscalation": False,
                        "capabilities": {"drop": ["ALL"]},
                        "readOnlyRootFilesystem": read_only,
                    },
                }
            ],
            "volumes": [{"name": key, **source} for key, _, source in named],
        },
    }


def _wait(core: client.CoreV1Api, name: str, timeout: float) -> Ended:
    limit = time.monotonic() + timeout
    while time.monotonic() < limit:
        status = core.read_namespaced_pod(name, NAMESPACE).status
        ended = status.container_statuses and status.container_statuses[0].state.terminated
        if ended:
            # Else the client hands out the bytes as Python writes them.
            answer = core.read_namespaced_pod_log(name, NAMESPACE, _preload_content=False)
            log = answer.data.decode()
            seconds = (ended.finished_at - ended.started_at).total_seconds()
            return Ended(ended.exit_code, log, seconds)
        time.sleep(0.1)
    events = core.list_namespaced_event(NAMESPACE, field_selector=f"involvedObject.name={name}")
    told = "; ".join(event.message for event in events.items)
    raise AssertionError(f"the pod did not end in {timeout} s: {status.phase}: {told}")
