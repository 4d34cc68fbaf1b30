"""A pipeline with every choice made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbflow.model.composition import Stage
from nbflow.model.events import Channel
from nbflow.model.pipeline import Pipeline, Step
from nbflow.model.profile import Profile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta


@dataclass(frozen=True)
class PlannedStep:
    """A step with every choice made.

    Attributes:
        step: what the notebook means.
        profile: where it runs, with the step's own overrides applied.
        pod: the pod that it asks for (a Kubernetes pod manifest as plain data), or None where
            nothing is asked for.
        alternatives: the pods of the other profiles that it may run on, by profile; a profile that
            fails for want of memory or room leads to one of them, or a person chooses one.
        retries: how often an attempt that failed for no fault of the code is repeated.
        retry_delay: wait before a repetition.
        timeout: longest duration of one attempt, or None.
        cache: whether an unchanged step may be skipped.
    """

    step: Step
    profile: Profile
    pod: Mapping[str, Any] | None
    retries: int
    retry_delay: timedelta
    timeout: timedelta | None
    cache: bool
    alternatives: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The step's name, which is the Airflow task's id."""
        return self.step.name

    @property
    def upstream(self) -> tuple[str, ...]:
        """Names of the steps that it needs, in the notebook's order."""
        return tuple(edge.step for edge in self.step.edges)


@dataclass(frozen=True)
class PlannedStage:
    """A stage of a pipeline of several notebooks, with every choice made.

    Attributes:
        stage: what the pipeline's file says.
        plan: its notebook's plan; None where it is an approval.
    """

    stage: Stage
    plan: Plan | None = None


@dataclass(frozen=True)
class Plan:
    """A pipeline with every choice made.

    Attributes:
        pipeline: what the notebook means.
        backend: how a step becomes an Airflow task (`papermill`).
        steps: in the notebook's order.
        store: where runs keep what they make, without a slash at the end: an absolute path, a URL,
            or a path relative to the folder of the DAG file.
        owner: who answers for it.
        start: ISO date from which a schedule counts.
        max_active_runs: how many runs may be under way at once.
        check_in_place: whether a step looks, when it ends, which of its inputs it changed.
        profiles: those that its steps run on or may, by name.
        kubernetes_connection: the Airflow connection with which its pods are made, None for
            Airflow's own default.
        channels: those that are told of its runs, by name.
        stages: of a pipeline of several notebooks, in an order in which they can run; `steps` are
            then those of all of them, named `stage.step`.
        stage: the stage that this is the plan of, empty where it is of a whole pipeline.
    """

    pipeline: Pipeline
    backend: str
    steps: tuple[PlannedStep, ...]
    store: str
    owner: str
    start: str
    max_active_runs: int
    check_in_place: bool = True
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    kubernetes_connection: str | None = None
    channels: Mapping[str, Channel] = field(default_factory=dict)
    stages: tuple[PlannedStage, ...] = ()
    stage: str = ""

    @property
    def dag_id(self) -> str:
        """The DAG's id."""
        return self.pipeline.name

    @property
    def runs_folder(self) -> str:
        """Where this pipeline's runs are kept: `{store}/{team}/{dag_id}`."""
        return f"{self.store}/{self.pipeline.options.team or 'default'}/{self.dag_id}"


@dataclass(frozen=True)
class Bundle:
    """What is published.

    Attributes:
        dag_id: the DAG's id; the DAG file is `{dag_id}.py`.
        digest: 16 hexadecimal digits of the sha256 over all files.
        dag: the DAG file's text.
        files: what lies in `{dag_id}/{digest}/`, by path relative to that folder, sorted:
            `steps/{step}.ipynb`, `notebook.ipynb` (the author's, without outputs), `files/…`,
            `manifest.json`. Of several notebooks `notebooks/{stage}.ipynb` and
            `files/{stage}/…`.
    """

    dag_id: str
    digest: str
    dag: str
    files: Mapping[str, bytes] = field(default_factory=dict)
