"""What can be chosen outside the notebook, and what is chosen where nobody says anything."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.model import Amount, Channel, Gpu, Profile, Quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.settings.tenants import Account, DagBundle, Egress

TEAM = "{team}"
"""What stands for the team's name in what is said of a target."""
NO_TEAM = "default"
"""The name of the team of pipelines that have none."""


@dataclass(frozen=True)
class TargetSettings:
    """Where bundles are published.

    Attributes:
        kind: name of the target (`folder`).
        path: folder of the DAG files: absolute or relative to the project's root, or in the target
            itself where that is no folder; None where nothing is said.
        options: what else the target of this kind understands.
    """

    kind: str = "folder"
    path: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def of_team(self, team: str | None) -> TargetSettings:
        """The team's own: `{team}` in any text is its name, `default` without one."""

        def filled(value: Any) -> Any:
            return value.replace(TEAM, team or NO_TEAM) if isinstance(value, str) else value

        options = {key: filled(value) for key, value in self.options.items()}
        return replace(self, path=filled(self.path), options=options)


@dataclass(frozen=True)
class AirflowSettings:
    """The Airflow that runs the pipelines.

    Attributes:
        url: address of its API server, or None for the private one on this machine.
        token_env: environment variable that holds a bearer token.
        user: name to log in with, where no token is given.
        password_env: environment variable that holds the password.
        service_account: the Kubernetes service account with which it starts pods, or None.
        bundles: DAG bundles that are no team's, sorted by name.
    """

    url: str | None = None
    token_env: str | None = None
    user: str | None = None
    password_env: str | None = None
    service_account: Account | None = None
    bundles: tuple[DagBundle, ...] = ()

    @property
    def embedded(self) -> bool:
        """The private Airflow on this machine is meant."""
        return self.url is None


@dataclass(frozen=True)
class NodePool:
    """A pool of nodes that grows when pods wait, from none if need be.

    Attributes:
        labels: of its nodes.
        taints: of its nodes, as in Kubernetes.
        capacity: what pods can ask for on an empty node of it, by resource.
    """

    labels: Mapping[str, str]
    taints: tuple[Mapping[str, Any], ...]
    capacity: Mapping[str, Quantity]


@dataclass(frozen=True)
class ClusterSettings:
    """Which Kubernetes cluster is meant, and what it cannot say of itself.

    Attributes:
        autoscaled: pools of nodes that grow when pods wait.
        context: of the kubeconfig, where the cluster is not that of its current one.
        preflight: whether publishing asks the cluster; None where that depends on whether the
            settings speak of one.
    """

    autoscaled: tuple[NodePool, ...] = ()
    context: str | None = None
    preflight: bool | None = None


@dataclass(frozen=True)
class Defaults:
    """What a step does where the notebook says nothing.

    Attributes:
        retries: how often an attempt that failed for no fault of the code is repeated.
        retry_delay: wait before a repetition.
        timeout: longest duration of one attempt, or None.
        cache: whether an unchanged step may be skipped.
        owner: who answers for a pipeline.
        profile: name of the profile.
        image: container image of a profile that names none, or None.
    """

    retries: int = 2
    retry_delay: timedelta = timedelta(seconds=10)
    timeout: timedelta | None = None
    cache: bool = False
    owner: str = "nbflow"
    profile: str = "default"
    image: str | None = None


@dataclass(frozen=True)
class Retention:
    """How long `nbflow clean` leaves what has been made.

    A version or a run goes once it is both beyond the newest so many, and old enough.

    Attributes:
        versions: the newest so many of each DAG stay.
        runs: the newest so many of each DAG stay, with their executed notebooks.
        older_than: what is younger stays.
        artifacts_older_than: what the steps of a run have handed on goes so long after the run;
            with the run where None.
    """

    versions: int = 10
    runs: int = 10
    older_than: timedelta = timedelta(days=30)
    artifacts_older_than: timedelta | None = None

    def but(
        self,
        *,
        versions: int | None = None,
        runs: int | None = None,
        older_than: timedelta | None = None,
        artifacts_older_than: timedelta | None = None,
    ) -> Retention:
        """The same but for what is said here."""
        artifacts = artifacts_older_than
        return Retention(
            self.versions if versions is None else versions,
            self.runs if runs is None else runs,
            self.older_than if older_than is None else older_than,
            self.artifacts_older_than if artifacts is None else artifacts,
        )


