"""The other profiles that a step may run on, and what the `pod` backend needs of each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from nbflow.errors import PolicyError, SettingsError
from nbflow.planning.pods import pod
from nbflow.planning.resources import choose_profile, extended_resources
from nbflow.planning.tenancy import check_policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.model import Profile, Quantity, StepOptions
    from nbflow.settings import Settings, Team

POD_BACKEND = "pod"
"""The backend whose every step has a pod, chosen when it runs."""


def image_of(profile: Profile, *, settings: Settings) -> str | None:
    """The image that a step with this profile runs in; None where the settings name none.

    `defaults: {image: …}` is for pods that nbflow makes: Airflow's own keep Airflow's image.
    """
    if profile.image is None and settings.backend == POD_BACKEND:
        return settings.defaults.image
    return profile.image


def pod_profile(profile: Profile, *, settings: Settings) -> Profile:
    """A profile with what a pod cannot do without.

    Raises:
        SettingsError: nobody names an image, or the pod would not see the store.
    """
    image = image_of(profile, settings=settings)
    if image is None:
        raise SettingsError(
            "no image is named, and a pod needs one",
            hint="set `image:` on the profile, or `defaults: {image: …}` in nbflow.yaml",
        )
    _check_store(profile, settings=settings)
    return replace(profile, image=image)


def alternatives(
    options: StepOptions, *, own: str, settings: Settings, team: Team | None
) -> dict[str, Mapping[str, Any]]:
    """The pods of the other profiles that a step's team may use, by profile.

    A profile that the step could not run on is left out: one without an image or a way to the
    store, or with something that the team may not use.
    """
    found: dict[str, Mapping[str, Any]] = {}
    for name in settings.profiles:
        if name == own:
            continue
        try:
            limits = _higher(options.limits, settings.profiles[name])
            own_options = replace(options, profile=name, limits=limits)
            other = choose_profile(own_options, settings=settings)
            other = pod_profile(other, settings=settings)
            check_policy(other, team=team, secrets=options.secrets, in_pods=True)
            made = pod(
                other,
                own_options,
                extended=extended_resources(own_options),
                team=team,
                always=True,
            )
        except (PolicyError, SettingsError):
            continue
        if made is not None:
            found[name] = made
    return found


def _higher(limits: Mapping[str, Quantity], profile: Profile) -> dict[str, Quantity]:
    """A step's own limits, without those that would take from another profile what it has more."""
    has = {"cpu": profile.cpu, "memory": profile.memory, "ephemeral-storage": profile.disk}

    def is_less(resource: str, limit: Quantity) -> bool:
        amount = has.get(resource)
        if amount is None:  # the profile has none, or all of the node
            return resource in has
        return amount.limit is None or limit.amount <= amount.limit.amount

    return {name: limit for name, limit in limits.items() if not is_less(name, limit)}


def ladder(name: str, *, settings: Settings) -> int:
    """How many larger profiles a step can still be tried on."""
    steps, profile = 0, settings.profiles[name]
    while profile.escalate_to is not None:
        steps, profile = steps + 1, settings.profiles[profile.escalate_to]
    return steps + (settings.profiles[name].fallback is not None)


def _check_store(profile: Profile, *, settings: Settings) -> None:
    """A folder must be mounted where it has the same path."""
    if "://" in settings.store:
        return
    store = PurePosixPath(settings.store)
    mounts = [PurePosixPath(one.mount) for one in profile.volumes if not one.read_only]
    if not any(store.is_relative_to(mount) for mount in mounts):
        raise SettingsError(
            f"the store {settings.store!r} is a folder that the pods do not see",
            hint="use a store that has a URL, such as s3://…, or give the profile a volume that is "
            "mounted there",
        )
