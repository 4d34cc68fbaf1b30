"""What a team may use."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from nbflow.errors import PolicyError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nbflow.model import Profile, Secret
    from nbflow.settings import Settings, Team

KUBERNETES_CONNECTION = "kubernetes_default"
"""The connection with which Airflow makes pods where the operator names none."""
_CONNECTION_VARIABLE = "AIRFLOW_CONN_"


def find_team(name: str | None, *, settings: Settings) -> Team | None:
    """The team of this name.

    Raises:
        SettingsError: there is none.
    """
    if name is None:
        return None
    if name not in settings.teams:
        from nbflow.model import known_names

        raise SettingsError(
            f"there is no team {name!r}",
            hint=known_names("the teams", name, settings.teams)
            if settings.teams
            else "nbflow.yaml has no section `teams:`",
        )
    return settings.teams[name]


def check_policy(
    profile: Profile, *, team: Team | None, secrets: Iterable[Secret] = (), in_pods: bool = False
) -> None:
    """Refuse a profile, or something in it, that the team may not use.

    Args:
        profile: with the step's overrides.
        team: whose pipeline it is.
        secrets: that become environment variables of the step.
        in_pods: Airflow's operator makes the pod, with a connection to Kubernetes.

    Raises:
        PolicyError: the team may not use it.
    """
    whose = f"team {team.name}" if team else "a pipeline without a team"
    named = _connections(profile, team, secrets=secrets, in_pods=in_pods) if team else ()
    for sort, name, allowed in (*_used(profile, team), *named):
        if allowed is None or any(fnmatchcase(name, one) for one in allowed):
            continue
        may = f"it may use: {', '.join(allowed)}" if allowed else f"it may use no {sort}"
        raise PolicyError(f"{whose} may not use {sort} {name!r}", hint=may)


def _used(profile: Profile, team: Team | None) -> Iterator[tuple[str, str, tuple[str, ...] | None]]:
    """What a profile uses that a policy speaks of, with the patterns that allow it.

    None allows everything. A folder of a node is nobody's where no team may use it.
    """
    for volume in profile.volumes:
        if "hostPath" in volume.source:
            yield "host path", volume.source["hostPath"]["path"], team.host_paths if team else ()
    if team is None:
        return
    if team.profiles is not None:
        yield "profile", profile.name, tuple(map(_exactly, team.profiles))
    if profile.image:
        yield "image", profile.image, team.images
    for volume in profile.volumes:
        if "persistentVolumeClaim" in volume.source:
            yield "claim", volume.source["persistentVolumeClaim"]["claimName"], team.claims
    own, wanted = team.service_account, profile.service_account
    if own is not None and wanted is not None:
        yield "service account", wanted, (_exactly(own),)


def _connections(
    profile: Profile, team: Team, *, secrets: Iterable[Secret], in_pods: bool
) -> Iterator[tuple[str, str, tuple[str, ...] | None]]:
    """The Airflow connections that a step names, with the patterns that allow them.

    One makes its pod; others are made by environment variables, by their names:
    https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html.
    """
    if in_pods:
        own = team.kubernetes_connection or KUBERNETES_CONNECTION
        yield "connection", own, team.connections
    variables = [*profile.env, *(one.env for one in profile.env_references)]
    for name in (*variables, *(one.env for one in secrets)):
        if name.startswith(_CONNECTION_VARIABLE):
            connection = name.removeprefix(_CONNECTION_VARIABLE).lower()
            yield "connection", connection, team.connections


def _exactly(name: str) -> str:
    """A pattern that only this name matches."""
    return re.sub(r"([*?[])", r"[\1]", name)
