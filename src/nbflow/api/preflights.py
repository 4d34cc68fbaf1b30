"""Whether a cluster could run the pods of notebooks that are about to be published."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar

from nbflow.errors import ClusterError, MissingExtraError, PreflightFailed
from nbflow.planning import POD_BACKEND
from nbflow.settings import ClusterSettings

if TYPE_CHECKING:
    from nbflow.api.notebooks import Compiled
    from nbflow.cluster import Candidate, Cluster, Finding
    from nbflow.model import PlannedStep
    from nbflow.settings import Settings

__all__ = [
    "PATIENCE",
    "Asking",
    "PodFinding",
    "Preflight",
    "Role",
    "asks_cluster",
    "preflight",
    "refuse_what_cannot_run",
]

Done = TypeVar("Done")

PATIENCE = 10.0
"""Seconds after which a cluster counts as not reached, whatever it is that takes so long."""
_REACH = 5.0
"""Seconds that one answer may take."""
_SIZES = ("nodes", "limits", "quota")
"""The checks whose outcome depends on what a pod asks for."""


class Role(StrEnum):
    """When a step gets a pod."""

    OWN = "own"
    """At once: it is that of its profile."""
    NEXT = "next"
    """After a try that ran out of memory, or that no node had room for."""


@dataclass(frozen=True)
class Asking:
    """A tag that asks for what was found wanting.

    Attributes:
        step: whose pod it shapes.
        cell: id of its cell.
        index: of the cell among all of the notebook, counted from 0.
        tag: as it is written.
    """

    step: str
    cell: str
    index: int
    tag: str


@dataclass(frozen=True)
class PodFinding:
    """What a cluster said of a pod that steps of a notebook get, or may get.

    Attributes:
        notebook: path of the notebook.
        dag_id: its DAG.
        steps: those that get the pod, in the notebook's order.
        profile: the pod's.
        team: the pipeline's, or None.
        role: when the steps get it.
        check: what was looked at, as in `nbflow profiles check`.
        verdict: `ok`, `warning`, `unknown` or `problem`.
        message: what was found.
        hint: what can be done about it, or None.
        tags: those that ask for what was found wanting.
        fallback: the profile to which the step goes on by itself, as there is no room for this one
            and that one can run; None otherwise.
    """

    notebook: str
    dag_id: str
    steps: tuple[str, ...]
    profile: str
    team: str | None
    role: Role
    check: str
    verdict: str
    message: str
    hint: str | None
    tags: tuple[Asking, ...] = ()
    fallback: str | None = None

    @property
    def stops(self) -> bool:
        """The steps cannot run: a pod that they get for certain is not possible."""
        return self.role is Role.OWN and self.verdict == "problem" and self.fallback is None

    @property
    def warns(self) -> bool:
        """A person should know before a run meets it, and it is not certain to be met."""
        if self.role is Role.OWN:
            return self.verdict == "warning" or (self.verdict == "problem" and not self.stops)
        return self.verdict == "problem"

    def as_json(self) -> dict[str, Any]:
        """The finding as programs read it."""
        return {
            "notebook": self.notebook,
            "dag_id": self.dag_id,
            "steps": list(self.steps),
            "profile": self.profile,
            "team": self.team,
            "role": str(self.role),
            "check": self.check,
            "verdict": self.verdict,
            "stops": self.stops,
            "message": self.message,
            "hint": self.hint,
            "tags": [asdict(one) for one in self.tags],
            "fallback": self.fallback,
        }


@dataclass(frozen=True)
class Preflight:
    """What a cluster said of a notebook's pods.

    Attributes:
        cluster: its address; None where it was not reached.
        unasked: why it was not reached, or None.
        hint: what can be done about that, or None.
        findings: what was found, the well and the ill.
    """

    cluster: str | None = None
    unasked: str | None = None
    hint: str | None = None
    findings: tuple[PodFinding, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As programs read it."""
        return {
            "cluster": self.cluster,
            "unasked": self.unasked,
            "hint": self.hint,
            "findings": [one.as_json() for one in self.findings],
        }


