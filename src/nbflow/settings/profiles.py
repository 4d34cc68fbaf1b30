"""Profiles as a file says them, each laid over the one that it extends."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbflow.model import (
    Amount,
    EnvReference,
    EnvSource,
    Gpu,
    Profile,
    Volume,
    known_names,
    parse_duration,
    parse_quantity,
)
from nbflow.settings.sizes import said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.settings.sizes import AmountSection, GpuSection, ProfileSection, VolumeSection
    from nbflow.settings.words import Section
    from nbflow.settings.yamlfile import YamlFile

_PLAIN = (
    "priority_class",
    "runtime_class",
    "scheduler",
    "image",
    "pull_policy",
    "service_account",
    "fallback",
    "escalate_to",
    "price",
)
_NEXT = {"fallback", "escalate_to"}
_UNITED = ("node_selector", "labels", "annotations")
_NATIVE = ("affinity", "pod_security", "container_security")
_DURATIONS = {"startup_timeout", "timeout"}
_AMOUNTS = {"cpu", "memory", "disk"}
_LISTS = {"tolerations", "topology_spread"}


def read_profiles(
    file: YamlFile, sections: Mapping[str, ProfileSection], *, over: Mapping[str, Profile]
) -> dict[str, Profile]:
    """The file's profiles by name.

    Args:
        file: for the places of mistakes.
        sections: what it says.
        over: the profiles of the layers below. One that extends its own name means theirs.

    Raises:
        SettingsError: a profile extends one that there is not, or itself in a circle; or requests
            more than its limit.
    """
    made: dict[str, Profile] = {}

    def make(name: str, below: tuple[str, ...]) -> Profile:
        if name in below:
            circle = " → ".join((*below[below.index(name) :], name))
            raise file.error(("profiles", name, "extends"), f"profiles extend each other: {circle}")
        if name not in made:
            made[name] = lay(sections[name], base(name, below), name=name)
            _refuse_more_than_the_limit(file, sections[name], made[name])
        return made[name]

    def base(name: str, below: tuple[str, ...]) -> Profile:
        parent = sections[name].extends
        if parent is None:
            return Profile(name)
        if parent in sections and parent != name:
            return make(parent, (*below, name))
        if parent in over:
            return over[parent]
        raise file.error(
            ("profiles", name, "extends"),
            f"there is no profile {parent!r} to extend",
            hint=known_names("the profiles", parent, {*over, *sections} - {name}),
        )

    return {name: make(name, ()) for name in sections}


def lay(section: ProfileSection, base: Profile, *, name: str) -> Profile:
    """A profile with what a section says in place of what `base` has.

    Mappings are united by key, anything else is replaced. The next profile of a ladder has no use
    for the step that leads to itself: it is not taken over.
    """
    given = section.model_fields_set
    changes: dict[str, Any] = {key: getattr(section, key) for key in _PLAIN if key in given}
    for key in _DURATIONS & given:
        text = getattr(section, key)
        changes[key] = None if text is None else parse_duration(text)
    for key in _AMOUNTS & given:
        changes[key] = _amount(getattr(section, key), getattr(base, key))
    for key in _LISTS & given:
        changes[key] = tuple(_native(one) for one in getattr(section, key))
    for key in _UNITED:
        changes[key] = _sorted({**getattr(base, key), **getattr(section, key)})
    for key in _NATIVE:
        changes[key] = {**getattr(base, key), **_native(getattr(section, key))}
    if "gpu" in given:
        changes["gpu"] = _gpu(section.gpu, base.gpu)
    if "shm" in given:
        changes["shm"] = None if section.shm is None else parse_quantity(section.shm)
    if "pull_secrets" in given:
        changes["pull_secrets"] = tuple(section.pull_secrets)
    changes |= {key: None for key in _NEXT - given if getattr(base, key) == name}
    changes |= _environment(section, base)
    return replace(base, **changes, name=name, volumes=_volumes(section, base))


def _refuse_more_than_the_limit(file: YamlFile, section: ProfileSection, profile: Profile) -> None:
    """Refuse what Kubernetes does: "must be less than or equal to cpu limit".

    Only what the section says is looked at; what is taken over whole was looked at in its place.
    """
    for key in sorted(_AMOUNTS & section.model_fields_set):
        amount, own = getattr(profile, key), getattr(section, key)
        if amount is None or amount.request is None or amount.limit is None:
            continue
        if amount.request.amount <= amount.limit.amount:
            continue
        said_here = said(own)
        taken = next((one for one in ("request", "limit") if one not in said_here), None)
        whence = f"; the {taken} is from profile {section.extends!r}" if taken else ""
        raise file.error(
            ("profiles", profile.name, key, "limit" if taken == "request" else "request"),
            f"profiles.{profile.name}.{key}: the request {amount.request} is above the limit "
            f"{amount.limit}{whence}",
            hint="a pod cannot ask for more than it may use: lower the request or raise the limit",
        )


def _sorted(mapping: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted(mapping.items()))


def _native(section: Section | None) -> dict[str, Any]:
    return {} if section is None else said(section)


def _amount(section: AmountSection | None, base: Amount | None) -> Amount | None:
    if section is None:
        return None
    words = said(section)
    below = base or Amount()
    chosen = {"request": below.request, "limit": below.limit}
    return Amount(**{**chosen, **{key: parse_quantity(text) for key, text in words.items()}})


def _gpu(section: GpuSection | None, base: Gpu | None) -> Gpu | None:
    if section is None:
        return None
    return replace(base or Gpu(section.count), **said(section))


def _environment(section: ProfileSection, base: Profile) -> dict[str, Any]:
    references = {one.env: one for one in base.env_references if one.env not in section.env}
    plain = {key: value for key, value in base.env.items() if key not in section.env}
    for env, one in section.env.items():
        if one.value is not None:
            plain[env] = one.value
        else:
            assert one.key is not None
            references[env] = EnvReference(env, one.key, one.secret, one.config_map)
    sources = base.env_sources
    if "env_from" in section.model_fields_set:
        sources = tuple(EnvSource(**one.model_dump()) for one in section.env_from)
    return {
        "env": _sorted(plain),
        "env_references": tuple(references[env] for env in sorted(references)),
        "env_sources": sources,
    }


def _volumes(section: ProfileSection, base: Profile) -> tuple[Volume, ...]:
    own = {name: _volume(name, one) for name, one in section.volumes.items()}
    united = {**{one.name: one for one in base.volumes}, **own}
    return tuple(united[name] for name in sorted(united))


def _volume(name: str, section: VolumeSection) -> Volume:
    return Volume(name, section.mount, _source(section), section.read_only, section.sub_path)


def _source(section: VolumeSection) -> dict[str, Any]:
    """What the volume is made of, as in Kubernetes' `core/v1`."""
    if section.claim is not None:
        return {"persistentVolumeClaim": {"claimName": section.claim}}
    if section.host_path is not None:
        return {"hostPath": {"path": section.host_path}}
    if section.empty_dir is not None:
        words = {"medium": section.empty_dir.medium, "sizeLimit": section.empty_dir.size}
        return {"emptyDir": {key: value for key, value in words.items() if value is not None}}
    ephemeral = section.ephemeral
    assert ephemeral is not None
    claim: dict[str, Any] = {
        "accessModes": list(ephemeral.access_modes),
        "resources": {"requests": {"storage": ephemeral.size}},
    }
    if ephemeral.storage_class is not None:
        claim["storageClassName"] = ephemeral.storage_class
    template: dict[str, Any] = {"spec": claim}
    if ephemeral.labels:
        template["metadata"] = {"labels": dict(sorted(ephemeral.labels.items()))}
    return {"ephemeral": {"volumeClaimTemplate": template}}
