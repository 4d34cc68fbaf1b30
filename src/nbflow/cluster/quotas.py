"""Whether a namespace's quotas leave room for a pod."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from nbflow.cluster.amounts import NONE, pod_amounts, read_amounts, sum_amounts, write_amount
from nbflow.cluster.findings import Answer, Verdict

# Counted both under their own name and with `requests.` before it.
_PLAIN = ("cpu", "memory", "ephemeral-storage")
# A quota on one of these refuses pods that do not say it.
_TO_BE_SAID = {
    "cpu": "`cpu:`",
    "memory": "`memory:`",
    "requests.cpu": "`cpu:`",
    "requests.memory": "`memory:`",
    "limits.cpu": "`cpu: {limit: …}`",
    "limits.memory": "`memory: {limit: …}`",
}


def judge_quotas(pod: Mapping[str, Any], quotas: Sequence[Mapping[str, Any]]) -> list[Answer]:
    """Whether each quota that counts this pod has room for it."""
    counted = [one for one in quotas if _counts(one, pod)]
    wanted = usage(pod)
    found = [answer for quota in counted for answer in _judge(quota, wanted)]
    if not found and counted:
        names = ", ".join(one["metadata"]["name"] for one in counted)
        return [Answer(Verdict.OK, f"there is room in {names}")]
    return found


def usage(pod: Mapping[str, Any]) -> dict[str, Decimal]:
    """What a pod takes of quotas, by the quotas' names of resources."""
    asked, most = pod_amounts(pod), pod_amounts(pod, "limits")
    taken = {f"requests.{name}": amount for name, amount in asked.items()}
    taken |= {
        name: amount
        for name, amount in asked.items()
        if name in _PLAIN or name.startswith("hugepages-")
    }
    taken |= {f"limits.{name}": amount for name, amount in most.items() if name in _PLAIN}
    return {**taken, **_claims(pod), "pods": Decimal(1), "count/pods": Decimal(1)}


def _claims(pod: Mapping[str, Any]) -> dict[str, Decimal]:
    """Of the volumes that are made for the pod."""
    claims = [
        one["ephemeral"]["volumeClaimTemplate"]["spec"]
        for one in pod["spec"].get("volumes") or []
        if "ephemeral" in one
    ]
    if not claims:
        return {}
    number = Decimal(len(claims))
    storage = sum_amounts(read_amounts(one["resources"].get("requests")) for one in claims)
    return {
        "persistentvolumeclaims": number,
        "count/persistentvolumeclaims": number,
        **{f"requests.{name}": amount for name, amount in storage.items()},
    }


def _judge(quota: Mapping[str, Any], wanted: Mapping[str, Decimal]) -> Iterable[Answer]:
    name, status = quota["metadata"]["name"], quota.get("status") or {}
    hard = read_amounts(status.get("hard") or quota["spec"].get("hard"))
    used = read_amounts(status.get("used"))
    for resource, most in sorted(hard.items()):
        asked, taken = wanted.get(resource, NONE), used.get(resource, NONE)
        plain = resource.removeprefix("requests.").removeprefix("limits.")
        if resource not in wanted and resource in _TO_BE_SAID:
            yield Answer(
                Verdict.PROBLEM,
                f"the pod is refused: quota {name} counts {resource}, and the pod says none",
                hint=f"say {_TO_BE_SAID[resource]} in the profile",
                resources=(plain,),
            )
        if not asked or taken + asked <= most:
            continue
        numbers = (
            f"{resource} {write_amount(resource, asked, up=True)} asked,"
            f" {write_amount(resource, taken, up=True)} of {write_amount(resource, most)} used"
        )
        if asked > most:
            yield Answer(
                Verdict.PROBLEM,
                f"quota {name} is too small: {numbers}",
                hint="ask for less, or have the quota raised",
                resources=(plain,),
                waits=True,
            )
        else:
            yield Answer(
                Verdict.WARNING,
                f"quota {name} is full now: {numbers}",
                hint="pods are refused until others of the namespace end",
                resources=(plain,),
            )


def _counts(quota: Mapping[str, Any], pod: Mapping[str, Any]) -> bool:
    """Whether the quota's scopes take in this pod."""
    spec = quota["spec"]
    scopes = [{"scopeName": name, "operator": "Exists"} for name in spec.get("scopes") or []]
    scopes += (spec.get("scopeSelector") or {}).get("matchExpressions") or []
    return all(_in_scope(one, pod["spec"]) for one in scopes)


def _in_scope(scope: Mapping[str, Any], spec: Mapping[str, Any]) -> bool:
    pod = {"spec": spec}
    effort = {*pod_amounts(pod), *pod_amounts(pod, "limits")} & {"cpu", "memory"}
    match scope["scopeName"]:
        case "Terminating":
            return spec.get("activeDeadlineSeconds") is not None
        case "NotTerminating":
            return spec.get("activeDeadlineSeconds") is None
        case "BestEffort":
            return not effort
        case "NotBestEffort":
            return bool(effort)
        case "PriorityClass":
            return _in_priority(scope, spec.get("priorityClassName"))
        case _:  # CrossNamespacePodAffinity, and whatever is newer
            return False


def _in_priority(scope: Mapping[str, Any], name: str | None) -> bool:
    values = scope.get("values") or []
    match scope["operator"]:
        case "In":
            return name in values
        case "NotIn":
            return name not in values
        case "Exists":
            return name is not None
        case _:
            return name is None
