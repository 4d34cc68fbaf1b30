"""Whether the account that makes the pods may make them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbflow.cluster.findings import Answer, Verdict

if TYPE_CHECKING:
    from nbflow.settings import Account


@dataclass(frozen=True)
class Right:
    """Something that an account may do with pods of a namespace."""

    verb: str
    subresource: str = ""

    @property
    def resource(self) -> str:
        """As in a Role: `pods` or `pods/log`."""
        return f"pods/{self.subresource}" if self.subresource else "pods"


# What Airflow's KubernetesExecutor and KubernetesPodOperator do with a task's pod.
RIGHTS = (
    Right("create"),
    Right("get"),
    Right("list"),
    Right("watch"),
    Right("patch"),
    Right("delete"),
    Right("get", "log"),
)


def review(right: Right, *, namespace: str, account: Account | None) -> tuple[str, dict[str, Any]]:
    """The question whether an account, or one's own, has a right: kind and body."""
    attributes = {
        "namespace": namespace,
        "verb": right.verb,
        "resource": "pods",
        "subresource": right.subresource,
    }
    spec: dict[str, Any] = {"resourceAttributes": attributes}
    kind = "SelfSubjectAccessReview"
    if account is not None:
        kind = "SubjectAccessReview"
        spec |= {"user": account.user, "groups": account.groups}
    return kind, {"apiVersion": "authorization.k8s.io/v1", "kind": kind, "spec": spec}


def judge_rights(
    answers: Mapping[Right, Mapping[str, Any]], *, namespace: str, account: Account | None
) -> Answer:
    """What the API server's answers mean.

    Args:
        answers: the reviews that came back.
        namespace: where the pods would be.
        account: whose rights they are; None for one's own, which say little of Airflow's.
    """
    lacking = [right for right, one in answers.items() if not one["status"].get("allowed")]
    who = "your account" if account is None else f"Airflow's account {account.user}"
    if not lacking:
        return Answer(Verdict.OK, f"{who} may run pods in namespace {namespace}")
    message = f"{who} may not {_listed(lacking)} in namespace {namespace}"
    if account is None:
        return Answer(
            Verdict.WARNING,
            message,
            hint="whether Airflow's may is not known: name it in nbflow.yaml as "
            "`airflow: {service_account: NAMESPACE/NAME}`",
        )
    return Answer(
        Verdict.PROBLEM,
        message,
        hint=f"bind a Role with these rights in {namespace} to it with a RoleBinding",
    )


def _listed(rights: Sequence[Right]) -> str:
    """`create, get pods; get pods/log`."""
    verbs: dict[str, list[str]] = {}
    for right in rights:
        verbs.setdefault(right.resource, []).append(right.verb)
    return "; ".join(f"{', '.join(those)} {resource}" for resource, those in verbs.items())
