"""Pods in the DAG file: the manifests that Kubernetes would get."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.bundles.layout import Code, assign
from nbflow.bundles.literals import literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.model import Plan, PlannedStep

_FUNCTION = '''\
def pods():
    """Say which pods the KubernetesExecutor gives tasks; other executors do not ask."""
    if get_parsing_context().task_id:
        return {}  # a task that runs has its pod, and Kubernetes' models take long to import
    from kubernetes.client import ApiClient

    def model(manifest):
        text = SimpleNamespace(data=json.dumps(manifest))
        return ApiClient().deserialize(text, "V1Pod")

    return {name: model(manifest) for name, manifest in MANIFESTS.items()}
'''


def pod_names(plan: Plan) -> dict[str, str]:
    """The name of each step's pod, by step; steps that ask for the same pod share it."""
    names: dict[str, str] = {}
    seen: dict[str, Mapping[str, Any]] = {}
    for step in plan.steps:
        if step.pod is None:
            continue
        name = next((known for known, pod in seen.items() if pod == step.pod), None)
        if name is None:
            name = _new_name(step, seen)
            seen[name] = step.pod
        names[step.name] = name
    return names


def pods_function() -> str:
    """The function of the DAG file that makes the pods."""
    return _FUNCTION


def manifests(plan: Plan, names: Mapping[str, str]) -> str:
    """The constant of the DAG file that holds the pods, as Kubernetes writes them."""
    named = {names[step.name]: step.pod for step in plan.steps if step.pod is not None}
    return "# Where steps run: Kubernetes pods by name.\n" + assign("MANIFESTS", named) + "\n"


def pod_override(name: str) -> dict[str, Any]:
    """What a task's `executor_config` says to get the pod of this name."""
    return {"pod_override": Code(f"PODS.get({literal(name)})")}


def _new_name(step: PlannedStep, taken: Mapping[str, Any]) -> str:
    """The profile's name where it says all; beside it the step's where the step says more."""
    wanted = step.profile.name
    return wanted if wanted not in taken else f"{wanted} for {step.name}"
