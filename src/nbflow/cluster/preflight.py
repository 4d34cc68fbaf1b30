"""Whether the pods of profiles could run in a cluster, asked before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

from nbflow.cluster.access import RIGHTS, judge_rights, review
from nbflow.cluster.admission import admitted, judge_limits
from nbflow.cluster.client import Cluster, Unseen
from nbflow.cluster.findings import Answer, Finding, Verdict
from nbflow.cluster.placement import judge_beyond, judge_placement
from nbflow.cluster.places import Place, apart_from, read_nodes
from nbflow.cluster.quotas import judge_quotas
from nbflow.cluster.references import Reference, judge_missing, judge_reference, references
from nbflow.errors import ClusterError

if TYPE_CHECKING:
    from nbflow.settings import Account, NodePool

_AIRFLOWS_OWN = Answer(
    Verdict.UNKNOWN,
    "asks for nothing, so Airflow's own pod is used, of which nothing is known here",
    hint="say `cpu:` and `memory:` in the profile to have it looked at",
)


@dataclass(frozen=True)
class Candidate:
    """A pod that could be sent.

    Attributes:
        profile: the profile's name.
        team: the team's, or None.
        namespace: where it would be, None where the settings do not say.
        pod: the manifest, None where Airflow's own pod is used.
    """

    profile: str
    team: str | None
    namespace: str | None
    pod: Mapping[str, Any] | None


def preflight(
    candidates: Iterable[Candidate],
    *,
    cluster: Cluster,
    account: Account | None = None,
    autoscaled: Sequence[NodePool] = (),
) -> tuple[Finding, ...]:
    """Look at each pod; nothing is made or changed in the cluster.

    Args:
        candidates: the pods.
        cluster: where they would run.
        account: the service account that makes them, or None where it is not
            known. Its namespace is theirs where they have none.
        autoscaled: pools that grow when pods wait.

    Raises:
        ClusterError: the cluster cannot be reached, or shows nothing at all to this account.
    """
    found = preflight_each(candidates, cluster=cluster, account=account, autoscaled=autoscaled)
    return tuple(chain.from_iterable(found))


def preflight_each(
    candidates: Iterable[Candidate],
    *,
    cluster: Cluster,
    account: Account | None = None,
    autoscaled: Sequence[NodePool] = (),
) -> tuple[tuple[Finding, ...], ...]:
    """As `preflight`; what was found of each pod, in their order."""
    home = cluster.namespace if account is None else account.namespace
    view = _View(cluster, account, tuple(_pool(one) for one in autoscaled))
    found = tuple(tuple(_findings(one, view=view, home=home)) for one in candidates)
    verdicts = {one.verdict for of_one in found for one in of_one}
    if verdicts and not verdicts & {Verdict.OK, Verdict.PROBLEM}:
        raise ClusterError(
            f"the cluster at {cluster.server} shows nothing to your account: every question was"
            " forbidden (403)",
            hint="ask who runs the cluster for the right to read nodes, pods, and what is in"
            f" namespace {home}",
        )
    return found


def _findings(one: Candidate, *, view: _View, home: str) -> Iterator[Finding]:
    look = _Look(view, one.namespace or home, one.pod or {})
    answers = list(look.answers(CHECKS if one.pod else ("namespace", "account")))
    if not one.pod:
        answers.insert(1, ("nodes", _AIRFLOWS_OWN))
    for check, answer in answers:
        yield Finding(
            one.profile,
            one.team,
            check,
            answer.verdict,
            answer.message,
            answer.hint,
            answer.variables,
            answer.resources,
            answer.waits,
        )


def _pool(pool: NodePool) -> Place:
    labels = ", ".join(f"{key}={value}" for key, value in pool.labels.items())
    return Place(
        name=f"the pool {labels}" if labels else "the pool without labels",
        labels=pool.labels,
        taints=pool.taints,
        capacity={name: quantity.amount for name, quantity in pool.capacity.items()},
    )


@dataclass(frozen=True)
class _View:
    """What is the same for all pods, read once."""

    cluster: Cluster
    account: Account | None
    pools: Sequence[Place]

    @cached_property
    def nodes(self) -> tuple[Sequence[Place], bool]:
        """The nodes, and whether it is known what the pods on them have asked for."""
        nodes = self.cluster.all_of("Node")
        try:
            return read_nodes(nodes, pods=self.cluster.all_of("Pod")), True
        except Unseen:
            return read_nodes(nodes, pods=()), False


@dataclass(frozen=True)
class _Look:
    """A look at one pod in its namespace."""

    view: _View
    namespace: str
    pod: Mapping[str, Any]

    @property
    def cluster(self) -> Cluster:
        """Where it would run."""
        return self.view.cluster

    def answers(self, checks: Iterable[str]) -> Iterator[tuple[str, Answer]]:
        """What was found, by check; what the account may not see is unknown, not missing."""
        for check in checks:
            try:
                answers = list(_QUESTIONS[check](self))
            except Unseen as error:
                answers = [_unseen(error, self.namespace)]
            yield from ((check, one) for one in answers)
            if check == "namespace" and answers[0].verdict is Verdict.PROBLEM:
                return  # what would be in it is as missing as it is

    def inside(self, kind: str) -> list[dict[str, Any]]:
        """What is in the namespace, of this kind."""
        return self.cluster.all_of(kind, namespace=self.namespace)

    def kept(self) -> dict[str, Any]:
        """The pod as the API server would keep it, as far as that can be seen."""
        name = self.pod["spec"].get("runtimeClassName")
        try:
            runtime_class = self.cluster.read("RuntimeClass", name) if name else None
        except Unseen:
            runtime_class = None
        try:
            limit_ranges = self.inside("LimitRange")
        except Unseen:
            limit_ranges = []
        return admitted(self.pod, limit_ranges=limit_ranges, runtime_class=runtime_class)


def _namespace(look: _Look) -> Iterator[Answer]:
    if look.cluster.read("Namespace", look.namespace) is not None:
        yield Answer(Verdict.OK, f"namespace {look.namespace} is there")
        return
    yield Answer(
        Verdict.PROBLEM,
        f"there is no namespace {look.namespace}",
        hint="correct `namespace:` of the team in nbflow.yaml, or have it made: "
        "`nbflow teams manifests` writes what makes the teams' namespaces",
    )


def _nodes(look: _Look) -> Iterator[Answer]:
    nodes, seen = look.view.nodes
    pod = look.kept()
    volumes, hidden = _volumes(look)
    places = [apart_from(one, volumes) for one in nodes]
    pools = [apart_from(one, volumes) for one in look.view.pools]
    yield judge_placement(pod, nodes=places, pools=pools, pods_seen=seen)
    yield from hidden
    beyond = judge_beyond(pod)
    if beyond is not None:
        yield beyond


def _volumes(look: _Look) -> tuple[dict[str, dict[str, Any]], list[Answer]]:
    """The bound volumes that the pod mounts, by claim; and what cannot be seen of them."""
    volumes, hidden = {}, []
    for one in references(look.pod):
        if one.kind != "PersistentVolumeClaim":
            continue
        try:
            claim = look.cluster.read(one.kind, one.name, namespace=look.namespace) or {}
            name = claim.get("spec", {}).get("volumeName")
            volume = look.cluster.read("PersistentVolume", name) if name else None
        except Unseen as error:
            hidden.append(_unseen(error, look.namespace))
            continue
        if volume is not None:
            volumes[one.name] = volume
    return volumes, hidden


def _limits(look: _Look) -> Iterable[Answer]:
    return judge_limits(look.kept(), look.inside("LimitRange"))


def _quota(look: _Look) -> Iterable[Answer]:
    return judge_quotas(look.kept(), look.inside("ResourceQuota"))


def _objects(look: _Look) -> Iterator[Answer]:
    for (kind, name), same in _by_name(references(look.pod)).items():
        try:
            if look.cluster.read(kind, name, namespace=look.namespace) is None:
                known = _secrets(look) if kind == "Secret" else ()
                yield judge_missing(same, namespace=look.namespace, known=known)
                continue
            for one in same:
                yield _object(look, one)
        except Unseen as error:
            yield _unseen(error, look.namespace)


def _by_name(wanted: Iterable[Reference]) -> dict[tuple[str, str], list[Reference]]:
    """What is wanted of each object."""
    found: dict[tuple[str, str], list[Reference]] = {}
    for one in wanted:
        found.setdefault((one.kind, one.name), []).append(one)
    return found


def _secrets(look: _Look) -> list[str]:
    """The names of the namespace's Secrets; none where they may not be listed."""
    try:
        return [str(one["metadata"]["name"]) for one in look.inside("Secret")]
    except Unseen:
        return []


