"""What a settings file may say, as pydantic models; imported only when there is a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from nbflow.model import parse_duration, parse_quantity

if TYPE_CHECKING:
    from collections.abc import Callable


def _text(read: Callable[[str | float], object]) -> Callable[[object], str]:
    def check(value: object) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError("write a number, or text such as 64Gi, 500m or 1h30m")
        read(value)
        return str(value).strip()

    return check


def _counted(value: object) -> object:
    return {"count": value} if isinstance(value, int) and not isinstance(value, bool) else value


QuantityText = Annotated[
    str,
    BeforeValidator(_text(parse_quantity), json_schema_input_type=str | float),
    Field(description="a Kubernetes quantity, such as 2, 500m or 64Gi"),
]
DurationText = Annotated[
    str,
    BeforeValidator(_text(parse_duration), json_schema_input_type=str | float),
    Field(description="a duration, such as 90s, 30m or 1h30m"),
]
Name = Annotated[str, StringConstraints(min_length=1)]
EnvironmentName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True)


class GpuSection(_Section):
    """Accelerators of one kind."""

    count: Annotated[int, Field(ge=1)]
    """How many."""
    resource: Name = "nvidia.com/gpu"
    """The extended resource's name."""
    product: str | None = None
    """Value of the node label `nvidia.com/gpu.product`."""


class TolerationSection(_Section):
    """A Kubernetes toleration."""

    key: str | None = None
    """The taint's key."""
    operator: Literal["Exists", "Equal"] | None = None
    """How the value is compared."""
    value: str | None = None
    """The taint's value."""
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = None
    """The taint's effect."""
    tolerationSeconds: int | None = None  # noqa: N815 - Kubernetes' spelling
    """How long the taint is tolerated."""


class ProfileSection(_Section):
    """A named size and place."""

    cpu: QuantityText | None = None
    """Cores."""
    memory: QuantityText | None = None
    """Memory, request and limit alike."""
    disk: QuantityText | None = None
    """Ephemeral storage."""
    gpu: (
        Annotated[GpuSection, BeforeValidator(_counted, json_schema_input_type=int | GpuSection)]
        | None
    ) = None
    """Accelerators: how many, or which."""
    shm: QuantityText | None = None
    """Shared memory at /dev/shm."""
    node_selector: dict[str, str] = {}
    """Node labels that must match."""
    tolerations: list[TolerationSection] = []
    """As in the Kubernetes pod spec."""
    image: Name | None = None
    """Container image reference."""
    env: dict[EnvironmentName, str] = {}
    """Environment variables."""


class TeamSection(_Section):
    """A tenant."""

    namespace: Name | None = None
    """The Kubernetes namespace of its pods."""
    service_account: Name | None = None
    """The Kubernetes service account of its pods."""
    profiles: list[Name] | None = None
    """Names of the profiles that it may use; all where none are given."""
    images: list[Name] | None = None
    """Patterns of the images that it may use, such as `registry/*`."""
    quota: dict[str, QuantityText] = {}
    """Kubernetes resource quota."""


class AirflowSection(_Section):
    """The Airflow that runs the pipelines."""

    url: Annotated[str, StringConstraints(pattern=r"^https?://")] | None = None
    """Address of its API server; the private Airflow on this machine where there is none."""
    token_env: EnvironmentName | None = None
    """Environment variable that holds a bearer token."""
    user: Name | None = None
    """Name to log in with."""
    password_env: EnvironmentName | None = None
    """Environment variable that holds the password."""


class TargetSection(_Section):
    """Where bundles are published."""

    model_config = ConfigDict(extra="allow")

    kind: Name = "folder"
    """Name of the target."""
    path: Name = ".nbflow/dags"
    """Folder of the DAG files, relative to the folder of this file."""


class DefaultsSection(_Section):
    """What a step does where the notebook says nothing."""

    retries: Annotated[int, Field(ge=0)] | None = None
    """How often an attempt that failed for no fault of the code is repeated."""
    retry_delay: DurationText | None = None
    """Wait before a repetition."""
    timeout: DurationText | None = None
    """Longest duration of one attempt."""
    cache: bool | None = None
    """Whether an unchanged step may be skipped."""
    owner: Name | None = None
    """Who answers for a pipeline."""
    profile: Name | None = None
    """Name of the profile."""


class ChecksSection(_Section):
    """What is checked while steps run."""

    in_place: bool | None = None
    """Whether a step looks, when it ends, which of its inputs it changed in place."""


class SettingsFile(_Section):
    """nbflow.yaml."""

    store: Name | None = None
    """Where runs keep what they make: a folder or a URL."""
    target: TargetSection | None = None
    airflow: AirflowSection | None = None
    backend: Name | None = None
    """How a step becomes an Airflow task."""
    profiles: dict[Name, ProfileSection] = {}
    """Sizes and places by name."""
    teams: dict[Name, TeamSection] = {}
    """Tenants by name."""
    defaults: DefaultsSection | None = None
    checks: ChecksSection | None = None


def json_schema() -> dict[str, Any]:
    """The JSON schema of nbflow.yaml, for editors."""
    schema = SettingsFile.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
