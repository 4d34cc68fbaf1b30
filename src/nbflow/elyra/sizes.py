"""The profile that a stage gets: one that the settings declare, or a new one to paste there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from nbflow.elyra.needs import Needs
from nbflow.model import Amount, Profile, Quantity


@dataclass
class Profiles:
    """What profiles stages get.

    Attributes:
        declared: those of the settings, each with the image that its steps run in.
        default: name of the one that a stage gets which names none.
        new: those to paste into nbflow.yaml, in its words.
    """

    declared: Mapping[str, Profile]
    default: str
    new: dict[str, dict[str, Any]] = field(default_factory=dict)

    def choose(self, needs: Needs, *, stage: str) -> str | None:
        """The name of the profile for these needs; None where there are none.

        It is the smallest that is declared and has all of it; otherwise a new one, which extends
        the smallest that is large enough.
        """
        if needs == Needs():
            return None
        fitting = [one for one in self.declared.values() if _fits(one, needs)]
        if fitting:
            return min(fitting, key=_rank).name
        section = _section(needs, base=self._base(needs.size))
        same = next((name for name, other in self.new.items() if other == section), None)
        if same is not None:
            return same
        name, number = stage, 2
        while name in self.declared or name in self.new:
            name, number = f"{stage}_{number}", number + 1
        self.new[name] = section
        return name

    def _base(self, size: Needs) -> str | None:
        if size == Needs():
            return self.default if self.default in self.declared else None
        enough = [one for one in self.declared.values() if _fits(one, size)]
        return min(enough, key=_rank).name if enough else None


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
        name, number = stem, 2
        while name in found:
            name, number = f"{stem}-{number}", number + 1
        found[name] = {"claim": claim, "mount": path}
        found[name] |= {"sub_path": volume.sub_path} if volume.sub_path else {}
        found[name] |= {"read_only": True} if volume.read_only else {}
    return found
