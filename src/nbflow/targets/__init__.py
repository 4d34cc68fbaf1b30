"""Where bundles are published.

What few commands need loads when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow import _door
from nbflow.targets.listings import Listing, Version, no_such_dag
from nbflow.targets.messages import Description
from nbflow.targets.publications import Signature, other_source
from nbflow.targets.registry import Edition, Published, Target, every_target, find_target
from nbflow.targets.retention import KeptVersion

if TYPE_CHECKING:
    from nbflow.targets.stores import keep_in_store
    from nbflow.targets.writing import write_bundle

__all__ = [
    "Description",
    "Edition",
    "KeptVersion",
    "Listing",
    "Published",
    "Signature",
    "Target",
    "Version",
    "every_target",
    "find_target",
    "keep_in_store",
    "no_such_dag",
    "other_source",
    "write_bundle",
]

_LATER = {"keep_in_store": "stores", "write_bundle": "writing"}

__getattr__ = _door(__name__, _LATER)
