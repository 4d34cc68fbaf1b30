"""Handing on the files of a step whose kernel knows nothing of nbflow: the host does it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from nbflow.errors import StoreError
from nbflow.runtime.manifests import Manifest, read_manifests, write_manifest
from nbflow.runtime.workspace import Workspace, fill

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbflow.runtime.store import Store

__all__ = ["hand_on", "take_over"]


def take_over(
    folder: Path,
    *,
    attached: Path | None,
    run: Store,
    step: str,
    upstream: Mapping[str, Sequence[str]],
) -> Workspace:
    """Fill a step's working directory with what the steps before it left in theirs.

    Args:
        folder: the directory.
        attached: folder with the files that came with the notebook.
        run: the run's folder.
        step: the step's name.
        upstream: by step, in the notebook's order, the steps that it waits for.

    Raises:
        StoreError: a file is missing or damaged, or two steps that ran in any order left
            different ones of one name.
    """
    before = {name: _ancestors(name, upstream) for name in upstream}
    manifests = read_manifests(run, [name for name in upstream if name in before[step]])
    _require_one_version(manifests, before)
    workspace = Workspace(folder.resolve())
    fill(workspace, attached=attached, run=run, manifests=manifests)
    return workspace


def hand_on(workspace: Workspace, *, run: Store, step: str, attempt: int, started: str) -> None:
    """Keep what a step that has succeeded left in its working directory.

    Args:
        workspace: the directory.
        run: the run's folder.
        step: the step's name.
        attempt: counted from 1.
        started: ISO time.

    Raises:
        StoreError: a file cannot be read, or the store cannot be written.
    """
    files = workspace.changes(run=run)
    write_manifest(
        run,
        Manifest(
            step=step,
            attempt=attempt,
            folder=f"{step}/try-{attempt}",
            files=files,
            workspace=str(workspace.folder),
            changed={f"file:{path}": workspace.origins.get(path, "") for path in files},
            started=started,
            ended=datetime.now(UTC).isoformat(),
        ),
    )


def _ancestors(step: str, upstream: Mapping[str, Sequence[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [*upstream[step]]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += upstream[name]
    return found


def _require_one_version(manifests: Sequence[Manifest], before: Mapping[str, set[str]]) -> None:
    latest: dict[str, Manifest] = {}
    for manifest in manifests:
        for path, entry in manifest.files.items():
            other = latest.get(path)
            if (
                other is not None
                and other.step not in before[manifest.step]
                and "folder" not in entry
                and entry.get("sha256") != other.files[path].get("sha256")
            ):
                raise StoreError(
                    f"steps {other.step!r} and {manifest.step!r}, which do not wait for each "
                    f"other, left different files {path!r}",
                    hint=f"tag a cell of step {manifest.step!r} with `prev:{other.step}`, or let "
                    "one of them write another file",
                )
            latest[path] = manifest
