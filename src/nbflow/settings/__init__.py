"""nbflow.yaml, layered over what is built in.

What few commands need loads when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow import _door
from nbflow.settings.choices import (
    AirflowSettings,
    ClusterSettings,
    Defaults,
    NodePool,
    Retention,
    Settings,
    TargetSettings,
    Team,
    default_settings,
)
from nbflow.settings.layers import load_settings, settings_schema
from nbflow.settings.secrets import is_secret, looks_secret
from nbflow.settings.tenants import Account, DagBundle, Egress, Port, parse_account

if TYPE_CHECKING:
    from nbflow.settings.yamlfile import read_yaml

__all__ = [
    "Account",
    "AirflowSettings",
    "ClusterSettings",
    "DagBundle",
    "Defaults",
    "Egress",
    "NodePool",
    "Port",
    "Retention",
    "Settings",
    "TargetSettings",
    "Team",
    "default_settings",
    "is_secret",
    "load_settings",
    "looks_secret",
    "parse_account",
    "read_yaml",
    "settings_schema",
]

__getattr__ = _door(__name__, {"read_yaml": "yamlfile"})
