"""A named size and place that a step runs on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from nbflow.model.quantities import Quantity

_PRODUCT_LABELS = {"nvidia.com": "nvidia.com/gpu.product", "amd.com": "amd.com/gpu.product-name"}
"""What the vendors' node labellers name a product by."""


@dataclass(frozen=True)
class Amount:
    """How much of a resource.

    Attributes:
        request: what a node must have left, and sets aside; None where only a limit was said, which
            Kubernetes then takes for the request too.
        limit: the most that may be used, None for as much as the node has.
    """

    request: Quantity | None = None
    limit: Quantity | None = None

    @classmethod
    def of(cls, quantity: Quantity) -> Amount:
        """So much, and not more."""
        return cls(quantity, quantity)

    def limited(self, limit: Quantity) -> Amount:
        """The same with another limit; what is asked for stays, up to the limit."""
        if self.request is None or self.request == self.limit or self.request.amount > limit.amount:
            return Amount.of(limit)
        return Amount(self.request, limit)


@dataclass(frozen=True)
class Gpu:
    """Accelerators of one kind.

    Attributes:
        count: how many.
        resource: the extended resource's name, as the device plugin registers it, such as
            `nvidia.com/gpu`, `amd.com/gpu` or `nvidia.com/mig-1g.10gb`.
        product: value of the node label that names the product, or None for any.
        product_label: that label; None for the one that the resource's vendor sets.
    """

    count: int
    resource: str = "nvidia.com/gpu"
    product: str | None = None
    product_label: str | None = None

    @property
    def label(self) -> str | None:
        """The node label that names the product; None where the vendor's is not known."""
        return self.product_label or _PRODUCT_LABELS.get(self.resource.partition("/")[0])


@dataclass(frozen=True)
class EnvReference:
    """An environment variable whose value is a key of a Secret or a ConfigMap.

    Attributes:
        env: the variable.
        secret, config_map: the object's name; one of them.
        key: in that object.
    """

    env: str
    key: str
    secret: str | None = None
    config_map: str | None = None


@dataclass(frozen=True)
class EnvSource:
    """All keys of a Secret or a ConfigMap, as environment variables.

    Attributes:
        secret, config_map: the object's name; one of them.
        prefix: put before each key.
        optional: a pod starts without the object too.
    """

    secret: str | None = None
    config_map: str | None = None
    prefix: str | None = None
    optional: bool = False


@dataclass(frozen=True)
class Volume:
    """A volume and where it is mounted.

    Attributes:
        name: in the pod.
        mount: absolute path in the container.
        source: of what it is made, in Kubernetes' words: one of `persistentVolumeClaim`,
            `emptyDir`, `ephemeral`, `hostPath`.
        read_only: it is mounted read-only.
        sub_path: folder of the volume that is mounted, None for all of it.
    """

    name: str
    mount: str
    source: Mapping[str, Any]
    read_only: bool = False
    sub_path: str | None = None


@dataclass(frozen=True)
class Profile:
    """A named size and place.

    Attributes:
        name: as in `profile:NAME`.
        cpu: cores.
        memory: bytes.
        disk: bytes of ephemeral storage.
        gpu: accelerators, or None.
        shm: bytes of shared memory at `/dev/shm`; they count as memory.
        node_selector: node labels that must match.
        affinity, tolerations, topology_spread: as in the Kubernetes pod spec.
        priority_class, runtime_class, scheduler: names in the cluster.
        image: container image reference, or None for the backend's default.
        pull_policy: `Always`, `IfNotPresent` or `Never`.
        pull_secrets: names of Secrets for the image's registry.
        service_account: the pod's, where its team has none.
        env: environment variables.
        env_references: environment variables from Secrets and ConfigMaps.
        env_sources: Secrets and ConfigMaps that are environment variables as a whole.
        volumes: by name.
        labels, annotations: of the pod.
        pod_security, container_security: security contexts as in Kubernetes, laid over safe ones.
        startup_timeout: how long a pod may take to start.
        timeout: longest duration of one attempt, where the step says none.
        fallback: the profile of the next try when no node had room for this one.
        escalate_to: the profile of the next try when this one's memory was not enough.
        price: of an hour, in whatever currency the platform counts.
    """

    name: str
    cpu: Amount | None = None
    memory: Amount | None = None
    disk: Amount | None = None
    gpu: Gpu | None = None
    shm: Quantity | None = None
    node_selector: Mapping[str, str] = field(default_factory=dict)
    affinity: Mapping[str, Any] = field(default_factory=dict)
    tolerations: tuple[Mapping[str, Any], ...] = ()
    topology_spread: tuple[Mapping[str, Any], ...] = ()
    priority_class: str | None = None
    runtime_class: str | None = None
    scheduler: str | None = None
    image: str | None = None
    pull_policy: str | None = None
    pull_secrets: tuple[str, ...] = ()
    service_account: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    env_references: tuple[EnvReference, ...] = ()
    env_sources: tuple[EnvSource, ...] = ()
    volumes: tuple[Volume, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    pod_security: Mapping[str, Any] = field(default_factory=dict)
    container_security: Mapping[str, Any] = field(default_factory=dict)
    startup_timeout: timedelta | None = None
    timeout: timedelta | None = None
    fallback: str | None = None
    escalate_to: str | None = None
    price: float | None = None
