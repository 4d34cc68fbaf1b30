"""What the API server makes of a pod before it is scheduled, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from nbflow.cluster.amounts import container_amounts, pod_amounts, read_amounts, write_amount
from nbflow.cluster.findings import Answer, Verdict


def admitted(
    pod: Mapping[str, Any],
    *,
    limit_ranges: Iterable[Mapping[str, Any]] = (),
    runtime_class: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The pod with what a namespace's limit ranges and its runtime class add.

    Args:
        pod: as it would be sent.
        limit_ranges: the LimitRanges of its namespace.
        runtime_class: the RuntimeClass that it names.
    """
    spec = dict(pod.get("spec") or {})
    if runtime_class is not None:
        placed = runtime_class.get("scheduling") or {}
        selector = {**(placed.get("nodeSelector") or {}), **spec.get("nodeSelector", {})}
        spec |= {
            "overhead": (runtime_class.get("overhead") or {}).get("podFixed") or {},
            "nodeSelector": selector,
            "tolerations": [*spec.get("tolerations", []), *(placed.get("tolerations") or [])],
        }
    limits = list(_of_type("Container", limit_ranges))
    spec["containers"] = [_sized(one, limits) for one in spec.get("containers", [])]
    return {**pod, "spec": spec}


def _sized(
    container: Mapping[str, Any], limits: Sequence[tuple[str, Mapping[str, Any]]]
) -> dict[str, Any]:
    said = container.get("resources") or {}
    most = dict(said.get("limits") or {})
    # First the request that a limit means, then what limit ranges give.
    asked = {**most, **(said.get("requests") or {})}
    for _, item in limits:
        most = {**(item.get("default") or {}), **most}
        asked = {**(item.get("defaultRequest") or {}), **asked}
    return {**container, "resources": {"requests": asked, "limits": most}}


def _of_type(
    wanted: str, limit_ranges: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for one in limit_ranges:
        for item in (one.get("spec") or {}).get("limits") or []:
            if item.get("type") == wanted:
                yield one["metadata"]["name"], item


def judge_limits(pod: Mapping[str, Any], limit_ranges: Sequence[Mapping[str, Any]]) -> list[Answer]:
    """Whether a pod, with what was added to it, keeps to the limit ranges of its namespace."""
    sized = [("container", one) for one in pod["spec"].get("containers", [])]
    found = [
        answer
        for name, item in _of_type("Container", limit_ranges)
        for _, one in sized
        for answer in _compare(
            name,
            "container",
            item,
            asked=container_amounts(one, "requests"),
            most=container_amounts(one, "limits"),
        )
    ]
    found += [
        answer
        for name, item in _of_type("Pod", limit_ranges)
        for answer in _compare(
            name, "pod", item, asked=pod_amounts(pod), most=pod_amounts(pod, "limits")
        )
    ]
    if not found and limit_ranges:
        return [Answer(Verdict.OK, "within the namespace's limit ranges")]
    return found


def _compare(
    name: str,
    whole: str,
    item: Mapping[str, Any],
    *,
    asked: Mapping[str, Decimal],
    most: Mapping[str, Decimal],
) -> Iterator[Answer]:
    for resource, highest in read_amounts(item.get("max")).items():
        wanted = max(asked.get(resource, Decimal(0)), most.get(resource, Decimal(0)))
        allowed = write_amount(resource, highest)
        if wanted > highest:
            text = write_amount(resource, wanted, up=True)
            yield _refusal(
                f"{resource} {text} asked, the limit range {name} allows a {whole} {allowed}",
                f"ask for at most {allowed} of {resource}, or have the limit range changed",
                resource,
            )
        elif resource not in most:
            yield _refusal(
                f"the limit range {name} wants a limit of {resource} on a {whole}",
                f"say `{{limit: …}}` of {resource}, at most {allowed}",
                resource,
            )
    for resource, lowest in read_amounts(item.get("min")).items():
        wanted = asked.get(resource, Decimal(0))
        if wanted < lowest:
            least = write_amount(resource, lowest, up=True)
            yield _refusal(
                f"{resource} {write_amount(resource, wanted)} asked, the limit range {name} takes"
                f" a {whole} with {least} or more",
                f"ask for {least} of {resource} or more",
                resource,
            )
    for resource, ratio in read_amounts(item.get("maxLimitRequestRatio")).items():
        if most.get(resource, Decimal(0)) > ratio * asked.get(resource, Decimal(0)):
            yield _refusal(
                f"the limit range {name} takes a limit of {resource} of at most {ratio:f} times the"
                " request",
                f"lower the limit of {resource}, or raise the request",
                resource,
            )


def _refusal(message: str, hint: str, resource: str) -> Answer:
    said = f"the pod is refused: {message}"
    return Answer(Verdict.PROBLEM, said, hint, resources=(resource,))
