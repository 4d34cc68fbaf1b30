"""Whether the pods of profiles could run in a cluster, asked before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbflow.cluster.access import RIGHTS, Account, judge_rights, review
from nbflow.cluster.admission import admitted, judge_limits
from nbflow.cluster.client import Cluster, Unseen
from nbflow.cluster.findings import Answer, Finding, Verdict
from nbflow.cluster.placement import judge_beyond, judge_placement
from nbflow.cluster.places import Place, read_nodes
from nbflow.cluster.quotas import judge_quotas
from nbflow.cluster.references import Reference, judge_reference, references
from nbflow.errors import ClusterError

if TYPE_CHECKING:
    from nbflow.settings import NodePool

_NOTHING: Mapping[str, Any] = {"spec": {"containers": [{"name": "base"}]}}
"""The pod of a profile that asks for nothing: Airflow's own, of which nothing is known here."""


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
    account: str | None = None,
    autoscaled: Sequence[NodePool] = (),
) -> tuple[Finding, ...]:
    """Look at each pod; nothing is made or changed in the cluster.

    Args:
        candidates: the pods.
        cluster: where they would run.
        account: the service account that makes them, as NAMESPACE/NAME, or None where it is not
            known. Its namespace is theirs where they have none.
        autoscaled: pools that grow when pods wait.

    Raises:
        ClusterError: the cluster cannot be reached, or shows nothing at all to this account.
    """
    maker = None if account is None else Account.read(account)
    home = cluster.namespace if maker is None else maker.namespace
    pools = tuple(_pool(one) for one in autoscaled)
    found: list[Finding] = []
    for one in candidates:
        namespace = one.namespace or home
        look = _Look(cluster, namespace, one.pod or _NOTHING, maker, pools)
        found += [
            Finding(one.profile, one.team, check, answer.verdict, answer.message, answer.hint)
            for check, answer in look.answers()
        ]
    if found and not any(one.verdict in {Verdict.OK, Verdict.PROBLEM} for one in found):
        raise ClusterError(
            f"the cluster at {cluster.server} shows nothing to your account: every question was"
            " forbidden (403)",
            hint="ask who runs the cluster for the right to read nodes, pods, and what is in"
            f" namespace {home}",
        )
    return tuple(found)


def _pool(pool: NodePool) -> Place:
    labels = ", ".join(f"{key}={value}" for key, value in pool.labels.items())
    return Place(
        name=f"the pool {labels}" if labels else "the pool without labels",
        labels=pool.labels,
        taints=pool.taints,
        capacity={name: quantity.amount for name, quantity in pool.capacity.items()},
    )


@dataclass(frozen=True)
class _Look:
    """A look at one pod in its namespace."""

    cluster: Cluster
    namespace: str
    pod: Mapping[str, Any]
    account: Account | None
    pools: Sequence[Place]

    def answers(self) -> Iterator[tuple[str, Answer]]:
        """What was found, by check; what the account may not see is unknown, not missing."""
        for check, ask in _QUESTIONS.items():
            try:
                answers = list(ask(self))
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
        hint="correct `namespace:` of the team in nbflow.yaml, or have it made",
    )


def _nodes(look: _Look) -> Iterator[Answer]:
    nodes = look.cluster.all_of("Node")
    try:
        pods, seen = look.cluster.all_of("Pod"), True
    except Unseen:
        pods, seen = [], False
    pod = look.kept()
    places = read_nodes(nodes, pods=pods)
    yield judge_placement(pod, nodes=places, pools=look.pools, pods_seen=seen)
    beyond = judge_beyond(pod)
    if beyond is not None:
        yield beyond


def _limits(look: _Look) -> Iterable[Answer]:
    return judge_limits(look.kept(), look.inside("LimitRange"))


def _quota(look: _Look) -> Iterable[Answer]:
    return judge_quotas(look.kept(), look.inside("ResourceQuota"))


def _objects(look: _Look) -> Iterator[Answer]:
    for one in references(look.pod):
        try:
            yield _object(look, one)
        except Unseen as error:
            yield _unseen(error, look.namespace)


def _object(look: _Look, one: Reference) -> Answer:
    found = look.cluster.read(one.kind, one.name, namespace=look.namespace)
    storage_class = None
    if one.kind == "PersistentVolumeClaim" and found is not None:
        name = found["spec"].get("storageClassName")
        storage_class = look.cluster.read("StorageClass", name) if name else None
    return judge_reference(one, found, namespace=look.namespace, storage_class=storage_class)


def _account(look: _Look) -> Iterator[Answer]:
    account = look.account
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
