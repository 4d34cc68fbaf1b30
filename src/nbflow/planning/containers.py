"""The container of a step's pod: what it gets, sees, and may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nbflow.model import EnvReference, EnvSource, Profile, Quantity, Secret, StepOptions

SHARED_MEMORY = "/dev/shm"  # noqa: S108 - the pod's, where PyTorch's loaders look
SHARED_MEMORY_VOLUME = "shm"
# As the restricted profile of https://kubernetes.io/docs/concepts/security/pod-security-standards/
_SAFE = {"allowPrivilegeEscalation": False}
_SAFE_CAPABILITIES = {"drop": ["ALL"]}


def container(
    profile: Profile, options: StepOptions, *, extended: Mapping[str, Quantity]
) -> dict[str, Any]:
    """What is asked for, as fields of a Kubernetes container; empty where nothing is.

    Args:
        profile: with the step's overrides.
        options: the step's.
        extended: further resources by name.
    """
    return without_empty(
        {
            "image": profile.image,
            "imagePullPolicy": profile.pull_policy,
            "resources": _resources(profile, extended),
            "env": _environment(profile, options.secrets),
            "envFrom": [_source(one) for one in profile.env_sources],
            "volumeMounts": _mounts(profile),
        }
    )


def container_security(profile: Profile) -> dict[str, Any]:
    """The profile's security context over a safe one."""
    given = dict(profile.container_security)
    capabilities = {**_SAFE_CAPABILITIES, **given.get("capabilities", {})}
    if given.get("privileged"):
        # Kubernetes refuses a privileged container that may not escalate.
        return {"allowPrivilegeEscalation": True, **given}
    return {**_SAFE, **given, "capabilities": capabilities}


def without_empty(manifest: dict[str, Any]) -> dict[str, Any]:
    """A manifest without the fields that say nothing."""
    return {key: value for key, value in manifest.items() if value not in (None, {}, [], (), "")}


def _resources(profile: Profile, extended: Mapping[str, Quantity]) -> dict[str, dict[str, str]]:
    amounts = {"cpu": profile.cpu, "memory": profile.memory, "ephemeral-storage": profile.disk}
    # Of these a node's plugin knows whole ones only: what is asked for is there, and not more.
    counted = {key: str(limit) for key, limit in extended.items()}
    if profile.gpu is not None:
        counted[profile.gpu.resource] = str(profile.gpu.count)
    asked = {key: str(one.request) for key, one in amounts.items() if one and one.request}
    most = {key: str(one.limit) for key, one in amounts.items() if one and one.limit}
    return without_empty({"requests": {**asked, **counted}, "limits": {**most, **counted}})


def _environment(profile: Profile, secrets: Iterable[Secret]) -> list[dict[str, Any]]:
    """Sorted by name; a step's secret stands in place of what the profile has."""
    entries: dict[str, dict[str, Any]]
    entries = {name: {"value": value} for name, value in profile.env.items()}
    entries |= {one.env: {"valueFrom": _reference(one)} for one in profile.env_references}
    entries |= {
        one.env: {"valueFrom": {"secretKeyRef": {"name": one.name, "key": one.key}}}
        for one in secrets
    }
    return [{"name": name, **entries[name]} for name in sorted(entries)]


def _reference(one: EnvReference) -> dict[str, Any]:
    if one.secret is not None:
        return {"secretKeyRef": {"name": one.secret, "key": one.key}}
    return {"configMapKeyRef": {"name": one.config_map, "key": one.key}}


def _source(one: EnvSource) -> dict[str, Any]:
    kind = "configMapRef" if one.secret is None else "secretRef"
    reference = without_empty({"name": one.secret or one.config_map})
    if one.optional:
        reference["optional"] = True
    return without_empty({"prefix": one.prefix, kind: reference})


def _mounts(profile: Profile) -> list[dict[str, Any]]:
    mounts = [
        without_empty({"name": one.name, "mountPath": one.mount, "subPath": one.sub_path})
        | ({"readOnly": True} if one.read_only else {})
        for one in profile.volumes
    ]
    shared = {"name": SHARED_MEMORY_VOLUME, "mountPath": SHARED_MEMORY}
    return [*mounts, shared] if profile.shm else mounts
