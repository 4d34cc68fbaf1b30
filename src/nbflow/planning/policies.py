"""What teams may use, as plain data for what runs beside Airflow and knows nothing of nbflow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.errors import PolicyError, SettingsError
from nbflow.model import StepOptions
from nbflow.planning.alternatives import POD_BACKEND, pod_profile
from nbflow.planning.pods import pod
from nbflow.planning.tenancy import check_policy

if TYPE_CHECKING:
    from nbflow.model import Profile
    from nbflow.settings import DagBundle, Settings, Team

FORMAT = 1
"""Version of the policy's form; the plug-in package for Airflow refuses others."""

# What of a pod authors choose by profile alone. Images, claims and folders of nodes have patterns.
_PLACE = (
    "affinity",
    "nodeSelector",
    "priorityClassName",
    "runtimeClassName",
    "schedulerName",
    "securityContext",
    "tolerations",
)


def policy(settings: Settings) -> dict[str, Any]:
    """What each team may use, with where its DAG files lie.

    Raises:
        SettingsError: a team has no namespace, or two have the same place for their DAG files.
    """
    _refuse_shared(settings)
    return {
        "version": FORMAT,
        "free_bundles": [one.name for one in settings.airflow.bundles],
        "teams": {name: _team(team, settings) for name, team in settings.teams.items()},
    }


def team_bundle(team: Team) -> DagBundle:
    """The DAG bundle in which a team's DAG files lie."""
    from nbflow.settings import DagBundle

    return team.bundle or DagBundle(team.name)


def _team(team: Team, settings: Settings) -> dict[str, Any]:
    if team.namespace is None:
        raise SettingsError(
            f"team {team.name!r} has no namespace",
            hint=f"say `namespace: NAME` under `teams: {team.name}:` in nbflow.yaml",
        )
    place = team_bundle(team)
    return {
        "bundle": place.name,
        "folder": place.folder,
        "namespace": team.namespace,
        "service_account": team.service_account,
        "images": _listed(team.images),
        "claims": _listed(team.claims),
        "connections": _listed(team.connections),
        "host_paths": list(team.host_paths),
        "profiles": _profiles(team, settings),
    }


def _profiles(team: Team, settings: Settings) -> dict[str, Any]:
    """Where the profiles lead that the team can use, and what they let a pod do."""
    found = {}
    for name, profile in settings.profiles.items():
        try:
            found[name] = _place(_usable(profile, team, settings), team)
        except (PolicyError, SettingsError):
            continue  # a step of the team that asked for it would be refused
    return found


def _usable(profile: Profile, team: Team, settings: Settings) -> Profile:
    in_pods = settings.backend == POD_BACKEND
    if in_pods:
        profile = pod_profile(profile, settings=settings)
    check_policy(profile, team=team, in_pods=in_pods)
    return profile


def _place(profile: Profile, team: Team) -> dict[str, Any]:
    made = pod(profile, StepOptions(), extended={}, team=team, always=True)
    assert made is not None
    spec = made["spec"]
    (container,) = spec["containers"]
    kept = {key: spec[key] for key in _PLACE if key in spec}
    own = {"securityContext": container["securityContext"]}
    return {"spec": {"containers": [own], **kept}}


def _refuse_shared(settings: Settings) -> None:
    free = {one.name for one in settings.airflow.bundles}
    seen: dict[tuple[str, str], str] = {}
    for name, team in settings.teams.items():
        bundle = team_bundle(team)
        if bundle.name in free:
            raise SettingsError(
                f"the DAG bundle {bundle.name!r} is team {name!r}'s, and no team's by "
                "`airflow: {bundles: …}`",
                hint=f"give the team another one: `teams: {{{name}: {{bundle: {{name: …}}}}}}`",
            )
        place = (bundle.name, bundle.folder)
        if place in seen:
            raise SettingsError(
                f"teams {seen[place]!r} and {name!r} have their DAG files in the same place: "
                f"bundle {bundle.name!r}, folder {bundle.folder or '.'!r}",
                hint="give each a bundle of its own, or a folder: `bundle: {name: …, folder: …}`",
            )
        seen[place] = name


def _listed(names: tuple[str, ...] | None) -> list[str] | None:
    return None if names is None else list(names)
