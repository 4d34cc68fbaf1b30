"""What a settings file says of a profile."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from nbflow.settings.kubernetes import (
    Affinity,
    ContainerSecurity,
    PodSecurity,
    Toleration,
    TopologySpread,
)
from nbflow.settings.words import (
    DurationText,
    EnvironmentName,
    MountPath,
    Name,
    QuantityText,
    Section,
)


def _counted(value: object) -> object:
    return {"count": value} if isinstance(value, int) and not isinstance(value, bool) else value


def _amount(value: object) -> object:
    return value if isinstance(value, dict) else {"request": value, "limit": value}


def _variable(value: object) -> object:
    return {"value": value} if isinstance(value, str) else value


class AmountSection(Section):
    """How much of a resource."""

    request: QuantityText | None = None
    """What is set aside on the node; the limit where it is not said."""
    limit: QuantityText | None = None
    """The most that may be used; no limit where it is not said."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.request is None and self.limit is None:
            raise ValueError("say `request`, `limit` or both")
        return self


Amount = Annotated[
    AmountSection,
    BeforeValidator(_amount, json_schema_input_type=str | float | AmountSection),
]


class GpuSection(Section):
    """Accelerators of one kind."""

    count: Annotated[int, Field(ge=1)]
    """How many."""
    resource: Name = "nvidia.com/gpu"
    """The extended resource's name, such as `amd.com/gpu` or `nvidia.com/mig-1g.10gb`."""
    product: Name | None = None
    """Value of the node label that names the product."""
    product_label: Name | None = None
    """That label; `nvidia.com/gpu.product` and `amd.com/gpu.product-name` are known."""


class VariableSection(Section):
    """An environment variable: a value, or where it is from."""

    value: str | None = None
    """Its value."""
    secret: Name | None = None
    """Name of the Kubernetes Secret that has it."""
    config_map: Name | None = None
    """Name of the ConfigMap that has it."""
    key: Name | None = None
    """The key there."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        given = [one is not None for one in (self.value, self.secret, self.config_map)]
        if sum(given) != 1 or (self.key is None) == (self.value is None):
            raise ValueError(
                "write text, or `{secret: NAME, key: KEY}`, or `{config_map: …, key: …}`"
            )
        return self


class EnvSourceSection(Section):
    """A Secret or a ConfigMap, all of whose keys become environment variables."""

    secret: Name | None = None
    """Name of the Kubernetes Secret."""
    config_map: Name | None = None
    """Name of the ConfigMap."""
    prefix: EnvironmentName | None = None
    """Put before each key."""
    optional: bool = False
    """Whether a pod starts without it."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.secret is None) == (self.config_map is None):
            raise ValueError("write `{secret: NAME}` or `{config_map: NAME}`")
        return self


class EmptyDirSection(Section):
    """An empty folder that lives as long as the pod."""

    size: QuantityText | None = None
    """The most that it may hold."""
    medium: Literal["Memory"] | None = None
    """In memory instead of on the node's disk."""


class EphemeralSection(Section):
    """A volume of its own, made for the pod and removed with it."""

    size: QuantityText
    """How large it is."""
    storage_class: Name | None = None
    """Which kind of disk; the cluster's usual one where it is not said."""
    access_modes: list[
        Literal["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"]
    ] = ["ReadWriteOnce"]
    """How it may be mounted."""
    labels: dict[Name, str] = {}
    """Of the claim."""


class VolumeSection(Section):
    """A volume and where it is mounted; one of `claim`, `empty_dir`, `ephemeral`, `host_path`."""

    mount: MountPath
    """Absolute path in the container."""
    claim: Name | None = None
    """Name of a PersistentVolumeClaim."""
    empty_dir: EmptyDirSection | None = None
    """An empty folder."""
    ephemeral: EphemeralSection | None = None
    """A volume made for the pod."""
    host_path: MountPath | None = None
    """A folder of the node; only where the team may use it."""
    read_only: bool = False
    """Whether it cannot be written."""
    sub_path: Name | None = None
    """The folder of it that is mounted."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        sources = (self.claim, self.empty_dir, self.ephemeral, self.host_path)
        if sum(one is not None for one in sources) != 1:
            raise ValueError("say one of `claim`, `empty_dir`, `ephemeral`, `host_path`")
        return self


class ProfileSection(Section):
    """A named size and place."""

    extends: Name | None = None
    """The profile whose choices hold where this one makes none.

    Mappings are united by key; anything else is replaced.
    """
    cpu: Amount | None = None
    """Cores: an amount that is both request and limit, or `{request: …, limit: …}`."""
    memory: Amount | None = None
    """Memory, likewise."""
    disk: Amount | None = None
    """Ephemeral storage, likewise."""
    gpu: (
        Annotated[GpuSection, BeforeValidator(_counted, json_schema_input_type=int | GpuSection)]
        | None
    ) = None
    """Accelerators: how many, or which."""
    shm: QuantityText | None = None
    """Shared memory at /dev/shm; it counts as memory."""
    node_selector: dict[str, str] = {}
    """Node labels that must match."""
    affinity: Affinity | None = None
    """As in the Kubernetes pod spec."""
    tolerations: list[Toleration] = []
    """As in the Kubernetes pod spec."""
    topology_spread: list[TopologySpread] = []
    """As `topologySpreadConstraints` in the Kubernetes pod spec."""
    priority_class: Name | None = None
    """Name of a PriorityClass."""
    runtime_class: Name | None = None
    """Name of a RuntimeClass."""
    scheduler: Name | None = None
    """Name of a scheduler."""
    image: Name | None = None
    """Container image reference."""
    pull_policy: Literal["Always", "IfNotPresent", "Never"] | None = None
    """When the image is fetched."""
    pull_secrets: list[Name] = []
    """Names of Secrets for the image's registry."""
    service_account: Name | None = None
    """The pod's Kubernetes service account, where its team has none."""
    env: dict[
        EnvironmentName,
        Annotated[
            VariableSection,
            BeforeValidator(_variable, json_schema_input_type=str | VariableSection),
        ],
    ] = {}
    """Environment variables: text, or a key of a Secret or ConfigMap."""
    env_from: list[EnvSourceSection] = []
    """Secrets and ConfigMaps whose keys all become environment variables."""
    volumes: dict[Name, VolumeSection] = {}
    """Volumes by name."""
    labels: dict[Name, str] = {}
    """Labels of the pod."""
    annotations: dict[Name, str] = {}
    """Annotations of the pod."""
    pod_security: PodSecurity | None = None
    """The pod's security context, laid over a safe one."""
    container_security: ContainerSecurity | None = None
    """The container's security context, laid over a safe one."""
    startup_timeout: DurationText | None = None
    """How long a pod may take to start."""
    timeout: DurationText | None = None
    """Longest duration of one attempt, where the step says none."""
    fallback: Name | None = None
    """The profile of the next try when no node had room for this one."""
    escalate_to: Name | None = None
    """The profile of the next try when this one's memory was not enough."""
    price: Annotated[float, Field(ge=0, strict=False)] | None = None
    """Of an hour, in the currency that the platform counts in."""


def said(section: Section) -> dict[str, Any]:
    """What the file said there, and nothing else, in the file's words."""
    return section.model_dump(exclude_none=True, exclude_unset=True)
