"""What a team may use."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from nbflow.errors import PolicyError, SettingsError

if TYPE_CHECKING:
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
    """Refuse a profile or an image that the team may not use.

    Raises:
        PolicyError: the team may not use it.
    """
    if team is None:
        return
    if team.profiles is not None and profile.name not in team.profiles:
        raise PolicyError(
            f"team {team.name} may not use profile {profile.name!r}",
            hint=f"it may use: {', '.join(team.profiles)}",
        )
    image, allowed = profile.image, team.images
    if image and allowed is not None and not any(fnmatchcase(image, one) for one in allowed):
        raise PolicyError(
            f"team {team.name} may not use image {image!r}",
            hint=f"it may use images like: {', '.join(allowed)}",
        )
