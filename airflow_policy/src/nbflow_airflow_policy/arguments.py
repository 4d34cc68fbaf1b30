"""What a task was given, mapped tasks included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from inspect import signature
from typing import Any

from nbflow_airflow_policy.faults import Fault, Words

POD_OPERATOR = "KubernetesPodOperator"
_PROVIDER = "airflow.providers.cncf.kubernetes."
# Of the provider's operators those whose pods all pass `pod_mutation_hook`.
_READABLE = {
    POD_OPERATOR,
    "_KubernetesCmdDecoratedOperator",
    "_KubernetesDecoratedOperator",
}
_GIVEN = "_BaseOperator__init_kwargs"

# The arguments of KubernetesPodOperator that say where a pod runs and what it may do.
POD_FIELDS = {
    "namespace": "metadata.namespace",
    "annotations": "metadata.annotations",
    "affinity": "spec.affinity",
    "container_security_context": "spec.containers[0].securityContext",
    "env_vars": "spec.containers[0].env",
    "hostnetwork": "spec.hostNetwork",
    "image": "spec.containers[0].image",
    "init_containers": "spec.initContainers",
    "node_selector": "spec.nodeSelector",
    "ports": "spec.containers[0].ports",
    "priority_class_name": "spec.priorityClassName",
    "runtime_class_name": "spec.runtimeClassName",
    "schedulername": "spec.schedulerName",
    "security_context": "spec.securityContext",
    "service_account_name": "spec.serviceAccountName",
    "tolerations": "spec.tolerations",
    "volumes": "spec.volumes",
}
TEMPLATES = ("full_pod_spec", "pod_template_dict", "pod_template_file")
CREDENTIALS = ("cluster_context", "config_file")
PLACES = ("executor", "queue", "run_as_user")
_GOVERNED = {*POD_FIELDS, *TEMPLATES, *CREDENTIALS}
_ALWAYS_GOVERNED = {"executor_config", *PLACES}


class Open(Exception):
    """What a task is given is known only when it runs."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        said = Words("known only when it runs")
        self.fault = Fault(field, said, "what a policy speaks of must stand in the DAG file")


def operator_class(task: Any) -> type:
    """The class of a task's operator."""
    found = task.operator_class if getattr(task, "is_mapped", False) else type(task)
    return found if isinstance(found, type) else type(task)


def makes_pods(kind: type) -> bool:
    """Whether an operator is a KubernetesPodOperator."""
    return any(one.__name__ == POD_OPERATOR and _provided(one) for one in kind.__mro__)


def unreadable_class(kind: type) -> str | None:
    """The operator of Kubernetes' provider that makes something else than pods, if it is one."""
    for one in kind.__mro__:
        is_operator = one.__name__.endswith(("Operator", "Sensor"))
        if is_operator and _provided(one) and one.__name__ not in _READABLE:
            return one.__name__
    return None


def given_to(task: Any) -> Iterator[dict[str, Any]]:
    """The arguments of a task by name; of a mapped one those of each instance that is written down.

    Raises:
        Open: an instance is given something that a policy speaks of, and it is not written down.
    """
    if not getattr(task, "is_mapped", False):
        yield {**getattr(task, _GIVEN, {}), **vars(task)}
        return
    common = {**_usual_connections(operator_class(task)), **task.partial_kwargs}
    yield common
    for more in _expansions(getattr(task.expand_input, "value", None), operator_class(task)):
        yield {**common, **more}


def _usual_connections(kind: type) -> dict[str, str]:
    """The connections that an operator takes where nobody names one."""
    found: dict[str, str] = {}
    for make in filter(None, (vars(one).get("__init__") for one in kind.__mro__[:-1])):
        for name, parameter in signature(make).parameters.items():
            if name.endswith("conn_id") and isinstance(parameter.default, str):
                found.setdefault(name, parameter.default)
    return found


def _expansions(value: Any, kind: type) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):  # expand(name=[…])
        for name, each in value.items():
            if not is_governed(name, kind):
                continue
            if isinstance(each, Mapping):
                each = list(each.values())
            if not isinstance(each, list | tuple):
                raise Open(f"expand({name}=…)")
            yield from ({name: one} for one in each)
    elif isinstance(value, list | tuple):  # expand_kwargs([{…}, …])
        for one in value:
            if not isinstance(one, Mapping):
                raise Open("expand_kwargs(…)")
            yield one
    elif value is not None:
        raise Open("expand_kwargs(…)")


def is_governed(name: str, kind: type) -> bool:
    """Whether a policy speaks of an argument of this name."""
    if name in _ALWAYS_GOVERNED or name.endswith("conn_id"):
        return True
    return name in _GOVERNED and makes_pods(kind)


def _provided(kind: type) -> bool:
    return kind.__module__.startswith(_PROVIDER)
