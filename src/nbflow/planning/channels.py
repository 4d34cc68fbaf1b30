"""The channels that a pipeline tells of its runs."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from nbflow.errors import PolicyError, SettingsError

if TYPE_CHECKING:
    from nbflow.model import Channel, PipelineOptions
    from nbflow.settings import Settings, Team


def find_channels(
    options: PipelineOptions, *, settings: Settings, team: Team | None
) -> dict[str, Channel]:
    """The channels that the notebook names, by name.

    Raises:
        SettingsError: there is none of a name.
        PolicyError: one needs a connection that the team may not name.
    """
    known = settings.channels
    for name in options.notices.channels:
        if name not in known:
            from nbflow.model import known_names

            raise SettingsError(
                f"metadata.nbflow.notify names {name!r}, and there is no such channel",
                hint=known_names("the channels", name, known)
                if known
                else "nbflow.yaml has no section `channels:`",
            )
        connection = known[name].connection
        allowed = team.connections if team is not None else None
        if allowed is not None and not any(fnmatchcase(connection, one) for one in allowed):
            assert team is not None
            raise PolicyError(
                f"metadata.nbflow.notify: team {team.name} may not use the channel {name!r}: "
                f"its connection {connection!r} is none of the team's",
                hint=f"allowed: {', '.join(allowed) or 'none'}",
            )
    return {name: known[name] for name in options.notices.channels}
