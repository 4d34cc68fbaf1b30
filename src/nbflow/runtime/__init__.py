"""What runs inside a step's kernel: the cells before and after the author's own."""

from nbflow.runtime.handover import hand_on, take_over
from nbflow.runtime.manifests import Manifest, addresses, read_manifest
from nbflow.runtime.orders import CACHE, DefinitionOrder, Orders, ParameterOrder
from nbflow.runtime.parameters import conform, from_wire
from nbflow.runtime.preparation import look_around, prepare
from nbflow.runtime.session import begin, given, load, save
from nbflow.runtime.store import Entry, Store, open_store
from nbflow.runtime.verification import is_whole
from nbflow.runtime.workspace import PARENT as WORKSPACES
from nbflow.runtime.workspace import Workspace

__all__ = [
    "CACHE",
    "WORKSPACES",
    "DefinitionOrder",
    "Entry",
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
