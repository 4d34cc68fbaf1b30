"""What a team is elsewhere: its accounts, ways out and quota in a cluster, its place in Airflow."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbflow.model import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

# https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
_CONNECTION = re.compile(r"[\w.\-]{1,250}", re.ASCII)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_SUBDOMAIN = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"
)
_PORT = re.compile(r"(?P<number>[0-9]{1,5})(?:/(?P<protocol>TCP|UDP|SCTP))?")
_HIGHEST_PORT = 65535

# https://kubernetes.io/docs/concepts/policy/resource-quotas/
_COMPUTE = ("cpu", "ephemeral-storage", "memory")
_COUNTED = (
    "configmaps",
    "persistentvolumeclaims",
    "pods",
    "replicationcontrollers",
    "resourcequotas",
    "secrets",
    "services",
    "services.loadbalancers",
    "services.nodeports",
)
_QUOTAS = frozenset(
    {
        *_COMPUTE,
        *(f"requests.{name}" for name in _COMPUTE),
        *(f"limits.{name}" for name in _COMPUTE),
        "requests.storage",
        *_COUNTED,
    }
)
_QUOTA_FORMS = re.compile(
    r"(?:requests\.)?hugepages-\w+"
    r"|requests\.[^/]+/[^/]+"  # extended resources: only what is asked for can be counted
    r"|count/[^/]+"
    r"|[^/]+\.storageclass\.storage\.k8s\.io/(?:requests\.storage|persistentvolumeclaims)"
)


@dataclass(frozen=True)
class Account:
    """A Kubernetes service account.

    Attributes:
        namespace: where it is.
        name: in that namespace.
    """

    namespace: str
    name: str

    @property
    def user(self) -> str:
        """Its name among users."""
        return f"system:serviceaccount:{self.namespace}:{self.name}"

    @property
    def groups(self) -> list[str]:
        """The groups that the API server puts it in."""
        group = "system:serviceaccounts"
        return [group, f"{group}:{self.namespace}", "system:authenticated"]

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True, order=True)
class Port:
    """A port of a machine.

    Attributes:
        number: from 1 to 65535.
        protocol: `TCP`, `UDP` or `SCTP`.
    """

    number: int
    protocol: str = "TCP"

    def __str__(self) -> str:
        return f"{self.number}/{self.protocol}"


@dataclass(frozen=True, order=True)
class Egress:
    """Addresses that a team's pods may reach.

    Attributes:
        cidr: the addresses, in CIDR notation.
        ports: of these addresses, sorted; all where there are none.
    """

    cidr: str
    ports: tuple[Port, ...] = ()


@dataclass(frozen=True)
class DagBundle:
    """A DAG bundle: a place that Airflow reads DAG files from.

    Attributes:
        name: as Airflow knows it.
        folder: the folder in it that is meant, all of it where that is empty.
        path: of a folder that Airflow's components see, absolute; None where it is another place.
        classpath: the class of another place; None where nothing is said.
        kwargs: what that class is given.
    """

    name: str
    folder: str = ""
    path: str | None = None
    classpath: str | None = None
    kwargs: Mapping[str, Any] = field(default_factory=dict)


def parse_account(text: str) -> Account:
    """Read `NAMESPACE/NAME`.

    Raises:
        ValueError: it is something else.
    """
    namespace, slash, name = text.partition("/")
    if not slash:
        raise ValueError(f"{text!r} is no service account; write NAMESPACE/NAME")
    return Account(check_namespace(namespace), check_account_name(name))


def parse_port(text: str | float) -> Port:
    """Read a port such as `443` (TCP) or `53/UDP`.

    Raises:
        ValueError: it is none.
    """
    match = _PORT.fullmatch(str(text).strip())
    if match is None or not 0 < int(match["number"]) <= _HIGHEST_PORT:
        raise ValueError(f"{text!r} is no port; write 443, or 53/UDP")
    return Port(int(match["number"]), match["protocol"] or "TCP")


def parse_cidr(text: str) -> str:
    """Read addresses in CIDR notation, and write them as Kubernetes does.

    Raises:
        ValueError: it is something else, or has bits set that the mask takes away.
    """
    from ipaddress import ip_network

    try:
        return str(ip_network(text))
    except ValueError as error:
        raise ValueError(
            f"{error}; write the first address and a length, such as 10.20.0.0/16"
        ) from error


def check_namespace(name: str) -> str:
    """The name of a Kubernetes namespace.

    Raises:
        ValueError: Kubernetes would refuse it.
    """
    if not _LABEL.fullmatch(name):
        raise ValueError(
            f"{name!r} is no name of a namespace: at most 63 lower-case letters, digits and -, "
            "a letter or digit first and last"
        )
    return name


def check_account_name(name: str) -> str:
    """The name of a Kubernetes service account.

    Raises:
        ValueError: Kubernetes would refuse it.
    """
    if not _SUBDOMAIN.fullmatch(name):
        raise ValueError(
            f"{name!r} is no name of a service account: lower-case letters, digits, - and ."
        )
    return name


def check_connection(name: str) -> str:
    """The name of an Airflow connection.

    Raises:
        ValueError: it is none.
    """
    if not _CONNECTION.fullmatch(name):
        shown = "an address" if "/" in name else repr(name)  # which may be a secret
        raise ValueError(f"{shown} is no name of a connection: letters, digits, -, _ and .")
    return name


def check_folder(path: str) -> str:
    """A folder within another one.

    Raises:
        ValueError: it leads out of it.
    """
    parts = path.split("/")
    if path.startswith("/") or ".." in parts or "\\" in path:
        raise ValueError(f"{path!r} is no folder within the bundle; write one such as churn/dags")
    return "/".join(part for part in parts if part not in ("", "."))


def check_quota_name(name: str) -> str:
    """The name of something that a Kubernetes quota counts.

    Raises:
        ValueError: Kubernetes refuses it, or takes it and counts nothing.
    """
    if name in _QUOTAS or _QUOTA_FORMS.fullmatch(name):
        return name
    if "/" in name:
        resource = re.sub(r"^(?:limits|requests)\.", "", name)
        raise ValueError(
            f"a quota counts nothing under {name!r}; write requests.{resource}, or count/… for "
            "objects"
        )
    near = nearest(name, sorted(_QUOTAS))
    raise ValueError(
        f"a quota cannot count {name!r}" + (f"; did you mean {near!r}?" if near else "")
    )
