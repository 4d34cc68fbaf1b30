"""What else a pod needs to be there, by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nbflow.cluster.findings import Answer, Verdict
from nbflow.model import nearest

_OF_THE_CLUSTER = ("PriorityClass", "RuntimeClass", "StorageClass")


@dataclass(frozen=True)
class Reference:
    """Something in the cluster that a pod names.

    Attributes:
        kind: as in a manifest.
        name: its name.
        use: what the pod wants of it.
        key: the key that must be in it, or None.
        variable: the environment variable that gets the key, or None.
    """

    kind: str
    name: str
    use: str
    key: str | None = None
    variable: str | None = None


def references(pod: Mapping[str, Any]) -> tuple[Reference, ...]:
    """All that must be there for the pod to start; what is optional is left out."""
    return tuple(dict.fromkeys(_found(pod["spec"])))


def _found(spec: Mapping[str, Any]) -> Iterator[Reference]:
    yield Reference("ServiceAccount", spec.get("serviceAccountName") or "default", "to run as")
    if spec.get("priorityClassName"):
        yield Reference("PriorityClass", spec["priorityClassName"], "its priority")
    if spec.get("runtimeClassName"):
        yield Reference("RuntimeClass", spec["runtimeClassName"], "its runtime")
    for one in spec.get("imagePullSecrets") or []:
        yield Reference("Secret", one["name"], "to pull the image")
    for container in spec.get("containers") or []:
        yield from _of_environment(container)
    for volume in spec.get("volumes") or []:
        yield from _of_volume(volume)


def _of_environment(container: Mapping[str, Any]) -> Iterator[Reference]:
    for variable in container.get("env") or []:
        source = variable.get("valueFrom") or {}
        for field, kind in (("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap")):
            one = source.get(field)
            if one and not one.get("optional"):
                name = variable["name"]
                yield Reference(kind, one["name"], f"for {name}", one["key"], name)
    for source in container.get("envFrom") or []:
        for field, kind in (("secretRef", "Secret"), ("configMapRef", "ConfigMap")):
            one = source.get(field)
            if one and not one.get("optional"):
                yield Reference(kind, one["name"], "as environment variables")


def _of_volume(volume: Mapping[str, Any]) -> Iterator[Reference]:
    use = f"as volume {volume['name']}"
    if "persistentVolumeClaim" in volume:
        claim = volume["persistentVolumeClaim"]["claimName"]
        yield Reference("PersistentVolumeClaim", claim, use)
    if "ephemeral" in volume:
        storage = volume["ephemeral"]["volumeClaimTemplate"]["spec"].get("storageClassName")
        if storage:
            yield Reference("StorageClass", storage, use)


def judge_missing(
    same: Sequence[Reference], *, namespace: str, known: Iterable[str] = ()
) -> Answer:
    """What to say of an object that is not there, once for all that is wanted of it.

    Args:
        same: the references to it.
        namespace: where it was looked for.
        known: names of objects of its kind that are there, as far as that can be seen.
    """
    one = same[0]
    variables = tuple(dict.fromkeys(each.variable for each in same if each.variable is not None))
    uses = dict.fromkeys(each.use for each in same if each.variable is None)
    wanted = " and ".join([*([f"for {', '.join(variables)}"] if variables else []), *uses])
    near = nearest(one.name, sorted(known))
    guess = "" if near is None else f"did you mean {near!r}? "
    place = "in nbflow.yaml or the step's tag" if variables else "in nbflow.yaml"
    return Answer(
        Verdict.PROBLEM,
        f"{one.kind} {one.name} ({wanted}) is not there{_where(one, namespace)}",
        hint=f"{guess}correct the name {place}, or have it made",
        variables=variables,
    )


def _where(one: Reference, namespace: str) -> str:
    return "" if one.kind in _OF_THE_CLUSTER else f" in namespace {namespace}"


def judge_reference(
    one: Reference,
    found: Mapping[str, Any] | None,
    *,
    namespace: str,
    storage_class: Mapping[str, Any] | None = None,
) -> Answer:
    """Whether what is named is there, and as it must be.

    Args:
        one: what is named.
        found: the object, None where there is none.
        namespace: where it is looked for; of what belongs to the whole cluster nothing is said.
        storage_class: of a claim that has no volume yet, None where it is not known.
    """
    what = f"{one.kind} {one.name}"
    keys = {**((found or {}).get("data") or {}), **((found or {}).get("binaryData") or {})}
    if found is None:
        return judge_missing([one], namespace=namespace)
    if one.key is not None and one.key not in keys:
        return Answer(
            Verdict.PROBLEM,
            f"{what} ({one.use}) has no key {one.key}{_where(one, namespace)}",
            hint=f"its keys are: {', '.join(sorted(keys)) or 'none'}",
            variables=() if one.variable is None else (one.variable,),
        )
    if one.kind == "PersistentVolumeClaim":
        return _judge_claim(what, found, storage_class=storage_class)
    return Answer(Verdict.OK, f"{what} is there")


def _judge_claim(
    what: str, claim: Mapping[str, Any], *, storage_class: Mapping[str, Any] | None
) -> Answer:
    phase = (claim.get("status") or {}).get("phase", "Pending")
    if phase == "Bound":
        return Answer(Verdict.OK, f"{what} is bound")
    mode = (storage_class or {}).get("volumeBindingMode")
    if phase == "Pending" and mode == "WaitForFirstConsumer":
        return Answer(Verdict.OK, f"{what} is bound when its first pod comes")
    return Answer(
        Verdict.PROBLEM,
        f"{what} is {phase}: it has no volume",
        hint=f"see `kubectl describe pvc {claim['metadata']['name']}`; pods wait until it is Bound",
    )
