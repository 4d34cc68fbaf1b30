"""Where bundles are published."""

from nbflow.targets.folders import FolderTarget, Listing, Published, write_bundle
from nbflow.targets.registry import Target, find_target, publish, published, unpublish

__all__ = [
    "FolderTarget",
    "Listing",
    "Published",
    "Target",
    "find_target",
    "publish",
    "published",
    "unpublish",
    "write_bundle",
]
