"""Pipeline and settings become a Plan: pods, images, retries, addresses; and sizes that do."""

from nbflow.planning.choices import plan
from nbflow.planning.sizing import (
    HEADROOM,
    Demand,
    next_larger,
    set_aside,
    smallest,
    usable_profiles,
)

__all__ = [
    "HEADROOM",
    "Demand",
    "next_larger",
    "plan",
    "set_aside",
    "smallest",
    "usable_profiles",
]
