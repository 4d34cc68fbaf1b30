"""nbflow.yaml, layered over what is built in."""

from nbflow.settings.choices import (
    AirflowSettings,
    ClusterSettings,
    Defaults,
    NodePool,
    Settings,
    TargetSettings,
    Team,
    default_settings,
)
from nbflow.settings.layers import load_settings, settings_schema

__all__ = [
    "AirflowSettings",
    "ClusterSettings",
    "Defaults",
    "NodePool",
    "Settings",
    "TargetSettings",
    "Team",
    "default_settings",
    "load_settings",
    "settings_schema",
]
