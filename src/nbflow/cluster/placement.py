"""Whether some node has room for a pod, and if none, why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from nbflow.cluster.amounts import NONE, write_amount
from nbflow.cluster.findings import Answer, Verdict
from nbflow.cluster.places import Obstacle, Place, obstacles

_OWN = "node.kubernetes.io/"


def judge_placement(
    pod: Mapping[str, Any],
    *,
    nodes: Sequence[Place],
    pools: Sequence[Place] = (),
    pods_seen: bool = True,
) -> Answer:
    """Where a pod could run.

    Args:
        pod: as the API server would keep it.
        nodes: the cluster's, with what is used of them.
        pools: an empty node of each pool that can grow.
        pods_seen: it is known what is used of the nodes.
    """
    empty = [one for one in nodes if not obstacles(pod, one.emptied())]
    free = [one for one in empty if not obstacles(pod, one)]
    if free and pods_seen:
        return Answer(Verdict.OK, f"fits now, on {len(free)} of {_count(nodes)}")
    grown = next((one for one in pools if not obstacles(pod, one)), None)
    if grown is not None:
        return Answer(Verdict.OK, f"fits after scale-up of {grown.name}")
    if empty and not pods_seen:
        return Answer(
            Verdict.UNKNOWN,
            f"fits an empty node ({len(empty)} of {_count(nodes)}); whether one has room now"
            " cannot be seen",
            hint="your account may not list the pods of all namespaces",
        )
    if empty:
        return Answer(
            Verdict.WARNING,
            f"fits an empty node (busy now): {_reasons(pod, empty, busy=True)}",
            hint="the pod waits until others end; a smaller profile may have room",
            resources=_short_of(pod, empty),
        )
    reasons = [_reasons(pod, [one.emptied() for one in nodes])] if nodes else []
    reasons += [_reasons(pod, pools, noun="pool")] if pools else []
    return Answer(
        Verdict.PROBLEM,
        f"fits no node: {'; '.join(reasons) or 'the cluster has none'}",
        hint=_way_out(pod, nodes=nodes, pools=pools),
        resources=_short_of(pod, [*(one.emptied() for one in nodes), *pools]),
        waits=True,
    )


def judge_beyond(pod: Mapping[str, Any]) -> Answer | None:
    """What the scheduler heeds and `judge_placement` does not, or None."""
    spec = pod.get("spec") or {}
    affinity = spec.get("affinity") or {}
    required = "requiredDuringSchedulingIgnoredDuringExecution"
    spread = spec.get("topologySpreadConstraints") or []
    kinds = ("podAffinity", "podAntiAffinity")
    beyond = [f"`{kind}`" for kind in kinds if (affinity.get(kind) or {}).get(required)]
    if any(one.get("whenUnsatisfiable") == "DoNotSchedule" for one in spread):
        beyond.append("`topology_spread`")
    if spec.get("schedulerName") not in {None, "default-scheduler"}:
        beyond.append(f"the rules of the scheduler {spec['schedulerName']!r}")
    if not beyond:
        return None
    return Answer(Verdict.UNKNOWN, f"{' and '.join(beyond)} may exclude more nodes; not looked at")


def _short_of(pod: Mapping[str, Any], places: Iterable[Place]) -> tuple[str, ...]:
    """The resources of which some place has too little."""
    found = (one for place in places for one in obstacles(pod, place))
    return tuple(sorted({one.subject for one in found if one.sort == "resource"}))


def _count(places: Sequence[Place], noun: str = "node") -> str:
    return f"{len(places)} {noun}{'' if len(places) == 1 else 's'}"


def _reasons(
    pod: Mapping[str, Any], places: Sequence[Place], *, noun: str = "node", busy: bool = False
) -> str:
    """Every obstacle with the number of places that have it, the most frequent first."""
    found: dict[tuple[str, str, bool], list[Obstacle]] = {}
    for place in places:
        for one in obstacles(pod, place):
            has_none = one.sort == "resource" and not place.capacity.get(one.subject)
            found.setdefault((one.sort, one.subject, has_none), []).append(one)
    # The most frequent first; then a resource that is not there before one that is short.
    ordered = sorted(found.items(), key=lambda it: (-len(it[1]), it[0][0], not it[0][2], it[0][1]))
    return "; ".join(
        f"{len(same)} of {_count(places, noun)}: {_reason(same, has_none=key[2], busy=busy)}"
        for key, same in ordered
    )


def _reason(same: Sequence[Obstacle], *, has_none: bool, busy: bool) -> str:
    one = same[0]
    match one.sort:
        case "cordon":
            return "cordoned"
        case "label":
            return f"no label {one.subject}"
        case "affinity":
            return "the required node affinity does not hold"
        case "volume":
            return f"cannot reach the volume of claim {one.subject}"
        case "taint":
            return f"taint {one.subject} not tolerated"
    if has_none:
        return f"has no {one.subject}"
    asked = write_amount(one.subject, one.asked, up=True)
    room = write_amount(one.subject, max(max(each.room for each in same), NONE))
    return f"{one.subject} {asked} asked, {f'{room} free' if busy else f'at most {room}'}"


def _way_out(pod: Mapping[str, Any], *, nodes: Sequence[Place], pools: Sequence[Place]) -> str:
    """What to change for the place that is nearest to having the pod."""
    places = [*(one.emptied() for one in nodes), *pools]
    if not places:
        return "describe pools that grow from none under `cluster: {autoscaled: …}`"
    nearest = min(places, key=lambda place: len(obstacles(pod, place)))
    advice = [_advice(one, nearest, places) for one in obstacles(pod, nearest)]
    return f"for {nearest.name}: {'; '.join(dict.fromkeys(advice))}"


def _advice(obstacle: Obstacle, nearest: Place, places: Iterable[Place]) -> str:
    sorts: dict[str, Callable[[Obstacle, Place, Iterable[Place]], str]] = {
        "label": _advise_label,
        "taint": _advise_taint,
        "resource": _advise_resource,
    }
    if obstacle.sort in sorts:
        return sorts[obstacle.sort](obstacle, nearest, places)
    if obstacle.sort == "cordon":
        return "it takes no further pods until `kubectl uncordon`"
    if obstacle.sort == "volume":
        return f"`kubectl describe pv` shows where the volume of {obstacle.subject} is"
    return "correct the profile's `affinity:`"


def _advise_label(obstacle: Obstacle, nearest: Place, places: Iterable[Place]) -> str:
    key = obstacle.subject.partition("=")[0]
    if key in nearest.labels:
        return f"its {key} is {nearest.labels[key]}; correct `node_selector:`"
    known = sorted({place.labels[key] for place in places if key in place.labels})
    if not known:
        return f"no node has the label {key}; correct `node_selector:`"
    return f"{key} is {' or '.join(known)} on other nodes; correct `node_selector:`"


def _advise_taint(obstacle: Obstacle, nearest: Place, _: Iterable[Place]) -> str:
    key, _sep, effect = obstacle.subject.rpartition(":")
    key, equals, value = key.partition("=")
    if key.startswith(_OWN):
        why = key.removeprefix(_OWN)
        return f"the node is marked {why}; see `kubectl describe node {nearest.name}`"
    how = f"operator: Equal, value: {value}" if equals else "operator: Exists"
    return f"add `tolerations: [{{key: {key}, {how}, effect: {effect}}}]`"


def _advise_resource(obstacle: Obstacle, nearest: Place, places: Iterable[Place]) -> str:
    resource = obstacle.subject
    if nearest.capacity.get(resource):
        room = write_amount(resource, nearest.room(resource))
        return f"ask for at most {room} of {resource}"
    if "/" not in resource:
        return f"it has no {resource} at all; say `{resource}:` in the `capacity:` of a pool"
    known = {name for place in places for name, amount in place.capacity.items() if amount}
    others = sorted(name for name in known if "/" in name)
    has = f"nodes have {', '.join(others)}" if others else "no node has such a resource"
    return f"{has}; does the device plugin of {resource} run there?"
