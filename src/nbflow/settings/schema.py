"""What a settings file may say, as pydantic models; imported only when there is a file."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from nbflow.settings.kubernetes import Taint
from nbflow.settings.sizes import ProfileSection
from nbflow.settings.words import (
    AccountName,
    AccountText,
    CidrText,
    ConnectionName,
    DurationText,
    EnvironmentName,
    InnerFolder,
    MailAddress,
    MountPath,
    Name,
    NamespaceName,
    PortText,
    QuantityText,
    QuotaName,
    Section,
)


class EgressSection(Section):
    """Addresses that a team's pods may reach."""

    cidr: CidrText
    """The addresses in CIDR notation, such as `10.20.0.0/16`."""
    ports: Annotated[list[PortText], Field(min_length=1)] | None = None
    """Their ports; all where none are given."""


class BundleSection(Section):
    """A DAG bundle of Airflow: a folder (`path`), or another place (`classpath`, `kwargs`)."""

    path: MountPath | None = None
    """A folder that Airflow's components see, as an absolute path."""
    classpath: Name | None = None
    """The class of another place, such as `airflow.providers.git.bundles.git.GitDagBundle`."""
    kwargs: dict[Name, Any] = {}
    """What that class is given, such as `{git_conn_id: churn_dags, tracking_ref: main}`."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.path is not None and (self.classpath is not None or self.kwargs):
            raise ValueError("say `path`, or `classpath` and `kwargs`")
        if self.kwargs and self.classpath is None:
            raise ValueError("say the `classpath` that the `kwargs` are for")
        return self


class TeamBundleSection(BundleSection):
    """The DAG bundle in which a team's DAG files lie."""

    name: Name | None = None
    """Its name in Airflow; the team's where it is not said."""
    folder: InnerFolder = ""
    """The folder in it that is the team's; all of it otherwise."""


class TeamSection(Section):
    """A tenant."""

    namespace: NamespaceName | None = None
    """The Kubernetes namespace of its pods."""
    service_account: AccountName | None = None
    """The Kubernetes service account of its pods."""
    profiles: list[Name] | None = None
    """Names of the profiles that it may use; all where none are given."""
    images: list[Name] | None = None
    """Patterns of the images that it may use, such as `registry/*`."""
    claims: list[Name] | None = None
    """Patterns of the PersistentVolumeClaims that it may mount; all of its namespace otherwise."""
    host_paths: list[Name] = []
    """Patterns of the folders of nodes that it may mount, such as `/mnt/fast/*`; none otherwise."""
    connections: list[Name] | None = None
    """Patterns of the Airflow connections that its DAGs may name; all where none are given."""
    kubernetes_connection: ConnectionName | None = None
    """The Airflow connection with which its pods are made; `kubernetes_default` otherwise."""
    airflow_account: AccountText | None = None
    """Service account with which Airflow starts its pods; `airflow.service_account` otherwise."""
    bundle: TeamBundleSection | None = None
    """The DAG bundle of its DAG files."""
    quota: dict[QuotaName, QuantityText] = {}
    """Kubernetes resource quota."""
    egress: list[EgressSection] = []
    """What its pods may reach, beside the cluster's DNS; nothing otherwise."""


class AirflowSection(Section):
    """The Airflow that runs the pipelines."""

    url: Annotated[str, StringConstraints(pattern=r"^https?://")] | None = None
    """Address of its API server; the private Airflow on this machine where there is none."""
    token_env: EnvironmentName | None = None
    """Environment variable that holds a bearer token."""
    user: Name | None = None
    """Name to log in with."""
    password_env: EnvironmentName | None = None
    """Environment variable that holds the password."""
    service_account: AccountText | None = None
    """Kubernetes service account with which it starts pods, as NAMESPACE/NAME."""
    bundles: dict[Name, BundleSection] = {}
    """DAG bundles that are no team's, by name: their DAG files may do everything."""


class NodePoolSection(Section):
    """A pool of nodes that grows when pods wait, from none if need be."""

    labels: dict[Name, str] = {}
    """Labels of its nodes."""
    taints: list[Taint] = []
    """Taints of its nodes."""
    capacity: Annotated[dict[Name, QuantityText], Field(min_length=1)]
    """What pods can ask for on an empty node of it."""


