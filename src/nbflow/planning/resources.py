"""What a step runs on: its own word, the notebook's, the settings'."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nbflow.errors import SettingsError
from nbflow.model import Amount, Gpu, StepOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.model import Profile, Quantity, Secret
    from nbflow.settings import Settings

# Kubernetes' names of the resources that a profile has a field for.
FIELDS = ("cpu", "memory", "ephemeral-storage")


def choose_options(step: StepOptions, notebook: StepOptions) -> StepOptions:
    """A step's options, each from the notebook's defaults where the step does not say it.

    Mappings and secrets are united, the step's entry winning.
    """
    return StepOptions(
        profile=step.profile or notebook.profile,
        image=step.image or notebook.image,
        limits={**notebook.limits, **step.limits},
        retries=notebook.retries if step.retries is None else step.retries,
        timeout=notebook.timeout if step.timeout is None else step.timeout,
        cache=notebook.cache if step.cache is None else step.cache,
        labels={**notebook.labels, **step.labels},
        annotations={**notebook.annotations, **step.annotations},
        secrets=_unite(step.secrets, notebook.secrets),
    )


def _unite(own: tuple[Secret, ...], wider: tuple[Secret, ...]) -> tuple[Secret, ...]:
    taken = {secret.env for secret in own}
    return (*(secret for secret in wider if secret.env not in taken), *own)


def find_profile(name: str, *, settings: Settings) -> Profile:
    """The profile of this name.

    Raises:
        SettingsError: there is none.
    """
    if name not in settings.profiles:
        from nbflow.model import known_names

        raise SettingsError(
            f"there is no profile {name!r}",
            hint=known_names("the profiles", name, settings.profiles),
        )
    return settings.profiles[name]


def choose_profile(options: StepOptions, *, settings: Settings) -> Profile:
    """The step's profile, with its own limits and image in place of the profile's.

    Raises:
        SettingsError: there is no such profile, or a limit is nothing that Kubernetes takes.
    """
    profile = find_profile(options.profile or settings.default_profile, settings=settings)
    limits = options.limits
    return replace(
        profile,
        cpu=_limited(profile.cpu, limits.get("cpu")),
        memory=_limited(profile.memory, limits.get("memory")),
        disk=_limited(profile.disk, limits.get("ephemeral-storage")),
        gpu=_choose_gpu(profile.gpu, limits),
        image=options.image or profile.image,
    )


def _limited(amount: Amount | None, limit: Quantity | None) -> Amount | None:
    if limit is None:
        return amount
    return Amount.of(limit) if amount is None else amount.limited(limit)


def extended_resources(options: StepOptions) -> dict[str, Quantity]:
    """The limits of resources that a profile has no field for, by name."""
    return {key: limit for key, limit in sorted(options.limits.items()) if key not in FIELDS}


def _choose_gpu(gpu: Gpu | None, limits: Mapping[str, Quantity]) -> Gpu | None:
    """The profile's accelerators with the step's own count.

    A resource that the profile does not have and that looks like an accelerator becomes its
    accelerator; others go to the pod as they are.
    """
    for key, limit in limits.items():
        if "/" not in key:
            continue
        if limit.amount != int(limit.amount):
            raise SettingsError(
                f"limit {key} is {limit}",
                hint="Kubernetes counts these in whole numbers",
            )
        if gpu is not None and gpu.resource == key:
            gpu = replace(gpu, count=int(limit.amount))
        elif gpu is None and key.endswith("/gpu"):
            gpu = Gpu(int(limit.amount), resource=key)
    return gpu
