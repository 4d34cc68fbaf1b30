"""A named size and place that a step runs on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.model.quantities import Quantity


@dataclass(frozen=True)
class Gpu:
    """Accelerators of one kind.

    Attributes:
        count: how many.
        resource: the extended resource's name, as the device plugin registers it.
        product: value of the node label `nvidia.com/gpu.product` (GPU feature discovery), or None.
    """

    count: int
    resource: str = "nvidia.com/gpu"
    product: str | None = None


@dataclass(frozen=True)
class Profile:
    """A named size and place.

    Attributes:
        name: as in `profile:NAME`.
        cpu: cores.
        memory: bytes; request and limit alike.
        disk: bytes of ephemeral storage.
        gpu: accelerators, or None.
        shm: bytes of shared memory at `/dev/shm`.
        node_selector: node labels that must match.
        tolerations: as in the Kubernetes pod spec.
        image: container image reference, or None for the backend's default.
        env: environment variables.
    """

    name: str
    cpu: Quantity | None = None
    memory: Quantity | None = None
    disk: Quantity | None = None
    gpu: Gpu | None = None
    shm: Quantity | None = None
    node_selector: Mapping[str, str] = field(default_factory=dict)
    tolerations: tuple[Mapping[str, Any], ...] = ()
    image: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
