"""How much a pod asks for, as Kubernetes counts it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import reduce
from typing import Any, Literal

from nbflow.model import Quantity

Amounts = Mapping[str, Decimal]
Field = Literal["requests", "limits"]

NONE = Decimal(0)
_BYTES = ("memory", "storage", "ephemeral-storage")
_UNITS = [(unit, Decimal(1024) ** power) for power, unit in reversed(list(enumerate("KMGTPE", 1)))]


def read_amounts(quantities: Mapping[str, Any] | None) -> dict[str, Decimal]:
    """Amounts by resource, from what a manifest says."""
    return {name: Quantity(str(text)).amount for name, text in (quantities or {}).items()}


def sum_amounts(many: Iterable[Amounts]) -> dict[str, Decimal]:
    """All of them together."""
    total: dict[str, Decimal] = {}
    for amounts in many:
        for name, amount in amounts.items():
            total[name] = total.get(name, NONE) + amount
    return total


def container_amounts(container: Mapping[str, Any], field: Field) -> dict[str, Decimal]:
    """What one container asks for; where it only says a limit, that is its request too."""
    said = container.get("resources") or {}
    limits = read_amounts(said.get("limits"))
    return limits if field == "limits" else {**limits, **read_amounts(said.get("requests"))}


def pod_amounts(pod: Mapping[str, Any], field: Field = "requests") -> dict[str, Decimal]:
    """What a pod asks for.

    Its containers together, or what it takes to start them if that is more: see
    https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers
    """
    spec = pod.get("spec") or {}
    containers = [container_amounts(one, field) for one in spec.get("containers") or []]
    sidecars: list[dict[str, Decimal]] = []
    peaks: list[dict[str, Decimal]] = []
    for one in spec.get("initContainers") or []:
        own = container_amounts(one, field)
        peaks.append(sum_amounts([*sidecars, own]))
        if one.get("restartPolicy") == "Always":
            sidecars.append(own)
    total = reduce(_larger, peaks, sum_amounts([*containers, *sidecars]))
    # What is said of the pod as a whole stands in place of the sum.
    total |= read_amounts((spec.get("resources") or {}).get(field))
    overhead = read_amounts(spec.get("overhead"))
    if field == "limits":  # no limit stays no limit
        overhead = {name: amount for name, amount in overhead.items() if name in total}
    return sum_amounts([total, overhead])


def _larger(one: dict[str, Decimal], other: dict[str, Decimal]) -> dict[str, Decimal]:
    return {name: max(one.get(name, NONE), other.get(name, NONE)) for name in {**one, **other}}


def write_amount(resource: str, amount: Decimal, *, up: bool = False) -> str:
    """An amount for people, which Kubernetes takes too: `22.4Gi`, `3.5`.

    Args:
        resource: of what; bytes are written in binary units.
        amount: how much.
        up: rounded up (what is asked for), else down (what there is).
    """
    rounding = ROUND_CEILING if up else ROUND_FLOOR
    name = resource.removeprefix("requests.").removeprefix("limits.")
    if name in _BYTES or name.startswith("hugepages-"):
        for unit, size in _UNITS:
            if abs(amount) >= size:
                return f"{_plain((amount / size).quantize(Decimal('0.1'), rounding))}{unit}i"
    return _plain(amount.quantize(Decimal("0.001"), rounding))


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
