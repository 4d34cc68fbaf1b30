"""The profile that a stage gets: one that the settings declare, or a new one to paste there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from nbflow.elyra.needs import Needs
from nbflow.model import Amount, Profile, Quantity


@dataclass(frozen=True)
class Declared:
    """The profiles of the settings.

    Attributes:
        profiles: by name, each with the image that its steps run in.
        default: name of the one that a stage gets which names none.
        taken: names that a new one cannot have, beside theirs.
    """

    profiles: Mapping[str, Profile]
    default: str
    taken: frozenset[str] = frozenset()

    def has(self, needs: Needs) -> str | None:
        """The name of the smallest one that has all of it; None where there is none."""
        fitting = [one for one in self.profiles.values() if _fits(one, needs)]
        return min(fitting, key=_rank).name if fitting else None

    def extended(self, needs: Needs) -> dict[str, Any]:
        """A new profile in the words of nbflow.yaml, which extends the smallest large enough."""
        if needs.size == Needs():
            base = self.default if self.default in self.profiles else None
        else:
            base = self.has(needs.size)
        return _section(needs, base=base)


def choose_profiles(
    wanted: Mapping[str, Needs], declared: Declared, *, shared: str
) -> tuple[dict[str, str], dict[str, dict[str, Any]]]:
    """A profile for each stage that needs something.

    It is the smallest of the settings that has all of it, otherwise a new one.

    Args:
        wanted: what stages need, by name.
        declared: the profiles of the settings.
        shared: name of a new profile that several stages have; that of one stage is named like it.

    Returns:
        The profiles' names by stage, and the new profiles in the words of nbflow.yaml, by name.
    """
    chosen: dict[str, str] = {}
    made: list[tuple[dict[str, Any], list[str]]] = []
    for stage, needs in wanted.items():
        if needs == Needs():
            continue
        name = declared.has(needs)
        if name is not None:
            chosen[stage] = name
            continue
        section = declared.extended(needs)
        users = next((users for other, users in made if other == section), None)
        if users is None:
            made.append((section, [stage]))
        else:
            users.append(stage)
    new: dict[str, dict[str, Any]] = {}
    for section, users in made:
        name = _free(
            shared if len(users) > 1 else users[0], {*declared.profiles, *declared.taken, *new}
        )
        new[name] = section
        chosen |= dict.fromkeys(users, name)
    return chosen, new


def _free(wanted: str, taken: set[str], joint: str = "_") -> str:
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}{joint}{number}", number + 1
    return name


def _fits(profile: Profile, needs: Needs) -> bool:
    if needs.image is not None and profile.image != needs.image:
        return False
    if not all(
        _holds(getattr(profile, name), needs.sizes.get(name), needs.sizes.get(f"{name}_limit"))
        for name in ("cpu", "memory")
    ):
        return False
    shm = needs.sizes.get("shm")
    if shm is not None and (profile.shm is None or profile.shm.amount < shm.amount):
        return False
    if (needs.gpus > 0) != (profile.gpu is not None):
        return False
    if profile.gpu is not None and (
        profile.gpu.count < needs.gpus or profile.gpu.resource != needs.resource
    ):
        return False
    mounted = {one.mount: one for one in profile.volumes}
    return (
        needs.env.items() <= dict(profile.env).items()
        and set(needs.secrets.values()) <= set(profile.env_references)
        and all(_same_volume(mounted.get(path), one) for path, one in needs.volumes.items())
        and all(one in profile.tolerations for one in needs.tolerations.values())
        and needs.labels.items() <= dict(profile.labels).items()
        and needs.annotations.items() <= dict(profile.annotations).items()
    )


def _same_volume(mounted: Any, wanted: Any) -> bool:
    if mounted is None:
        return False
    places = [(dict(one.source), one.read_only, one.sub_path) for one in (mounted, wanted)]
    return places[0] == places[1]


def _holds(amount: Amount | None, request: Quantity | None, limit: Quantity | None) -> bool:
    """Whether a profile sets aside as much as is requested, and lets as much be used."""
    if request is None and limit is None:
        return True
    if amount is None:
        return False
    aside = amount.request or amount.limit
    enough = request is None or (aside is not None and aside.amount >= request.amount)
    most = max(one.amount for one in (request, limit) if one is not None)
    return enough and (amount.limit is None or amount.limit.amount >= most)


def _rank(profile: Profile) -> tuple[int, Decimal, Decimal, str]:
    gpus = 0 if profile.gpu is None else profile.gpu.count
    return gpus, _most(profile.memory), _most(profile.cpu), profile.name


def _most(amount: Amount | None) -> Decimal:
    quantity = None if amount is None else amount.limit or amount.request
    return Decimal(0) if quantity is None else quantity.amount


def _section(needs: Needs, *, base: str | None) -> dict[str, Any]:
    """A profile in the words of nbflow.yaml; without the sizes, where another one has them."""
    section: dict[str, Any] = {"extends": base} if base is not None else {}
    section |= {"image": needs.image} if needs.image is not None else {}
    if base is None or needs.size == Needs():
        section |= _sizes(needs)
    env: dict[str, Any] = dict(needs.env)
    env |= {name: {"secret": one.secret, "key": one.key} for name, one in needs.secrets.items()}
    section |= {"env": env} if env else {}
    section |= {"volumes": _volumes(needs)} if needs.volumes else {}
    if needs.tolerations:
        section["tolerations"] = [dict(one) for one in needs.tolerations.values()]
    section |= {"labels": dict(needs.labels)} if needs.labels else {}
    section |= {"annotations": dict(needs.annotations)} if needs.annotations else {}
    return section


def _sizes(needs: Needs) -> dict[str, Any]:
    sizes: dict[str, Any] = {}
    for name in ("cpu", "memory"):
        given = {"request": needs.sizes.get(name), "limit": needs.sizes.get(f"{name}_limit")}
        amount = {word: _plain(one) for word, one in given.items() if one is not None}
        if amount:
            same = len(amount) == 2 and amount["request"] == amount["limit"]
            sizes[name] = amount["limit"] if same else amount
    if needs.gpus:
        usual = needs.gpu_resource is None or needs.resource == Needs().resource
        sizes["gpu"] = needs.gpus if usual else {"count": needs.gpus, "resource": needs.resource}
    if "shm" in needs.sizes:
        sizes["shm"] = _plain(needs.sizes["shm"])
    return sizes


def _plain(quantity: Quantity) -> str | int:
    return int(quantity.text) if quantity.text.isdigit() else quantity.text


def _volumes(needs: Needs) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path, volume in needs.volumes.items():
        claim = volume.source["persistentVolumeClaim"]["claimName"]
        # Of a pod's volume, as Kubernetes wants it: a DNS label.
        stem = re.sub(r"[^a-z0-9]+", "-", claim.lower())[:50].strip("-") or "volume"
        name = _free(stem, set(found), "-")
        found[name] = {"claim": claim, "mount": path}
        found[name] |= {"sub_path": volume.sub_path} if volume.sub_path else {}
        found[name] |= {"read_only": True} if volume.read_only else {}
    return found
