"""A team as Kubernetes objects: a namespace, its limits, and who may do what in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from nbflow.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nbflow.settings import Account, Egress, Team

NAME = "nbflow"
"""Of every object but the namespace and the service account."""
_DEFAULT_ACCOUNT = "default"
"""The account that Kubernetes gives to pods that name none."""

# What a container asks for that says nothing, and the most that it may then use.
_REQUESTS = {"cpu": "500m", "memory": "1Gi", "ephemeral-storage": "2Gi"}
_LIMITS = {"cpu": "1", "memory": "2Gi", "ephemeral-storage": "10Gi"}

# What the Kubernetes executor and KubernetesPodOperator do. They would rather watch events than
# list them, and list them where they may not.
_AIRFLOW_MAY = (
    ("pods", ("create", "delete", "get", "list", "patch", "watch")),
    ("pods/log", ("get",)),
    ("pods/exec", ("create", "get")),
    ("events", ("list",)),
)

# Plain text that YAML 1.1 as Go reads it, or YAML 1.2, takes for a number or a truth value, and
# PyYAML does not: a namespace may be called 12e3, or y.
_AMBIGUOUS = re.compile(r"[-+]?(?:0[box])?[0-9a-f._]*[0-9][0-9a-f._]*(?:e[-+]?[0-9]+)?|y|n", re.I)


def team_manifests(team: Team, *, airflow: Account) -> tuple[dict[str, Any], ...]:
    """What the cluster must hold for a team, in the order in which it can be made.

    Args:
        team: whose namespace it is.
        airflow: the service account with which Airflow starts pods.

    Raises:
        SettingsError: the team has no namespace.
    """
    if team.namespace is None:
        raise SettingsError(
            f"team {team.name!r} has no namespace",
            hint=f"say `namespace: NAME` under `teams: {team.name}:` in nbflow.yaml",
        )
    inside = [_account(team), _limits(team)]
    inside += [_quota(team)] if team.quota else []
    inside += [_role(), _binding(airflow), _network(team)]
    for manifest in inside:
        manifest["metadata"]["namespace"] = team.namespace
    return (_namespace(team, team.namespace), *inside)


def as_yaml(manifests: Iterable[Mapping[str, Any]]) -> str:
    """Manifests as YAML documents; the same ones give the same text."""
    text: str = yaml.dump_all(manifests, Dumper=_Dumper, sort_keys=False, explicit_start=True)
    return text


class _Dumper(yaml.SafeDumper):
    """Writes what every reader of YAML reads alike."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
        """No anchors: each document is read by itself."""
        return True

    def represent_text(self, text: str) -> yaml.ScalarNode:
        """Text, in quotes where a reader might take it for something else."""
        style = "'" if _AMBIGUOUS.fullmatch(text) else None
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _Dumper.represent_text)


def _manifest(api: str, kind: str, name: str, **content: Any) -> dict[str, Any]:
    labels = {"app.kubernetes.io/managed-by": "nbflow"}
    metadata = {"name": name, "labels": labels}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **content}


def _namespace(team: Team, name: str) -> dict[str, Any]:
    manifest = _manifest("v1", "Namespace", name)
    # Folders of nodes are what the standards below `privileged` forbid first of all; said in so
    # many words, because the cluster's own default may be another.
    standard = "privileged" if team.host_paths else "restricted"
    manifest["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] = standard
    return manifest


def _account(team: Team) -> dict[str, Any]:
    """The account of the team's pods, which are given no token: steps do not ask Kubernetes."""
    name = team.service_account or _DEFAULT_ACCOUNT
    return _manifest("v1", "ServiceAccount", name, automountServiceAccountToken=False)


def _limits(team: Team) -> dict[str, Any]:
    """Defaults for containers that say nothing, without which a quota would refuse them.

    A limit only where the quota counts limits: any other would refuse a profile whose request is
    higher and that wants no limit.
    """
    counted = set(team.quota)
    stored = counted & {"ephemeral-storage", "requests.ephemeral-storage"}
    asked = {"cpu", "memory"} | ({"ephemeral-storage"} if stored else set())
    requests = {name: text for name, text in _REQUESTS.items() if name in asked}
    limits = {name: text for name, text in _LIMITS.items() if f"limits.{name}" in counted}
    item = {"type": "Container", **({"default": limits} if limits else {})}
    return _manifest(
        "v1", "LimitRange", NAME, spec={"limits": [{**item, "defaultRequest": requests}]}
    )


def _quota(team: Team) -> dict[str, Any]:
    hard = {name: str(quantity) for name, quantity in sorted(team.quota.items())}
    return _manifest("v1", "ResourceQuota", NAME, spec={"hard": hard})


def _role() -> dict[str, Any]:
    rules = [
        {"apiGroups": [""], "resources": [resource], "verbs": list(verbs)}
        for resource, verbs in _AIRFLOW_MAY
    ]
    return _manifest("rbac.authorization.k8s.io/v1", "Role", NAME, rules=rules)


def _binding(airflow: Account) -> dict[str, Any]:
    return _manifest(
        "rbac.authorization.k8s.io/v1",
        "RoleBinding",
        NAME,
        subjects=[{"kind": "ServiceAccount", "name": airflow.name, "namespace": airflow.namespace}],
        roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": NAME},
    )


def _network(team: Team) -> dict[str, Any]:
    """Nobody reaches the team's pods; they reach the cluster's DNS and what the team names."""
    dns = {
        "to": [
            {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}
        ],
        "ports": [{"protocol": protocol, "port": 53} for protocol in ("TCP", "UDP")],
    }
    # No `ingress:` is nobody; an empty one would be a change each time it is applied.
    spec = {
        "podSelector": {},
        "policyTypes": ["Ingress", "Egress"],
        "egress": [dns, *map(_way_out, sorted(team.egress))],
    }
    return _manifest("networking.k8s.io/v1", "NetworkPolicy", NAME, spec=spec)


def _way_out(egress: Egress) -> dict[str, Any]:
    rule: dict[str, Any] = {"to": [{"ipBlock": {"cidr": egress.cidr}}]}
    ports = [{"protocol": port.protocol, "port": port.number} for port in sorted(egress.ports)]
    return {**rule, "ports": ports} if ports else rule
