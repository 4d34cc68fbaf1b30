"""A bundle in a folder, for people and programs that look at it or carry it on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow.targets.folders import FolderTree
from nbflow.targets.publications import placing

if TYPE_CHECKING:
    from pathlib import Path

    from nbflow.model import Bundle

__all__ = ["write_bundle"]


def write_bundle(bundle: Bundle, folder: Path) -> str:
    """Write a bundle as a folder target holds it, without a note of who did; the DAG file's path.

    Raises:
        TargetError: the folder cannot be written.
    """
    tree = FolderTree(folder)
    tree.update(lambda view: placing(view, bundle))
    return tree.location(f"{bundle.dag_id}.py")
