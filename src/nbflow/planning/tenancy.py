"""What a team may use."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from nbflow.errors import PolicyError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbflow.model import Profile
    from nbflow.settings import Settings, Team


def find_team(name: str | None, *, settings: Settings) -> Team | None:
    """The team of this name.

    Raises:
        SettingsError: there is none.
    """
    if name is None:
        return None
    if name not in settings.teams:
        known = ", ".join(settings.teams)
        raise SettingsError(
            f"there is no team {name!r}",
            hint=f"the teams are: {known}" if known else "nbflow.yaml has no section `teams:`",
        )
    return settings.teams[name]


def check_policy(profile: Profile, *, team: Team | None) -> None:
    """Refuse a profile, or something in it, that the team may not use.

    Raises:
        PolicyError: the team may not use it.
    """
    whose = f"team {team.name}" if team else "a pipeline without a team"
    for sort, name, allowed in _used(profile, team):
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


def _exactly(name: str) -> str:
    """A pattern that only this name matches."""
    return re.sub(r"([*?[])", r"[\1]", name)