def preflight(
    compiled: Sequence[Compiled], *, patience: float = PATIENCE
) -> tuple[Preflight | None, ...]:
    """Ask the cluster about the very pods that the notebooks' steps get, or go on to by themselves.

    What is the same for many notebooks is asked once. Nothing is changed in the cluster.

    Args:
        compiled: the notebooks.
        patience: seconds for all that is asked of one cluster.

    Returns:
        What was said of each notebook, in their order; None for one whose settings speak of no
        cluster. Where a cluster cannot be reached, that is told and raises nothing: whoever
        publishes need not be someone who may ask it.
    """
    found: dict[int, Preflight] = {}
    by_context: dict[str | None, list[int]] = {}
    for number, one in enumerate(compiled):
        current = one.inspected.settings
        if asks_cluster(current):
            by_context.setdefault(current.cluster.context, []).append(number)
    for context, numbers in by_context.items():
        asked = [compiled[number] for number in numbers]
        found |= dict(zip(numbers, _ask(asked, context=context, patience=patience), strict=True))
    return tuple(found.get(number) for number in range(len(compiled)))


def refuse_what_cannot_run(asked: Sequence[Preflight | None]) -> None:
    """Raise PreflightFailed if a step would get a pod that the cluster cannot run."""
    findings = [one for each in asked if each is not None for one in each.findings]
    stopping = [one for one in findings if one.stops]
    if stopping:
        steps = {(one.dag_id, step) for one in stopping for step in one.steps}
        many = f"{len(steps)} steps" if len(steps) > 1 else "1 step"
        raise PreflightFailed(
            f"the cluster cannot run {many} of what would be published; nothing was written",
            hint="correct what is said above, or publish all the same with --no-preflight",
            findings=[one for one in findings if one.stops or one.warns],
        )


def asks_cluster(current: Settings) -> bool:
    """Whether publishing asks a cluster: the settings say so, or speak of one.

    A kubeconfig alone means nothing: it is there for other work, too.
    """
    if current.cluster.preflight is not None:
        return current.cluster.preflight
    return (
        current.backend == POD_BACKEND
        or current.cluster != ClusterSettings()
        or current.airflow.service_account is not None
    )


def _ask(
    compiled: Sequence[Compiled], *, context: str | None, patience: float
) -> tuple[Preflight, ...]:
    """What the cluster of one context says of notebooks."""
    from nbflow import cluster

    def work() -> tuple[Preflight, ...]:
        here = cluster.connect(environ=os.environ, context=context, patience=min(_REACH, patience))
        found: dict[int, Preflight] = {}
        for numbers in _alike(compiled):
            asked = [compiled[number] for number in numbers]
            found |= dict(zip(numbers, _look(asked, cluster=here), strict=True))
        return tuple(found[number] for number in range(len(compiled)))

    try:
        return _within(patience, work)
    except (ClusterError, MissingExtraError) as error:
        return (Preflight(unasked=error.message, hint=error.hint),) * len(compiled)


def _alike(compiled: Sequence[Compiled]) -> list[list[int]]:
    """The notebooks' numbers, together where their settings say the same of the cluster."""
    groups: list[tuple[Any, list[int]]] = []
    for number, one in enumerate(compiled):
        current = one.inspected.settings
        said = (current.airflow.service_account, current.cluster)
        same = next((numbers for known, numbers in groups if known == said), None)
        if same is None:
            groups.append((said, [number]))
        else:
            same.append(number)
    return [numbers for _, numbers in groups]


def _within(seconds: float, work: Callable[[], Done]) -> Done:
    """What `work` returns or raises.

    It goes on unheeded in a thread where it takes longer: a program that fetches credentials for
    the kubeconfig, or a server that trickles, can be given no other limit.

    Raises:
        ClusterError: it takes longer.
    """
    done: list[Done] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            failed.append(error)

    thread = Thread(target=run, name="nbflow-preflight", daemon=True)
    thread.start()
    thread.join(seconds)
    if failed:
        raise failed[0]
    if not done:
        raise ClusterError(
            f"the cluster did not answer within {seconds:g} s",
            hint="`nbflow profiles check` waits longer, and says why it had to",
        )
    return done[0]


@dataclass(frozen=True)
class _Wanted:
    """A pod that a step gets, or may get."""

    step: PlannedStep
    profile: str
    role: Role
    candidate: Candidate
    key: str