def _object(look: _Look, one: Reference) -> Answer:
    found = look.cluster.read(one.kind, one.name, namespace=look.namespace)
    storage_class = None
    if one.kind == "PersistentVolumeClaim" and found is not None:
        name = found["spec"].get("storageClassName")
        storage_class = look.cluster.read("StorageClass", name) if name else None
    return judge_reference(one, found, namespace=look.namespace, storage_class=storage_class)


def _account(look: _Look) -> Iterator[Answer]:
    account = look.view.account
    if account is not None:
        try:
            found = look.cluster.read("ServiceAccount", account.name, namespace=account.namespace)
        except Unseen:
            found = {}
        if found is None:
            yield Answer(
                Verdict.PROBLEM,
                f"there is no service account {account.name} in namespace {account.namespace}",
                hint="correct `airflow: {service_account: …}` in nbflow.yaml, or have it made",
            )
            return
    answers = {}
    for right in RIGHTS:
        kind, body = review(right, namespace=look.namespace, account=account)
        answers[right] = look.cluster.ask(kind, body)
    yield judge_rights(answers, namespace=look.namespace, account=account)


def _unseen(error: Unseen, namespace: str) -> Answer:
    return Answer(
        Verdict.UNKNOWN,
        f"cannot see: your account may not {error.what}",
        hint=f"a Role in {namespace}, or a ClusterRole, gives that right",
    )


_QUESTIONS: Mapping[str, Callable[[_Look], Iterable[Answer]]] = {
    "namespace": _namespace,
    "nodes": _nodes,
    "limits": _limits,
    "quota": _quota,
    "objects": _objects,
    "account": _account,
}
CHECKS = tuple(_QUESTIONS)
"""What is looked at, in this order."""
