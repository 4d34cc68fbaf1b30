"""Where bundles are published."""

from nbflow.targets.folders import FolderTarget, Listing, Published, write_bundle
from nbflow.targets.registry import Target, find_target, publish, published, unpublish
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