class ClusterSection(Section):
    """Which Kubernetes cluster is meant, and what it cannot say of itself."""

    autoscaled: list[NodePoolSection] = []
    """Pools of nodes that grow when pods wait."""
    context: Name | None = None
    """Context of the kubeconfig; its current one where none is named."""
    preflight: bool | None = None
    """Whether `nbflow publish` asks the cluster first. Where it is not said: with `backend: pod`,
    `airflow.service_account` or anything else in this section, and not otherwise."""


class TargetSection(Section):
    """Where bundles are published.

    `{team}` in any text is the pipeline's team, `default` without one.
    """

    model_config = ConfigDict(extra="allow")

    kind: Name = "folder"
    """Name of the target."""
    path: Name | None = None
    """Folder of the DAG files, relative to the folder of this file (`.nbflow/dags` where it is not
    said), or in the repository."""
    url: Name | None = None
    """Of the repository, or of the folder in a bucket."""
    branch: Name | None = None
    """That Airflow reads; `main` where it is not said."""
    review: bool | None = None
    """Whether what is published goes to a branch of its own, for somebody to merge."""
    author: Name | None = None
    """Whom commits are from: `NAME <MAIL>`; whoever publishes where it is not said."""
    token_env: Name | None = None
    """Environment variable with a token that may push over https."""
    endpoint: Name | None = None
    """Address of the server that has the bucket, where it is not AWS."""
    region: Name | None = None
    """Of the bucket."""
    profile: Name | None = None
    """Section of the AWS configuration of whoever publishes, with their credentials."""


class ChannelSection(Section):
    """A way to tell people or programs of runs. Secrets are in the connection of Airflow's."""

    kind: Literal["slack", "webhook", "email"]
    """A webhook that understands Slack's messages, one that is given plain JSON, or e-mail."""
    connection: ConnectionName
    """Id of a connection of Airflow's: of type HTTP with the webhook's address, or SMTP."""
    to: Annotated[list[MailAddress], Field(min_length=1)] | None = None
    """Addresses that an e-mail goes to."""
    sender: MailAddress | None = None
    """Address that an e-mail comes from; otherwise `from_email` of the connection."""
    path: Name | None = None
    """Of a webhook, behind the address of its connection."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.kind == "email" and self.to is None:
            raise ValueError("say whom an e-mail goes `to`")
        if self.kind != "email" and (self.to or self.sender):
            raise ValueError("`to` and `sender` are for e-mail")
        if self.kind != "webhook" and self.path is not None:
            raise ValueError("`path` is for webhooks of kind `webhook`")
        return self


class DefaultsSection(Section):
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
    image: Name | None = None
    """Container image of a profile that names none."""


class RetentionSection(Section):
    """How long `nbflow clean` leaves what has been made.

    A version or a run goes once it is both beyond the newest so many, and old enough.
    """

    versions: Annotated[int, Field(ge=1)] | None = None
    """The newest so many of each DAG stay; 10 where it is not said."""
    runs: Annotated[int, Field(ge=0)] | None = None
    """The newest so many of each DAG stay, with their executed notebooks; 10 likewise."""
    older_than: DurationText | None = None
    """What is younger stays; `30d` likewise."""
    artifacts_older_than: DurationText | None = None
    """What steps have handed on goes so long after the run; with the run where it is not said."""


class ChecksSection(Section):
    """What is checked while steps run."""

    in_place: bool | None = None
    """Whether a step looks, when it ends, which of its inputs it changed in place."""


class SettingsFile(Section):
    """nbflow.yaml."""

    store: Name | None = None
    """Where runs keep what they make: a folder or a URL."""
    target: TargetSection | None = None
    airflow: AirflowSection | None = None
    cluster: ClusterSection | None = None
    backend: Name | None = None
    """How a step becomes an Airflow task."""
    profiles: dict[Name, ProfileSection] = {}
    """Sizes and places by name."""
    teams: dict[Name, TeamSection] = {}
    """Tenants by name."""
    channels: dict[Name, ChannelSection] = {}
    """Ways to tell people and programs of runs, by name."""
    defaults: DefaultsSection | None = None
    retention: RetentionSection | None = None
    checks: ChecksSection | None = None


def json_schema() -> dict[str, Any]:
    """The JSON schema of nbflow.yaml, for editors."""
    schema = SettingsFile.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
