"""The bundle that a run came from: beside the run, in the store, or in the target."""

from __future__ import annotations

from contextlib import suppress
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from nbflow import host, runtime, targets
from nbflow.errors import SettingsError, StoreError, TargetError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from nbflow.settings import Settings

__all__ = ["digest_of", "origin_of", "read_bundle"]

_MOST = 64
"""Files that are remembered."""


def read_bundle(
    name: str,
    *,
    run: str,
    executed: Iterable[Mapping[str, Any]],
    dag_id: str,
    current: Settings,
) -> bytes | None:
    """A file of the bundle that a run came from; None where it is gone.

    Args:
        name: the file's path in the bundle.
        run: the run's folder: a path or a URL.
        executed: the run's executed notebooks.
        dag_id: the DAG that ran.
        current: where bundles are published.
    """
    team = PurePosixPath(run).parent.parent.name  # runs lie in `{store}/{team}/{dag_id}`
    for place, digest in dict.fromkeys(_places(run, executed)):
        content = (
            _from_target(current.of_team(team), dag_id, digest, name)
            if digest
            else _from_store(place, name)
        )
        if content is not None:
            return content
    return None


def digest_of(notebook: Mapping[str, Any]) -> str | None:
    """The digest of the bundle that an executed notebook came from; None where it does not say."""
    return PurePosixPath(origin_of(notebook)[0]).name or None


def origin_of(notebook: Mapping[str, Any]) -> tuple[str, bool]:
    """The folder of the bundle that an executed notebook came from, and whether that is a store's.

    It is the same for all runs of one bundle, and ends with its digest; empty where the notebook
    does not say. That of a target is named as whoever ran it saw it.
    """
    metadata = notebook.get("metadata", {})
    kept = (metadata.get("nbflow") or {}).get("bundle")
    if kept:  # of a pod
        return str(kept), True
    files = metadata.get("papermill", {}).get("parameters", {}).get("nbflow_files")
    if not files:
        return "", False
    folder = PurePosixPath(str(files)).parent
    # The files of a stage lie in a folder of their own.
    return str(folder.parent if folder.name == "files" else folder), False


def _places(run: str, executed: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Folders of bundles, or digests in the target."""
    for notebook in executed:
        folder, in_store = origin_of(notebook)
        if in_store:
            yield folder, ""
        elif folder:
            yield "", PurePosixPath(folder).name
    yield f"{run}/{host.BUNDLE}", ""  # of a run on this machine


def _from_store(folder: str, name: str) -> bytes | None:
    with suppress(OSError, StoreError):
        return runtime.open_store(folder).read(name)
    return None


_kept: dict[tuple[str, str], bytes] = {}
"""What a digest names never changes, and a repository need not be asked at every look."""


def _from_target(current: Settings, dag_id: str, digest: str, name: str) -> bytes | None:
    path = f"{dag_id}/{digest}/{name}"
    with suppress(SettingsError, TargetError, FileNotFoundError):
        tree = targets.find_target(current).tree
        if (tree.address, path) not in _kept:
            content = tree.view().read(path)
            if len(_kept) >= _MOST:
                _kept.clear()
            _kept[tree.address, path] = content
        return _kept[tree.address, path]
    return None
