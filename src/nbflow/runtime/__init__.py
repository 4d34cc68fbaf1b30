"""What runs inside a step's kernel: the cells before and after the author's own.

Names load when they are asked for: the host needs few of them.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nbflow.runtime.cgroups import Group, group_of
    from nbflow.runtime.entries import Entry
    from nbflow.runtime.gauges import Gauge
    from nbflow.runtime.handover import hand_on, take_over
    from nbflow.runtime.manifests import Manifest, addresses, read_manifest, read_manifests
    from nbflow.runtime.orders import CACHE, DefinitionOrder, Orders, ParameterOrder
    from nbflow.runtime.parameters import conform, from_wire
    from nbflow.runtime.preparation import look_around, prepare
    from nbflow.runtime.recall import recall
    from nbflow.runtime.session import METERED, begin, given, load, running_step, save
    from nbflow.runtime.store import Store, open_store
    from nbflow.runtime.verification import is_whole
    from nbflow.runtime.workspace import PARENT as WORKSPACES
    from nbflow.runtime.workspace import Workspace

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
    "read_manifests",
    "recall",
    "running_step",
    "save",
    "take_over",
]

_HOMES = {
    "CACHE": "orders",
    "Entry": "entries",
    "Gauge": "gauges",
    "Group": "cgroups",
    "METERED": "session",
    "group_of": "cgroups",
    "WORKSPACES": "workspace",
    "DefinitionOrder": "orders",
    "Manifest": "manifests",
    "Orders": "orders",
    "ParameterOrder": "orders",
    "Store": "store",
    "Workspace": "workspace",
    "addresses": "manifests",
    "begin": "session",
    "conform": "parameters",
    "from_wire": "parameters",
    "given": "session",
    "hand_on": "handover",
    "is_whole": "verification",
    "load": "session",
    "look_around": "preparation",
    "open_store": "store",
    "prepare": "preparation",
    "read_manifest": "manifests",
    "read_manifests": "manifests",
    "recall": "recall",
    "running_step": "session",
    "save": "session",
    "take_over": "handover",
}
"""The module that each name comes from."""
_THERE = {"WORKSPACES": "PARENT"}
"""Its name there, where that is another one."""


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), _THERE.get(name, name))
    globals()[name] = found
    return found
