"""Where bundles are published.

What few commands need loads when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.targets.folders import FolderTarget, Listing, Published, write_bundle
from nbflow.targets.registry import Target, find_target, publish, published, unpublish

if TYPE_CHECKING:
    from nbflow.targets.stores import keep_in_store

__all__ = [
    "FolderTarget",
    "Listing",
    "Published",
    "Target",
    "find_target",
    "keep_in_store",
    "publish",
    "published",
    "unpublish",
    "write_bundle",
]

_LATER = {"keep_in_store": "stores"}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
