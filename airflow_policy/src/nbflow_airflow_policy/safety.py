"""What makes a pod mightier than a step needs to be.

The rules are those of https://kubernetes.io/docs/concepts/security/pod-security-standards/ with the
name `restricted`, which nbflow's own pods keep; capabilities that are not dropped, and a seccomp
profile that is not named, are left to the namespace's own admission.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from nbflow_airflow_policy.manifests import Manifest, containers, entries, mapping, mappings

HARMLESS_VOLUMES = frozenset(
    {
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "persistentVolumeClaim",
        "projected",
        "secret",
    }
)
_CAPABILITIES = {"NET_BIND_SERVICE"}
_APPARMOR = "container.apparmor.security.beta.kubernetes.io/"


class Power(NamedTuple):
    """More than a step needs.

    Attributes:
        rule: which of the rules is not kept; two powers are alike by rule and value.
        value: what is said in its place, as text.
        field: where.
    """

    rule: str
    value: str
    field: str


def powers(pod: Manifest, *, complete: bool) -> Iterator[Power]:
    """Everything in a pod that is more than a step needs.

    Args:
        pod: as plain data.
        complete: it is what Kubernetes would get: what it does not say is said nowhere else.

    Raises:
        Unreadable: it is no pod.
    """
    spec = mapping(pod, "spec", "")
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(key):
            yield Power(key, str(spec[key]), f"spec.{key}")
    for key, value in mapping(mapping(pod, "metadata", ""), "annotations", "metadata").items():
        if key.startswith(_APPARMOR) and value == "unconfined":
            yield Power("appArmorProfile", "Unconfined", f"metadata.annotations[{key!r}]")
    for place, volume in mappings(spec, "volumes", "spec"):
        for kind in sorted(set(volume) - HARMLESS_VOLUMES - {"name", "hostPath"}):
            yield Power("volume", kind, f"{place}.{kind}")
    whole = mapping(spec, "securityContext", "spec")
    yield from _context(whole, "spec.securityContext")
    for place, container in containers(pod):
        own = mapping(container, "securityContext", place)
        yield from _context(own, f"{place}.securityContext")
        yield from _container(own, f"{place}.securityContext")
        for port, said in mappings(container, "ports", place):
            if said.get("hostPort"):
                yield Power("hostPort", str(said["hostPort"]), f"{port}.hostPort")
        if complete and _may_be_root({**whole, **own}):
            yield Power("runAsNonRoot", "not said", f"{place}.securityContext.runAsNonRoot")


def _context(context: Manifest, field: str) -> Iterator[Power]:
    """What pods and containers can both say."""
    if str(context.get("runAsUser")) == "0":
        yield Power("runAsUser", "0", f"{field}.runAsUser")
    if context.get("runAsNonRoot") is False:
        yield Power("runAsNonRoot", "False", f"{field}.runAsNonRoot")
    for key in ("seccompProfile", "appArmorProfile"):
        if mapping(context, key, field).get("type") == "Unconfined":
            yield Power(key, "Unconfined", f"{field}.{key}")
    for key in ("role", "user"):
        if value := mapping(context, "seLinuxOptions", field).get(key):
            yield Power(f"seLinuxOptions.{key}", str(value), f"{field}.seLinuxOptions.{key}")
    if mapping(context, "windowsOptions", field).get("hostProcess"):
        yield Power("hostProcess", "True", f"{field}.windowsOptions.hostProcess")
    for place, one in mappings(context, "sysctls", field):
        yield Power("sysctl", str(one.get("name")), place)


def _container(context: Manifest, field: str) -> Iterator[Power]:
    for key in ("allowPrivilegeEscalation", "privileged"):
        if context.get(key):
            yield Power(key, str(context[key]), f"{field}.{key}")
    if context.get("procMount") not in (None, "Default"):
        yield Power("procMount", str(context["procMount"]), f"{field}.procMount")
    for place, one in entries(
        mapping(context, "capabilities", field), "add", f"{field}.capabilities"
    ):
        if one not in _CAPABILITIES:
            yield Power("capability", str(one), place)


def _may_be_root(context: dict[str, Any]) -> bool:
    """Whether nothing keeps an image's own user 0 away."""
    user = context.get("runAsUser")
    return context.get("runAsNonRoot") is not True and not (isinstance(user, int) and user > 0)
