"""The profiles of the settings, and whether a cluster has room for them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from nbflow.api.refusals import refuse_unknown_backend
from nbflow.errors import PolicyError, SettingsError
from nbflow.planning import find_profile, find_team, image_of, profile_pod

if TYPE_CHECKING:
    from nbflow.cluster import Finding
    from nbflow.model import Amount, Profile
    from nbflow.settings import Settings, Team


def describe_profiles(current: Settings) -> list[dict[str, Any]]:
    """The profiles as programs read them, by name.

    Raises:
        SettingsError: there is no such backend.
    """
    refuse_unknown_backend(current)
    return [
        {
            "name": name,
            "default": name == current.default_profile,
            "cpu": _amount(one.cpu),
            "memory": _amount(one.memory),
            "gpu": one.gpu
            and {"count": one.gpu.count, "resource": one.gpu.resource, "product": one.gpu.product},
            "disk": _amount(one.disk),
            "image": image_of(one, settings=current),
            "price": one.price,
            "fallback": one.fallback,
            "escalate_to": one.escalate_to,
        }
        for name, one in sorted(current.profiles.items())
    ]


def _amount(amount: Amount | None) -> dict[str, str | None] | None:
    if amount is None:
        return None
    # Where only a limit is said, Kubernetes asks for as much.
    request, limit = amount.request or amount.limit, amount.limit
    return {
        "request": None if request is None else str(request),
        "limit": None if limit is None else str(limit),
    }


def check_profiles(
    current: Settings,
    *,
    names: Sequence[str] = (),
    team: str | None = None,
    context: str | None = None,
) -> tuple[Finding, ...]:
    """Ask the cluster whether the profiles' pods could run there, now or at all.

    Args:
        current: the settings.
        names: profiles; all otherwise.
        team: whose pods they would be. Otherwise each team that may use the profile, and nobody's
            where there is none.
        context: of the kubeconfig; else the one that the settings name, else its current one.

    Raises:
        SettingsError: there is no such profile, team or backend.
        MissingExtraError: the Kubernetes client is not installed.
        ClusterError: the cluster cannot be reached, or shows nothing at all to this account.
    """
    from nbflow import cluster

    refuse_unknown_backend(current)
    pairs = list(_pairs(current, names=names, team=team))
    refused: list[Finding] = []
    candidates: list[cluster.Candidate] = []
    for profile, owner in pairs:
        name = None if owner is None else owner.name
        try:
            pod = profile_pod(profile, settings=current, team=owner)
        except (PolicyError, SettingsError) as error:
            verdict = cluster.Verdict.PROBLEM
            refused.append(
                cluster.Finding(
                    profile.name, name, error.code, verdict, error.message, hint=error.hint
                )
            )
            continue
        namespace = None if owner is None else owner.namespace
        candidates.append(cluster.Candidate(profile.name, name, namespace, pod))
    found = cluster.preflight(
        candidates,
        cluster=cluster.connect(environ=os.environ, context=context or current.cluster.context),
        account=current.airflow.service_account,
        autoscaled=current.cluster.autoscaled,
    )
    return (*refused, *found)


def _pairs(
    current: Settings, *, names: Sequence[str], team: str | None
) -> Iterator[tuple[Profile, Team | None]]:
    """Each profile with whom it is looked at for."""
    chosen = [find_profile(name, settings=current) for name in dict.fromkeys(names)]
    only = find_team(team, settings=current)
    for profile in chosen or current.profiles.values():
        if only is not None:
            # A profile that was named is looked at whatever the team may use.
            if chosen or _may_use(only, profile):
                yield profile, only
            continue
        owners = [one for one in current.teams.values() if _may_use(one, profile)]
        yield from ((profile, one) for one in owners)
        if not owners and (chosen or not current.teams):
            yield profile, None


def _may_use(team: Team, profile: Profile) -> bool:
    return team.profiles is None or profile.name in team.profiles
