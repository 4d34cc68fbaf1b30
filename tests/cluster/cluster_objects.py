"""Nodes, pods and what stands in a namespace, as the API server would answer."""

from __future__ import annotations

from typing import Any

REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def node(
    name: str = "node-1",
    *,
    labels: dict[str, str] | None = None,
    taints: list[dict[str, str]] | None = None,
    unschedulable: bool = False,
    **allocatable: str,
) -> dict[str, Any]:
    """A node; `gpu` stands for nvidia.com/gpu."""
    capacity = {"cpu": "4", "memory": "16Gi", "ephemeral-storage": "100Gi", "pods": "110"}
    capacity |= allocatable
    if "gpu" in capacity:
        capacity["nvidia.com/gpu"] = capacity.pop("gpu")
    return {
        "metadata": {"name": name, "labels": labels or {}},
        "spec": {"taints": taints or [], "unschedulable": unschedulable},
        "status": {"allocatable": capacity},
    }


def pod(
    requests: dict[str, str] | None = None,
    *,
    limits: dict[str, str] | None = None,
    on: str | None = None,
    phase: str = "Running",
    **spec: Any,
) -> dict[str, Any]:
    """A pod with one container."""
    container = {"name": "base", "resources": {"requests": requests or {}, "limits": limits or {}}}
    whole = {"containers": [container], **spec, **({"nodeName": on} if on else {})}
    return {"metadata": {"name": "a-pod"}, "spec": whole, "status": {"phase": phase}}


def limit_range(**item: Any) -> dict[str, Any]:
    """A LimitRange named `sizes`, of containers where it does not say otherwise."""
    return {"metadata": {"name": "sizes"}, "spec": {"limits": [{"type": "Container", **item}]}}


def quota(
    hard: dict[str, str], *, used: dict[str, str] | None = None, **spec: Any
) -> dict[str, Any]:
    """A ResourceQuota named `team`."""
    return {
        "metadata": {"name": "team"},
        "spec": {"hard": hard, **spec},
        "status": {"hard": hard, "used": used or {}},
    }