@dataclass(frozen=True)
class Team:
    """A tenant.

    Attributes:
        name: as in `metadata.nbflow.team`.
        namespace: the Kubernetes namespace of its pods, or None.
        service_account: the Kubernetes service account of its pods, or None.
        profiles: names of the profiles that it may use, or None for all.
        images: patterns (`registry/*`) of the images that it may use, or None for all.
        claims: patterns of the PersistentVolumeClaims that it may mount, or None for all.
        host_paths: patterns of the folders of nodes that it may mount.
        connections: patterns of the Airflow connections that its DAGs may name, or None for all.
        kubernetes_connection: the Airflow connection with which its pods are made, or None for
            Airflow's own default.
        airflow_account: the service account with which Airflow starts its pods, or None for that
            of all teams.
        bundle: the DAG bundle of its DAG files, or None for one of the team's name.
        quota: Kubernetes resource quota by name.
        egress: what its pods may reach beside the cluster's DNS, sorted.
    """

    name: str
    namespace: str | None = None
    service_account: str | None = None
    profiles: tuple[str, ...] | None = None
    images: tuple[str, ...] | None = None
    claims: tuple[str, ...] | None = None
    host_paths: tuple[str, ...] = ()
    connections: tuple[str, ...] | None = None
    kubernetes_connection: str | None = None
    airflow_account: Account | None = None
    bundle: DagBundle | None = None
    quota: Mapping[str, Quantity] = field(default_factory=dict)
    egress: tuple[Egress, ...] = ()


def _built_in_profiles() -> dict[str, Profile]:
    def sized(name: str, cpu: str, memory: str, gpu: Gpu | None = None) -> Profile:
        cores, size = Amount.of(Quantity(cpu)), Amount.of(Quantity(memory))
        return Profile(name, cpu=cores, memory=size, gpu=gpu)

    return {
        # Asks for nothing: Airflow's own choice, and no pod override in the DAG.
        "default": Profile("default"),
        "gpu": sized("gpu", "4", "16Gi", Gpu(1)),
        "highmem": sized("highmem", "8", "64Gi"),
        "small": sized("small", "1", "2Gi"),
    }


@dataclass(frozen=True)
class Settings:
    """Every choice that is made outside the notebook.

    Attributes:
        root: the project's folder, absolute; what relative paths are relative to.
        store: where runs keep what they make: a folder or a URL.
        target: where bundles are published.
        airflow: the Airflow that runs them.
        cluster: which Kubernetes cluster is meant, and what it cannot say of itself.
        backend: how a step becomes an Airflow task.
        profiles: sizes and places by name, sorted.
        teams: tenants by name, sorted.
        channels: ways to tell people and programs of runs, by name, sorted.
        defaults: for steps that say nothing.
        retention: how long what has been made is kept.
        check_in_place: whether a step looks, when it ends, which of its inputs it changed.
        files: the settings files that were read, the widest first.
        places: `FILE:LINE` of what a file said, by its keys, for messages.
    """

    root: Path
    store: str = ".nbflow/store"
    target: TargetSettings = field(default_factory=TargetSettings)
    airflow: AirflowSettings = field(default_factory=AirflowSettings)
    cluster: ClusterSettings = field(default_factory=ClusterSettings)
    backend: str = "papermill"
    profiles: Mapping[str, Profile] = field(default_factory=_built_in_profiles)
    teams: Mapping[str, Team] = field(default_factory=dict)
    channels: Mapping[str, Channel] = field(default_factory=dict)
    defaults: Defaults = field(default_factory=Defaults)
    retention: Retention = field(default_factory=Retention)
    check_in_place: bool = True
    files: tuple[Path, ...] = ()
    places: Mapping[tuple[str, ...], str] = field(default_factory=dict, compare=False, repr=False)

    @property
    def default_profile(self) -> str:
        """Name of the profile of a step that names none."""
        return self.defaults.profile

    @property
    def home(self) -> Path:
        """The folder of what nbflow keeps for this project: `{root}/.nbflow`."""
        return self.root / ".nbflow"

    @property
    def store_address(self) -> str:
        """The store as an absolute path or a URL, without a slash at the end."""
        if "://" in self.store:
            return self.store.rstrip("/")
        return self.absolute(self.store).as_posix()

    @property
    def local_store(self) -> Path | None:
        """The store's folder, absolute; None where the store is not on this machine."""
        if self.store.startswith("file://"):
            return Path(self.store.removeprefix("file://"))
        return None if "://" in self.store else self.absolute(self.store)

    @property
    def target_folder(self) -> Path:
        """The folder of the DAG files, absolute (for targets that are folders)."""
        return self.absolute(self.target.path or ".nbflow/dags")

    @property
    def target_root(self) -> Path:
        """The folder that those of all teams are in."""
        parts = self.target_folder.parts
        own = next((at for at, part in enumerate(parts) if TEAM in part), len(parts))
        return Path(*parts[:own])

    def of_team(self, team: str | None) -> Settings:
        """The same, with the target of a team."""
        return replace(self, target=self.target.of_team(team))

    def place(self, *keys: str) -> str | None:
        """`FILE:LINE` of the last word on something; None where it is built in."""
        return self.places.get(keys)

    def absolute(self, path: str) -> Path:
        """A path that is relative to the root, made absolute."""
        return self.root / Path(path).expanduser()


def default_settings(root: Path) -> Settings:
    """What holds in a project without any settings file."""
    return Settings(root=root.resolve())
