"""What runs inside a step's kernel: the cells before and after the author's own.

Names load when they are asked for: the host needs few of them.
"""

from nbflow import _door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nbflow.runtime.cgroups import Group, group_of
    from nbflow.runtime.entries import Entry
    from nbflow.runtime.gauges import Gauge
    from nbflow.runtime.handover import hand_on, take_over
    from nbflow.runtime.manifests import Manifest, addresses, read_manifest, read_manifests
    from nbflow.runtime.orders import CACHE, DefinitionOrder, Orders, ParameterOrder
    from nbflow.runtime.parameters import conform, from_wire, is_default
    from nbflow.runtime.passing import PASSED_MOST
    from nbflow.runtime.preparation import look_around, prepare
    from nbflow.runtime.recall import recall
    from nbflow.runtime.session import METERED, begin, given, load, running_step, save
    from nbflow.runtime.store import Store, open_store
    from nbflow.runtime.verification import is_whole
    from nbflow.runtime.workspace import PARENT as WORKSPACES
    from nbflow.runtime.workspace import Workspace, fetch_file, fill, left_at_last

__all__ = [
    "CACHE",
    "METERED",
    "PASSED_MOST",
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
    "fetch_file",
    "fill",
    "from_wire",
    "given",
    "group_of",
    "hand_on",
    "is_default",
    "is_whole",
    "left_at_last",
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
    "PASSED_MOST": "passing",
    "group_of": "cgroups",
    "WORKSPACES": "workspace:PARENT",
    "DefinitionOrder": "orders",
    "Manifest": "manifests",
    "Orders": "orders",
    "ParameterOrder": "orders",
    "Store": "store",
    "Workspace": "workspace",
    "fetch_file": "workspace",
    "fill": "workspace",
    "left_at_last": "workspace",
    "addresses": "manifests",
    "begin": "session",
    "conform": "parameters",
    "from_wire": "parameters",
    "given": "session",
    "hand_on": "handover",
    "is_default": "parameters",
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
"""The module that each name comes from, and its name there where that is another one."""

__getattr__ = _door(__name__, _HOMES)
