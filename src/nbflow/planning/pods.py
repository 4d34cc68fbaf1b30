"""The Kubernetes pod that a step asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.errors import SettingsError
from nbflow.planning.containers import (
    SHARED_MEMORY_VOLUME,
    container,
    container_security,
    without_empty,
)
from nbflow.planning.names import check_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.model import Profile, Quantity, StepOptions
    from nbflow.settings import Team

# The name that Airflow gives the container of a task.
CONTAINER = "base"
# As the restricted profile of https://kubernetes.io/docs/concepts/security/pod-security-standards/
_SAFE = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}


def pod(
    profile: Profile,
    options: StepOptions,
    *,
    extended: Mapping[str, Quantity],
    team: Team | None,
    always: bool = False,
) -> dict[str, Any] | None:
    """The pod as a Kubernetes manifest.

    Args:
        profile: with the step's overrides.
        options: the step's.
        extended: resources that a profile has no field for, by name.
        team: whose pod it is.
        always: a pod is made also where nothing is asked for; else None is returned.

    Raises:
        SettingsError: Kubernetes would refuse it.
    """
    check_names(profile, options)
    asked = container(profile, options, extended=extended)
    spec = without_empty(
        {
            "nodeSelector": _node_selector(profile),
            "affinity": dict(profile.affinity),
            "tolerations": [dict(one) for one in profile.tolerations],
            "topologySpreadConstraints": [dict(one) for one in profile.topology_spread],
            "priorityClassName": profile.priority_class,
            "runtimeClassName": profile.runtime_class,
            "schedulerName": profile.scheduler,
            "imagePullSecrets": [{"name": name} for name in profile.pull_secrets],
            "serviceAccountName": (team and team.service_account) or profile.service_account,
            "volumes": _volumes(profile),
        }
    )
    metadata = without_empty(
        {
            "namespace": team.namespace if team else None,
            "labels": dict(sorted({**profile.labels, **options.labels}.items())),
            "annotations": dict(sorted({**profile.annotations, **options.annotations}.items())),
        }
    )
    own_security = profile.pod_security or profile.container_security
    if not (always or asked or spec or metadata or own_security):
        return None
    base = {"name": CONTAINER, **asked, "securityContext": container_security(profile)}
    # Airflow merges lists of containers by position: the first one must be there.
    spec = {"containers": [base], **spec, "securityContext": {**_SAFE, **profile.pod_security}}
    return without_empty({"metadata": metadata, "spec": spec})


def _node_selector(profile: Profile) -> dict[str, str]:
    gpu = profile.gpu
    if gpu is None or gpu.product is None:
        return dict(sorted(profile.node_selector.items()))
    if gpu.label is None:
        raise SettingsError(
            f"the product {gpu.product!r} of {gpu.resource} is asked for, and which node label "
            "names products is not known",
            hint="say it: `gpu: {product_label: …}`",
        )
    return dict(sorted({gpu.label: gpu.product, **profile.node_selector}.items()))


def _volumes(profile: Profile) -> list[dict[str, Any]]:
    volumes = [{"name": one.name, **one.source} for one in profile.volumes]
    if profile.shm is None:
        return volumes
    if any(one.name == SHARED_MEMORY_VOLUME for one in profile.volumes):
        raise SettingsError(
            f"there is a volume named {SHARED_MEMORY_VOLUME!r}",
            hint="`shm:` takes that name; give the volume another one",
        )
    memory = {"medium": "Memory", "sizeLimit": str(profile.shm)}
    return [*volumes, {"name": SHARED_MEMORY_VOLUME, "emptyDir": memory}]
