"""A step's own working directory: seeded with what came before, compared when the step ends."""

from __future__ import annotations

import atexit
import hashlib
import importlib
import os
import shutil
import stat
import sys
import tempfile
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbflow.runtime.manifests import Manifest
    from nbflow.runtime.store import Store

__all__ = ["PARENT", "Workspace", "open_workspace"]

PARENT = "NBFLOW_WORKSPACES"
"""Environment variable with the folder that working directories are made in."""

_PASSED_OVER = {"__pycache__", ".ipynb_checkpoints"}
_CHUNK = 1 << 20

Entry = dict[str, Any]


@dataclass
class Workspace:
    """A working directory.

    Attributes:
        folder: where it is, without symbolic links.
        seeded: what it began with, by path: an entry of a manifest's `files`, with `seen`
            (what the file system said then).
        origins: by path, the step that left it, empty for what came with the notebook.
        process: the process that works in it; a fork of that must not take it away.
    """

    folder: Path
    process: int = field(default_factory=os.getpid)
    seeded: dict[str, Entry] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)

    def is_as_seeded(self, path: str) -> bool:
        """Whether a path is what it was when the step began: the same file, or still none."""
        full = self.folder / path
        if path not in self.seeded:
            return not os.path.lexists(full)
        seen = self.seeded[path].get("seen")
        return seen is None or (os.path.lexists(full) and seen == _seen(full.lstat()))

    def changes(self, *, run: Store, address: str) -> dict[str, Entry]:
        """What was made, changed or deleted since, with contents copied into the store.

        Raises:
            StoreError: a file cannot be read, or the store cannot be written.
        """
        found: dict[str, Entry] = {}
        present = dict(_entries(self.folder))
        for path, status in sorted(present.items()):
            entry = self._change(path, status, run=run, address=address)
            if entry is not None:
                found[path] = entry
        for path in sorted(set(self.seeded) - set(present)):
            found[path] = {"deleted": True}
        return found

    def _change(
        self, path: str, status: os.stat_result, *, run: Store, address: str
    ) -> Entry | None:
        before = self.seeded.get(path)
        if stat.S_ISDIR(status.st_mode):
            return None if before and before.get("folder") else {"folder": True}
        if stat.S_ISLNK(status.st_mode):
            target = str((self.folder / path).readlink())
            return None if before and before.get("link") == target else {"link": target}
        if before and before.get("seen") == _seen(status):
            return None
        if before and before["seen"][1] == status.st_size and "sha256" not in before:
            before["sha256"] = _digest(Path(before["source"]))
        if before and before.get("sha256") and before["seen"][1] == status.st_size:
            same_mode = before["mode"] == stat.S_IMODE(status.st_mode)
            if same_mode and _digest(self.folder / path) == before["sha256"]:
                return None
        return self._put(path, status, run=run, address=address)

    def _put(self, path: str, status: os.stat_result, *, run: Store, address: str) -> Entry:
        """Copy a file into the store under its digest."""
        source = self.folder / path
        try:
            digest = _digest(source)
            target = f"{address}/{digest}"
            if not run.exists(target):
                with source.open("rb") as stream, run.create(target) as out:
                    shutil.copyfileobj(stream, out, _CHUNK)
        except OSError as error:
            raise StoreError(
                f"file {path!r} cannot be handed to the next steps: {error}",
                hint="close it and let it be readable before the step ends, or delete it",
            ) from error
        return {
            "sha256": digest,
            "size": status.st_size,
            "mode": stat.S_IMODE(status.st_mode),
            "modified": status.st_mtime_ns,
            "address": target,
        }

    def remove(self) -> None:
        """Delete the directory and leave it."""
        if os.getpid() != self.process:
            return
        if Path.cwd().is_relative_to(self.folder):
            os.chdir(tempfile.gettempdir())
        shutil.rmtree(self.folder, ignore_errors=True)


