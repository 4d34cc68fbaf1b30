"""nbflow.yaml, layered over what is built in."""

from nbflow.settings.choices import (
    AirflowSettings,
    Defaults,
    Settings,
    TargetSettings,
    Team,
    default_settings,
)
from nbflow.settings.layers import load_settings, settings_schema

__all__ = [
    "AirflowSettings",
    "Defaults",
    "Settings",
    "TargetSettings",
    "Team",
    "default_settings",
    "load_settings",
    "settings_schema",
]
