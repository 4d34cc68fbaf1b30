"""What runs inside a step's kernel: the cells before and after the author's own.

What few kernels need loads when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.runtime.handover import hand_on, take_over
from nbflow.runtime.manifests import Manifest, addresses, read_manifest
from nbflow.runtime.orders import CACHE, DefinitionOrder, Orders, ParameterOrder
from nbflow.runtime.parameters import conform, from_wire
from nbflow.runtime.preparation import look_around, prepare
from nbflow.runtime.session import METERED, begin, given, load, save
from nbflow.runtime.store import Entry, Store, open_store
from nbflow.runtime.verification import is_whole
from nbflow.runtime.workspace import PARENT as WORKSPACES
from nbflow.runtime.workspace import Workspace

if TYPE_CHECKING:
    from nbflow.runtime.cgroups import Group, group_of
    from nbflow.runtime.gauges import Gauge

__all__ = [
    "CACHE",
    "METERED",
    "WORKSPACES",
    "DefinitionOrder",
    "Entry",
    "Gauge",
    "Group",
    "Manifest",
    "Orders",
    "ParameterOrder",
    "Store",
    "Workspace",
    "addresses",
    "begin",
    "conform",
    "from_wire",
    "given",
    "group_of",
    "hand_on",
    "is_whole",
    "load",
    "look_around",
    "open_store",
    "prepare",
    "read_manifest",
    "save",
    "take_over",
]

_LATER = {"Gauge": "gauges", "Group": "cgroups", "group_of": "cgroups"}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
