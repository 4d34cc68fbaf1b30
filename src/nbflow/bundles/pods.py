"""Pods in the DAG file: Kubernetes' own models, as Airflow's documentation writes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from nbflow.bundles.layout import Call, Code, lay_out
from nbflow.bundles.literals import literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.model import Plan, PlannedStep

_FUNCTION = '''\
def pods():
    """Say which pods the KubernetesExecutor gives tasks; other executors do not ask."""
    if get_parsing_context().task_id:
        return {}  # a task that runs has its pod, and these models take long to import
    from kubernetes.client import models as k8s

'''
# https://github.com/kubernetes-client/python/blob/master/kubernetes/docs/V1Pod.md
_MODELS = {
    "metadata": "V1ObjectMeta",
    "spec": "V1PodSpec",
    "containers": "V1Container",
    "resources": "V1ResourceRequirements",
    "env": "V1EnvVar",
    "valueFrom": "V1EnvVarSource",
    "secretKeyRef": "V1SecretKeySelector",
    "volumeMounts": "V1VolumeMount",
    "volumes": "V1Volume",
    "emptyDir": "V1EmptyDirVolumeSource",
    "tolerations": "V1Toleration",
}


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


def pods_function(plan: Plan, names: Mapping[str, str]) -> str:
    """The function of the DAG file that makes the pods."""
    named = {names[step.name]: step.pod for step in plan.steps if step.pod is not None}
    made = {name: _call("V1Pod", pod) for name, pod in named.items()}
    return _FUNCTION + "    " + lay_out(made, before="return ", indent=4) + "\n"


def pod_override(name: str) -> dict[str, Any]:
    """What a task's `executor_config` says to get the pod of this name."""
    return {"pod_override": Code(f"PODS.get({literal(name)})")}


def _new_name(step: PlannedStep, taken: Mapping[str, Any]) -> str:
    """The profile's name where it says all; beside it the step's where the step says more."""
    wanted = step.profile.name
    return wanted if wanted not in taken else f"{wanted} for {step.name}"


def _call(model: str, fields: Mapping[str, Any]) -> Call:
    keywords = {_snake(key): _field(key, value) for key, value in fields.items()}
    return Call(f"k8s.{model}", (), keywords)


def _field(key: str, value: Any) -> Any:
    model = _MODELS.get(key)
    if model is None:
        return value
    if isinstance(value, list):
        return [_call(model, item) for item in value]
    return _call(model, value)


def _snake(key: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).lower()
