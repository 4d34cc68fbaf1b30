"""Which profile is large enough, and which is the smallest of those."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from nbflow import planning
from nbflow.errors import PolicyError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbflow.model import Amount, Profile
    from nbflow.settings import Settings

__all__ = [
    "HEADROOM",
    "Demand",
    "next_larger",
    "set_aside",
    "size",
    "smallest",
    "usable_profiles",
    "would_do",
]

HEADROOM = Decimal("1.25")
"""What a profile must have of each resource, as a multiple of what was seen to be needed."""


@dataclass(frozen=True)
class Demand:
    """What a step was seen to need.

    Attributes:
        memory: bytes, the peak of all peaks.
        cores: that were busy on average; None where nobody measured.
        given: bytes that were too few, where the step ran out of memory; None where it did not.
    """

    memory: int
    cores: float | None = None
    given: int | None = None


def usable_profiles(*, settings: Settings, team: str | None) -> tuple[Profile, ...]:
    """The profiles that a team may use.

    Raises:
        SettingsError: there is no such team.
    """
    whose = planning.find_team(team, settings=settings)
    found = []
    for profile in settings.profiles.values():
        try:
            planning.check_policy(profile, team=whose)
        except PolicyError:
            continue
        found.append(profile)
    return tuple(found)


def set_aside(amount: Amount | None) -> Decimal | None:
    """How much of a resource a node sets aside; None where a profile does not say."""
    quantity = None if amount is None else amount.request or amount.limit
    return None if quantity is None else quantity.amount


def would_do(profile: Profile, demand: Demand) -> bool:
    """Whether a profile sets aside enough, with the headroom.

    A profile that does not say how much memory it has is no size, and never would.
    """
    memory, cores = set_aside(profile.memory), set_aside(profile.cpu)
    if memory is None or memory < demand.memory * HEADROOM:
        return False
    if demand.given is not None and memory <= demand.given:
        return False
    return cores is None or demand.cores is None or cores >= Decimal(demand.cores) * HEADROOM


def size(profile: Profile) -> tuple[int, Decimal, Decimal, float, str]:
    """Sorts profiles by size: accelerators, memory, cores, then price and name."""
    return (
        profile.gpu.count if profile.gpu else 0,
        set_aside(profile.memory) or Decimal(0),
        set_aside(profile.cpu) or Decimal(0),
        float("inf") if profile.price is None else profile.price,
        profile.name,
    )


def smallest(
    demand: Demand, *, of: Iterable[Profile], instead: Profile | None = None
) -> Profile | None:
    """The smallest profile that would do; None where none would.

    Args:
        demand: what the step needs.
        of: the profiles to choose from.
        instead: the profile that the step has: what nobody measured (accelerators, disk, image)
            must be there in the new one too. It is kept where no other one is smaller or cheaper,
            and one that goes to other nodes is taken only where none would do that goes to the
            same.
    """
    enough = [one for one in of if would_do(one, demand) and _has_the_rest(one, instead)]
    if instead is None:
        return min(enough, key=size, default=None)
    near = [one for one in enough if _place(one) == _place(instead)]
    return min(near or enough, key=lambda one: _kept(one, instead), default=None)


def _kept(one: Profile, instead: Profile) -> tuple[object, ...]:
    """As `size`, but of the same size and price the one that a step has comes first."""
    *sizes, name = size(one)
    return (*sizes, name != instead.name, name)


def _place(one: Profile) -> tuple[object, ...]:
    """What decides on which nodes a pod may be, and when."""
    return (
        dict(one.node_selector),
        dict(one.affinity),
        [dict(each) for each in one.tolerations],
        one.runtime_class,
        one.scheduler,
        one.priority_class,
    )


def next_larger(profile: Profile, *, of: Iterable[Profile]) -> Profile | None:
    """The profile to take when the memory of this one was not enough; None where there is none.

    It is what `escalate_to` names, else the smallest one with more memory.
    """
    others = [one for one in of if one.name != profile.name]
    for one in others:
        if one.name == profile.escalate_to:
            return one
    had = _most(profile.memory)
    larger = [
        one
        for one in others
        if had is not None and (_most(one.memory) or 0) > had and _has_the_rest(one, profile)
    ]
    return min(larger, key=size, default=None)


def _most(amount: Amount | None) -> Decimal | None:
    quantity = None if amount is None else amount.limit or amount.request
    return None if quantity is None else quantity.amount


def _has_the_rest(profile: Profile, other: Profile | None) -> bool:
    if other is None:
        return True
    if profile.image != other.image:
        return False
    if (set_aside(profile.disk) or 0) < (set_aside(other.disk) or 0):
        return False
    if other.gpu is None:
        return True
    gpu = profile.gpu
    return (
        gpu is not None
        and gpu.resource == other.gpu.resource
        and gpu.count >= other.gpu.count
        and other.gpu.product in {None, gpu.product}
    )