def open_workspace(
    *, attached: Path | None, run: Store, manifests: Sequence[Manifest]
) -> Workspace:
    """Make a working directory, fill it, and go there.

    Args:
        attached: folder with the files that came with the notebook.
        run: the run's folder.
        manifests: of the ancestors, in the notebook's order.

    Raises:
        StoreError: a file that an earlier step left is missing or damaged.
    """
    parent = os.environ.pop(PARENT, None)
    base = Path(parent or tempfile.gettempdir()).resolve()
    # The name has one length always, so that it can be replaced inside the next step's pickles.
    folder = base / f"nbflow-{uuid.uuid4().hex}"
    folder.mkdir(mode=0o700)
    workspace = Workspace(folder)
    atexit.register(workspace.remove)
    if attached is not None:
        shutil.copytree(attached, folder, symlinks=True, dirs_exist_ok=True)
        for path, status in _entries(folder):
            workspace.seeded[path] = _as_entry(folder / path, status, attached / path)
            workspace.origins[path] = ""
    for manifest in manifests:
        _apply(workspace, manifest, run)
    os.chdir(folder)
    if "" not in sys.path:
        sys.path.insert(0, "")
    importlib.invalidate_caches()
    return workspace


def _as_entry(path: Path, status: os.stat_result, source: Path) -> Entry:
    if stat.S_ISDIR(status.st_mode):
        return {"folder": True}
    if stat.S_ISLNK(status.st_mode):
        return {"link": str(path.readlink())}
    mode = stat.S_IMODE(status.st_mode)
    return {"source": str(source), "seen": _seen(status), "mode": mode}


def _apply(workspace: Workspace, manifest: Manifest, run: Store) -> None:
    """Bring the directory to where a step left it."""
    gone = [path for path, entry in manifest.files.items() if "deleted" in entry]
    for path in sorted(gone, reverse=True):
        _delete(workspace.folder / path)
        workspace.seeded.pop(path, None)
        workspace.origins[path] = manifest.step
    for path, entry in sorted(manifest.files.items()):
        if "deleted" in entry:
            continue
        target = workspace.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not ("folder" in entry and target.is_dir() and not target.is_symlink()):
            _delete(target)
        workspace.seeded[path] = _place(path, target, entry, run=run, step=manifest.step)
        workspace.origins[path] = manifest.step


def _place(path: str, target: Path, entry: Entry, *, run: Store, step: str) -> Entry:
    if "folder" in entry:
        target.mkdir(exist_ok=True)
        return entry
    if "link" in entry:
        target.symlink_to(entry["link"])
        return entry
    hint = f"run step {step!r} again"
    try:
        run.fetch(entry["address"], target)
    except OSError as error:
        raise StoreError(
            f"file {path!r} of step {step!r} is missing in {run.url}: {error}", hint=hint
        ) from error
    if _digest(target) != entry["sha256"]:
        raise StoreError(
            f"file {path!r} of step {step!r} is damaged: {entry['address']} in {run.url} is not "
            "what the step wrote",
            hint=hint,
        )
    target.chmod(entry["mode"])
    os.utime(target, ns=(entry["modified"], entry["modified"]))
    return {**entry, "seen": _seen(target.stat())}


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _seen(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_mtime_ns, status.st_size, stat.S_IMODE(status.st_mode)


def _entries(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Everything below a folder but caches, by relative path; links are not followed."""
    waiting = [""]
    while waiting:
        prefix = waiting.pop()
        with os.scandir(folder / prefix) as entries:
            for entry in entries:
                status = entry.stat(follow_symlinks=False)
                kind = stat.S_IFMT(status.st_mode)
                if entry.name in _PASSED_OVER or kind not in _KEPT:
                    continue
                path = f"{prefix}{entry.name}"
                yield path, status
                if kind == stat.S_IFDIR:
                    waiting.append(f"{path}/")


_KEPT = {stat.S_IFDIR, stat.S_IFLNK, stat.S_IFREG}


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
