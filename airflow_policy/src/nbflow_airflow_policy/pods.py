"""Whether a pod stays within what its team may use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nbflow_airflow_policy.faults import Fault, is_template, matched
from nbflow_airflow_policy.manifests import (
    Manifest,
    Unreadable,
    containers,
    entries,
    mapping,
    mappings,
    unsaid,
)
from nbflow_airflow_policy.policy import Team
from nbflow_airflow_policy.safety import powers

CONNECTION_VARIABLE = "AIRFLOW_CONN_"
"""What begins the name of an environment variable that makes an Airflow connection."""


def pod_faults(
    pod: Manifest, team: Team, *, complete: bool, given: Sequence[Mapping[str, Any]] = ()
) -> list[Fault]:
    """What in a pod the team may not use.

    Args:
        pod: as plain data.
        team: whose it is.
        complete: it is what Kubernetes would get, so namespace and account must be said in it;
            else it is laid over or under something else.
        given: pods of the platform's own, whose content any pod may have.
    """
    allowed = [dict(one) for one in (*team.profiles.values(), *given)]
    try:
        return [
            *_identity(pod, team, complete=complete),
            *_images(pod, team, given),
            *_volumes(pod, team, given),
            *_placement(pod, team, allowed),
            *_powers(pod, team, allowed, complete=complete),
            *_connections(pod, team),
        ]
    except Unreadable as error:
        return [error.fault]


def _whose(team: Team) -> str:
    return f"team {team.name}"


def _identity(pod: Manifest, team: Team, *, complete: bool) -> Iterator[Fault]:
    namespace = mapping(pod, "metadata", "").get("namespace")
    if namespace != team.namespace and (complete or namespace):
        allowed = f"the pods of {_whose(team)} are in the namespace {team.namespace}"
        yield Fault("metadata.namespace", unsaid(namespace), allowed)
    own = team.service_account
    spec = mapping(pod, "spec", "")
    if own is None:
        return
    allowed = f"the pods of {_whose(team)} run as the service account {own}"
    said = {key: spec[key] for key in ("serviceAccountName", "serviceAccount") if spec.get(key)}
    for key, account in said.items():
        if account != own:
            yield Fault(f"spec.{key}", account, allowed)
    if complete and not said:
        yield Fault("spec.serviceAccountName", unsaid(None), allowed)


def _images(pod: Manifest, team: Team, given: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    own = {one.get("image") for platform in given for _, one in containers(dict(platform))}
    for place, container in containers(pod):
        image = container.get("image")
        if image and image not in own:
            yield from matched(
                f"{place}.image", image, team.images, what="images", whose=_whose(team)
            )


def _volumes(pod: Manifest, team: Team, given: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    own = [one for platform in given for _, one in _volumes_of(dict(platform))]
    for place, volume in _volumes_of(pod):
        if volume in own:
            continue
        if "hostPath" in volume:
            path = mapping(volume, "hostPath", place).get("path")
            field = f"{place}.hostPath.path"
            # `..` would lead out of what a pattern means; Kubernetes refuses it too.
            patterns = () if ".." in str(path).split("/") else team.host_paths
            yield from matched(field, path, patterns, what="folders of nodes", whose=_whose(team))
        if "persistentVolumeClaim" in volume:
            claim = mapping(volume, "persistentVolumeClaim", place).get("claimName")
            field = f"{place}.persistentVolumeClaim.claimName"
            yield from matched(field, claim, team.claims, what="claims", whose=_whose(team))


def _volumes_of(pod: Manifest) -> list[tuple[str, Manifest]]:
    return mappings(mapping(pod, "spec", ""), "volumes", "spec")


def _placement(pod: Manifest, team: Team, allowed: Sequence[Manifest]) -> Iterator[Fault]:
    """Where a pod may run is what profiles say, and nothing that authors choose."""
    spec = mapping(pod, "spec", "")
    specs = [mapping(one, "spec", "") for one in allowed]
    only = f"no profile of {_whose(team)} has it; its profiles: {_names(team)}"
    if spec.get("nodeName"):
        yield Fault("spec.nodeName", spec["nodeName"], "nobody chooses a node by its name")
    for key in ("priorityClassName", "runtimeClassName", "schedulerName"):
        # Kubernetes' own scheduler is the one that a pod has that names none.
        usual = key == "schedulerName" and spec.get(key) == "default-scheduler"
        if spec.get(key) and not usual and spec[key] not in [one.get(key) for one in specs]:
            yield Fault(f"spec.{key}", spec[key], only)
    if spec.get("affinity") and spec["affinity"] not in [one.get("affinity") for one in specs]:
        yield Fault("spec.affinity", spec["affinity"], only)
    labels = [item for one in specs for item in mapping(one, "nodeSelector", "spec").items()]
    for label, value in mapping(spec, "nodeSelector", "spec").items():
        if (label, value) not in labels:
            yield Fault(f"spec.nodeSelector[{label!r}]", value, only)
    tolerated = [one for other in specs for _, one in entries(other, "tolerations", "spec")]
    for place, one in entries(spec, "tolerations", "spec"):
        if one not in tolerated:
            yield Fault(place, one, only)


def _powers(
    pod: Manifest, team: Team, allowed: Sequence[Manifest], *, complete: bool
) -> Iterator[Fault]:
    granted = {one[:2] for other in allowed for one in powers(other, complete=True)}
    for one in powers(pod, complete=complete):
        if one[:2] not in granted:
            only = f"no profile of {_whose(team)} allows it; its profiles: {_names(team)}"
            yield Fault(one.field, unsaid(None if one.value == "not said" else one.value), only)


def _connections(pod: Manifest, team: Team) -> Iterator[Fault]:
    for place, container in containers(pod):
        for field, variable in mappings(container, "env", place):
            yield from variable_faults(field, variable.get("name"), team)


def variable_faults(field: str, name: Any, team: Team) -> Iterator[Fault]:
    """What is wrong with an environment variable: it makes a connection that is not the team's."""
    if is_template(name):
        allowed = f"{_whose(team)} may not leave the name of a variable open"
        yield from [Fault(field, name, allowed)] if team.connections is not None else []
    elif isinstance(name, str) and name.upper().startswith(CONNECTION_VARIABLE):
        connection = name[len(CONNECTION_VARIABLE) :].lower()
        yield from matched(
            f"{field} ({name})",
            connection,
            team.connections,
            what="connections",
            whose=_whose(team),
        )


def _names(team: Team) -> str:
    return ", ".join(team.profiles) or "none"
