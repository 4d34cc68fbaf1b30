"""Where a pod could run, and what is in its way there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from nbflow.cluster.amounts import NONE, Amounts, pod_amounts, read_amounts, sum_amounts

# What Kubernetes itself puts on a node that takes no further pods (`kubectl cordon`).
_CORDON = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}


@dataclass(frozen=True)
class Place:
    """A node, or one that a pool would bring.

    Attributes:
        name: for messages.
        labels: of the node.
        taints: as in Kubernetes.
        capacity: what pods can ask for, by resource.
        used: what the pods that are there have asked for.
        cordoned: it takes no further pods.
        far: the claims whose volumes cannot be reached from there.
    """

    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: Sequence[Mapping[str, Any]] = ()
    capacity: Amounts = field(default_factory=dict)
    used: Amounts = field(default_factory=dict)
    cordoned: bool = False
    far: Sequence[str] = ()

    def emptied(self) -> Place:
        """The same without any pod."""
        return replace(self, used={})

    def room(self, resource: str) -> Decimal:
        """How much of a resource is left."""
        return self.capacity.get(resource, NONE) - self.used.get(resource, NONE)


@dataclass(frozen=True)
class Obstacle:
    """Why a pod cannot run in a place.

    Attributes:
        sort: `cordon`, `label`, `affinity`, `volume`, `taint` or `resource`.
        subject: which label, claim, taint or resource.
        asked: how much of the resource.
        room: how much of it there is.
    """

    sort: str
    subject: str
    asked: Decimal = NONE
    room: Decimal = NONE


def read_nodes(
    nodes: Iterable[Mapping[str, Any]], *, pods: Iterable[Mapping[str, Any]]
) -> tuple[Place, ...]:
    """The cluster's nodes, with what the pods on them have asked for."""
    on_node: dict[str, list[Amounts]] = {}
    for pod in pods:
        if (pod.get("status") or {}).get("phase") not in {"Succeeded", "Failed"}:
            where = pod["spec"].get("nodeName") or ""
            on_node.setdefault(where, []).append(whole_pod(pod))
    return tuple(_read_node(node, on_node.get(node["metadata"]["name"], [])) for node in nodes)


def _read_node(node: Mapping[str, Any], pods: Iterable[Amounts]) -> Place:
    metadata, spec, status = node["metadata"], node.get("spec") or {}, node.get("status") or {}
    return Place(
        name=metadata["name"],
        labels=metadata.get("labels") or {},
        taints=spec.get("taints") or (),
        capacity=read_amounts(status.get("allocatable")),
        used=sum_amounts(pods),
        cordoned=bool(spec.get("unschedulable")),
    )


def apart_from(place: Place, volumes: Mapping[str, Mapping[str, Any]]) -> Place:
    """A place that knows which volumes it cannot reach.

    Args:
        place: any.
        volumes: the PersistentVolumes that a pod mounts, by claim.
    """
    required = {
        claim: ((volume["spec"].get("nodeAffinity") or {}).get("required") or {})
        for claim, volume in volumes.items()
    }
    far = [claim for claim, one in required.items() if one and not _selected(one, place)]
    return replace(place, far=tuple(far))


def whole_pod(pod: Mapping[str, Any]) -> dict[str, Decimal]:
    """What a pod takes of a node: what it asks for, and one of the pods that a node can hold."""
    return {**pod_amounts(pod), "pods": Decimal(1)}


def obstacles(pod: Mapping[str, Any], place: Place) -> tuple[Obstacle, ...]:
    """All that is in a pod's way to a place, as the scheduler's filters see it."""
    spec = pod.get("spec") or {}
    tolerations = spec.get("tolerations") or []
    found: list[Obstacle] = []
    if place.cordoned and not _tolerated(_CORDON, tolerations):
        found.append(Obstacle("cordon", ""))
    for key, value in (spec.get("nodeSelector") or {}).items():
        if place.labels.get(key) != value:
            found.append(Obstacle("label", f"{key}={value}"))
    if not _attracted(spec.get("affinity") or {}, place):
        found.append(Obstacle("affinity", ""))
    found += [Obstacle("volume", claim) for claim in place.far]
    for taint in place.taints:
        own = taint["key"] != _CORDON["key"] and taint["effect"] != "PreferNoSchedule"
        if own and not _tolerated(taint, tolerations):
            found.append(Obstacle("taint", write_taint(taint)))
    for resource, asked in whole_pod(pod).items():
        # A pool says what matters of it; how many pods its nodes hold is not said.
        counted = resource != "pods" or "pods" in place.capacity
        if counted and asked > max(place.room(resource), NONE):
            found.append(Obstacle("resource", resource, asked, place.room(resource)))
    return tuple(found)


def write_taint(taint: Mapping[str, Any]) -> str:
    """A taint as kubectl writes it."""
    value = f"={taint['value']}" if taint.get("value") else ""
    return f"{taint['key']}{value}:{taint['effect']}"


def _tolerated(taint: Mapping[str, Any], tolerations: Iterable[Mapping[str, Any]]) -> bool:
    return any(_tolerates(one, taint) for one in tolerations)


def _tolerates(toleration: Mapping[str, Any], taint: Mapping[str, Any]) -> bool:
    """See https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/."""
    key, exists = toleration.get("key"), toleration.get("operator") == "Exists"
    if toleration.get("effect") not in {None, "", taint["effect"]}:
        return False
    if not key:
        return exists
    same = (toleration.get("value") or "") == (taint.get("value") or "")
    return bool(key == taint["key"] and (exists or same))


def _attracted(affinity: Mapping[str, Any], place: Place) -> bool:
    """Whether the node affinity that is required holds."""
    nodes = affinity.get("nodeAffinity") or {}
    required = nodes.get("requiredDuringSchedulingIgnoredDuringExecution")
    return not required or _selected(required, place)


def _selected(selector: Mapping[str, Any], place: Place) -> bool:
    """Of a node selector's terms one is enough."""
    return any(_described(term, place) for term in selector.get("nodeSelectorTerms") or [])


def _described(term: Mapping[str, Any], place: Place) -> bool:
    labels, fields = term.get("matchExpressions") or [], term.get("matchFields") or []
    if not labels and not fields:
        return False
    known = {"metadata.name": place.name}
    return all(_holds(one, place.labels) for one in labels) and all(
        _holds(one, known) for one in fields
    )


def _holds(requirement: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    value, values = labels.get(requirement["key"]), requirement.get("values") or []
    match requirement["operator"]:
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case operator:
            return _compared(operator, value, values)


def _compared(operator: str, value: str | None, values: Sequence[str]) -> bool:
    try:
        own, other = int(value or ""), int(values[0])
    except (ValueError, IndexError):
        return False
    return own > other if operator == "Gt" else own < other
