"""The Kubernetes pod that a step asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from nbflow.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.model import Profile, Quantity, Secret, StepOptions
    from nbflow.settings import Team

# The name that Airflow gives the container of a task.
CONTAINER = "base"
SHARED_MEMORY = "/dev/shm"  # noqa: S108 - the pod's, where PyTorch's loaders look
GPU_PRODUCT = "nvidia.com/gpu.product"
# https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_PREFIX = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def pod(
    step: str,
    profile: Profile,
    options: StepOptions,
    *,
    extended: Mapping[str, Quantity],
    team: Team | None,
) -> dict[str, Any] | None:
    """The pod as a Kubernetes manifest, or None where nothing is asked for.

    Raises:
        SettingsError: Kubernetes would refuse it.
    """
    _check_names(step, profile, options)
    container = _without_empty(
        {
            "image": profile.image,
            "resources": _resources(profile, extended),
            "env": _environment(profile.env, options.secrets),
            "volumeMounts": [{"name": "shm", "mountPath": SHARED_MEMORY}] if profile.shm else [],
        }
    )
    spec = _without_empty(
        {
            "containers": [{"name": CONTAINER, **container}] if container else [],
            "nodeSelector": _node_selector(profile),
            "tolerations": [dict(toleration) for toleration in profile.tolerations],
            "volumes": _shared_memory(profile.shm),
            "serviceAccountName": team.service_account if team else None,
        }
    )
    metadata = _without_empty(
        {
            "namespace": team.namespace if team else None,
            "labels": dict(sorted(options.labels.items())),
            "annotations": dict(sorted(options.annotations.items())),
        }
    )
    if not spec and not metadata:
        return None
    # Airflow merges lists of containers by position: the first one must be there.
    spec.setdefault("containers", [{"name": CONTAINER}])
    return _without_empty({"metadata": metadata, "spec": spec})


def _without_empty(manifest: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in manifest.items() if value not in (None, {}, [], "")}


def _resources(profile: Profile, extended: Mapping[str, Quantity]) -> dict[str, dict[str, str]]:
    """Requests equal limits: what was asked for is there, and not more."""
    amounts: dict[str, Quantity | int | None] = {
        "cpu": profile.cpu,
        "memory": profile.memory,
        "ephemeral-storage": profile.disk,
        **extended,
    }
    if profile.gpu is not None:
        amounts[profile.gpu.resource] = profile.gpu.count
    written = {key: str(amount) for key, amount in amounts.items() if amount is not None}
    return _without_empty({"requests": written, "limits": dict(written)})


def _environment(env: Mapping[str, str], secrets: tuple[Secret, ...]) -> list[dict[str, Any]]:
    hidden = {secret.env for secret in secrets}
    plain = [{"name": name, "value": value} for name, value in sorted(env.items())]
    return [entry for entry in plain if entry["name"] not in hidden] + [
        {"name": one.env, "valueFrom": {"secretKeyRef": {"name": one.name, "key": one.key}}}
        for one in sorted(secrets, key=lambda secret: secret.env)
    ]


def _node_selector(profile: Profile) -> dict[str, str]:
    product = profile.gpu.product if profile.gpu else None
    own = {GPU_PRODUCT: product} if product else {}
    return dict(sorted({**own, **profile.node_selector}.items()))


def _shared_memory(size: Quantity | None) -> list[dict[str, Any]]:
    if size is None:
        return []
    return [{"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": str(size)}}]


def _check_names(step: str, profile: Profile, options: StepOptions) -> None:
    for sort, labels in (("label", options.labels), ("node label", profile.node_selector)):
        for key, value in labels.items():
            _check_key(step, sort, key)
            if value and not _NAME.fullmatch(value):
                raise _refused(step, f"{sort} {key} has the value {value!r}", _NAME_RULE)
    for key in options.annotations:
        _check_key(step, "annotation", key)
    for key in options.limits:
        _check_key(step, "resource", key)
    for secret in options.secrets:
        if not _VARIABLE.fullmatch(secret.env):
            raise _refused(step, f"environment variable {secret.env!r}", "letters, digits and _")
        if not _PREFIX.fullmatch(secret.name):
            raise _refused(step, f"secret {secret.name!r}", "lower-case letters, digits, - and .")
        if not re.fullmatch(r"[A-Za-z0-9._-]{1,253}", secret.key):
            raise _refused(step, f"secret key {secret.key!r}", "letters, digits, -, _ and .")


_NAME_RULE = "at most 63 letters, digits, -, _ and ., a letter or digit first and last"


def _check_key(step: str, sort: str, key: str) -> None:
    prefix, slash, name = key.rpartition("/")
    if not _NAME.fullmatch(name) or (slash and not _PREFIX.fullmatch(prefix)):
        raise _refused(step, f"{sort} {key!r}", f"{_NAME_RULE}; a DNS name and / may precede it")


def _refused(step: str, what: str, rule: str) -> SettingsError:
    return SettingsError(f"step {step}: Kubernetes refuses {what}", hint=f"it takes {rule}")