def _look(compiled: Sequence[Compiled], *, cluster: Cluster) -> list[Preflight]:
    """What a cluster says of notebooks whose settings are alike."""
    from nbflow.cluster import preflight_each

    current = compiled[0].inspected.settings
    wanted = [list(_wanted(one)) for one in compiled]
    distinct = {one.key: one.candidate for of_one in wanted for one in of_one}
    answers = preflight_each(
        distinct.values(),
        cluster=cluster,
        account=current.airflow.service_account,
        autoscaled=current.cluster.autoscaled,
    )
    found = dict(zip(distinct, answers, strict=True))
    return [
        Preflight(cluster=cluster.server, findings=tuple(_findings(one, own, found)))
        for one, own in zip(compiled, wanted, strict=True)
    ]


def _wanted(compiled: Compiled) -> Iterator[_Wanted]:
    from nbflow.cluster import Candidate

    plan, current = compiled.plan, compiled.inspected.settings
    team = plan.pipeline.options.team
    namespace = None if team is None else current.teams[team].namespace
    for step in plan.steps:
        later = _next_profiles(step, current)
        pods = {step.profile.name: step.pod, **step.alternatives}
        for profile, pod in pods.items():
            if profile != step.profile.name and profile not in later:
                continue  # who chooses it for a run can ask `nbflow profiles check`
            yield _Wanted(
                step,
                profile,
                Role.OWN if profile == step.profile.name else Role.NEXT,
                Candidate(profile, team, namespace, pod),
                json.dumps([namespace, pod], sort_keys=True),
            )


def _next_profiles(step: PlannedStep, current: Settings) -> set[str]:
    """The profiles to which a step may go on by itself, over any number of tries."""
    found: set[str] = set()
    waiting = [step.profile.name]
    while waiting:
        profile = current.profiles[waiting.pop()]
        for name in (profile.escalate_to, profile.fallback):
            if name is not None and name in step.alternatives and name not in found:
                found.add(name)
                waiting.append(name)
    return found


def _findings(
    compiled: Compiled, wanted: Sequence[_Wanted], found: dict[str, tuple[Finding, ...]]
) -> Iterator[PodFinding]:
    """What was found of each pod, once for all steps that get it."""
    able = {
        (one.step.name, one.profile)
        for one in wanted
        if all(finding.verdict != "problem" for finding in found[one.key])
    }
    profiles = compiled.inspected.settings.profiles
    same: dict[tuple[str, str, Role, str | None], list[_Wanted]] = {}
    for one in wanted:
        other = profiles[one.profile].fallback if one.role is Role.OWN else None
        fallback = other if other and (one.step.name, other) in able else None
        same.setdefault((one.key, one.profile, one.role, fallback), []).append(one)
    for (key, profile, role, other), together in same.items():
        for finding in found[key]:
            fallback = other if finding.waits and finding.verdict == "problem" else None
            goes_on = f"; after startup_timeout the step goes to its fallback {fallback}"
            yield PodFinding(
                notebook=str(compiled.inspected.path),
                dag_id=compiled.plan.dag_id,
                steps=tuple(one.step.name for one in together),
                profile=profile,
                team=together[0].candidate.team,
                role=role,
                check=finding.check,
                verdict=str(finding.verdict),
                message=finding.message + (goes_on if fallback else ""),
                hint=finding.hint,
                tags=tuple(tag for one in together for tag in _tags(compiled, one, finding)),
                fallback=fallback,
            )


def _tags(compiled: Compiled, wanted: _Wanted, finding: Finding) -> Iterator[Asking]:
    """The tags of a step that ask for what was found wanting."""
    by_id = compiled.plan.pipeline.document.by_id
    step = wanted.step
    for cell in (by_id[one] for one in step.step.cells):
        for tag in cell.tags:
            kind, _, rest = tag.partition(":")
            sized = finding.check in _SIZES and (
                (kind == "limit" and rest.rpartition(":")[0] in finding.resources)
                or (kind == "profile" and wanted.role is Role.OWN)
            )
            secret = kind == "secret" and rest.rpartition(":")[2] in finding.variables
            if sized or secret:
                yield Asking(step.name, cell.id, cell.index, tag)
