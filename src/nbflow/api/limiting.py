"""The memory limits that a notebook's steps have on this machine."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from nbflow import host
from nbflow.api.fitting import next_larger, set_aside, usable_profiles
from nbflow.host import Limits
from nbflow.model import format_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbflow.api.notebooks import Compiled
    from nbflow.model import Profile

__all__ = ["Limits", "limits"]


def limits(compiled: Compiled) -> Limits:
    """What each step may use, as its profile says, and how that is kept here.

    Raises:
        SettingsError: the environment names a cgroup that cannot be used.
    """
    pipeline, settings = compiled.plan.pipeline, compiled.inspected.settings
    usable = usable_profiles(settings=settings, team=pipeline.options.team)
    fence = host.find_fence(os.environ)
    found = {}
    for planned in compiled.plan.steps:
        memory = planned.profile.memory
        if memory is not None and memory.limit is not None:
            found[planned.name] = host.Limit(
                int(memory.limit.amount),
                planned.profile.name,
                _way_out(planned.profile, usable),
                fence,
            )
    return Limits(fence, found)


def _way_out(profile: Profile, usable: Iterable[Profile]) -> str:
    larger = next_larger(profile, of=usable)
    if larger is None:
        return (
            f"No profile has more memory than {profile.name} that may be used: let the step work "
            "on less at a time, or define a larger profile in nbflow.yaml."
        )
    memory = set_aside(larger.memory)
    size = "" if memory is None else f" ({format_bytes(float(memory))})"
    return f"Profile {larger.name}{size} is the next larger one: `profile:{larger.name}`."
