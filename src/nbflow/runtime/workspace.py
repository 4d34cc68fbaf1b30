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
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from nbflow.errors import StoreError
from nbflow.runtime.folderstore import copy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from nbflow.runtime.manifests import Manifest
    from nbflow.runtime.store import Store

__all__ = [
    "CONTENTS",
    "PARENT",
    "Workspace",
    "fetch_file",
    "fill",
    "left_at_last",
    "open_workspace",
]

CONTENTS = ".files"
"""Folder in a run's with the contents of files by their digests; no step has such a name."""

PARENT = "NBFLOW_WORKSPACES"
"""Environment variable with the folder that working directories are made in."""

_PASSED_OVER = {"__pycache__", ".ipynb_checkpoints"}
_AT_ONCE = 8

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

    def remember(self, paths: Iterable[str]) -> None:
        """Take seeded files as they are now for unchanged."""
        for path in paths:
            self.seeded[path]["seen"] = _seen((self.folder / path).lstat())

    def changes(self, *, run: Store) -> dict[str, Entry]:
        """What was made, changed or deleted since, with contents copied into the store.

        Raises:
            StoreError: a file cannot be read, or the store cannot be written.
        """
        present = dict(_entries(self.folder))
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            entries = pool.map(lambda item: self._change(*item, run=run), sorted(present.items()))
            changed = dict(zip(sorted(present), entries, strict=True))
        found = {path: entry for path, entry in changed.items() if entry is not None}
        return found | {path: {"deleted": True} for path in sorted({*self.seeded} - {*present})}

    def _change(self, path: str, status: os.stat_result, *, run: Store) -> Entry | None:
        before = self.seeded.get(path, {})
        mode = stat.S_IMODE(status.st_mode)
        if stat.S_ISDIR(status.st_mode):
            return None if before.get("folder") and before.get("mode") == mode else _folder(mode)
        if stat.S_ISLNK(status.st_mode):
            target = str((self.folder / path).readlink())
            return None if before.get("link") == target else {"link": target}
        if before.get("seen") == _seen(status):
            return None
        with _explained(path):
            digest = _digest(self.folder / path)
            same = "seen" in before and _original(before) == digest and before["mode"] == mode
            return None if same else self._put(path, status, run=run, digest=digest)

    def _put(self, path: str, status: os.stat_result, *, run: Store, digest: str) -> Entry:
        """Keep a file's content under its digest, once for all steps."""
        target = f"{CONTENTS}/{digest}"
        if not run.holds(target, sha256=digest, size=status.st_size):
            run.put(target, self.folder / path)
        if _seen((self.folder / path).lstat()) != _seen(status):
            raise StoreError(
                f"file {path!r} changed while it was handed to the next steps",
                hint="wait in the step's last cell for the program or thread that writes it",
            )
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
    fill(workspace, attached=attached, run=run, manifests=manifests)
    os.chdir(folder)
    if "" not in sys.path:
        sys.path.insert(0, "")
    importlib.invalidate_caches()
    return workspace


def fill(
    workspace: Workspace, *, attached: Path | None, run: Store, manifests: Sequence[Manifest]
) -> None:
    """Put into a working directory what came with the notebook, and what the steps before left.

    Raises:
        StoreError: a file that an earlier step left is missing or damaged.
    """
    folder = workspace.folder
    if attached is not None:
        shutil.copytree(
            attached, folder, symlinks=True, dirs_exist_ok=True, copy_function=_copy_attached
        )
        for path, status in _entries(folder):
            workspace.seeded[path] = _as_entry(folder / path, status, attached / path)
            workspace.origins[path] = ""
    _apply(workspace, manifests, run)


def left_at_last(manifests: Sequence[Manifest]) -> dict[str, tuple[Entry, Manifest]]:
    """What the last step that changed it says of each path, with that step's manifest.

    Also of what it deleted.
    """
    final: dict[str, tuple[Entry, Manifest]] = {}
    for manifest in manifests:
        for path, entry in sorted(manifest.files.items()):
            if "folder" not in entry:  # what was below it in another branch is no more
                final = {p: one for p, one in final.items() if not p.startswith(f"{path}/")}
            final[path] = entry, manifest
    return final


def _copy_attached(source: str, target: str) -> None:
    copy(Path(source), Path(target))
    shutil.copystat(source, target)


def _as_entry(path: Path, status: os.stat_result, source: Path) -> Entry:
    mode = stat.S_IMODE(status.st_mode)
    if stat.S_ISDIR(status.st_mode):
        return _folder(mode)
    if stat.S_ISLNK(status.st_mode):
        return {"link": str(path.readlink())}
    return {"source": str(source), "seen": _seen(status), "mode": mode}


def _folder(mode: int) -> Entry:
    return {"folder": True, "mode": mode}


def _original(entry: Entry) -> str:
    """The digest of a file as it was seeded."""
    if "sha256" not in entry:
        entry["sha256"] = _digest(Path(entry["source"]))
    found: str = entry["sha256"]
    return found


def _apply(workspace: Workspace, manifests: Sequence[Manifest], run: Store) -> None:
    """Bring the directory to where the steps left it; only what is left at the end is fetched."""
    final = left_at_last(manifests)
    _require_inside(final, run=run)
    workspace.origins.update(
        (path, manifest.step) for manifest in manifests for path in manifest.files
    )
    for path, (entry, _) in sorted(final.items(), reverse=True):
        if "folder" not in entry or not _is_folder(workspace.folder / path):
            _delete(workspace.folder / path)
            workspace.seeded.pop(path, None)
    left = [(path, *one) for path, one in sorted(final.items()) if "deleted" not in one[0]]
    for path, entry, manifest in left:
        target = workspace.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if "folder" in entry:
            target.mkdir(exist_ok=True)
            workspace.seeded[path] = entry
        elif "link" in entry:
            link = entry["link"].replace(manifest.workspace or "\0", str(workspace.folder))
            target.symlink_to(link)
            workspace.seeded[path] = {"link": link}
    files = [one for one in left if "address" in one[1]]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        placed = pool.map(
            lambda one: fetch_file(*one, run=run, target=workspace.folder / one[0]), files
        )
        workspace.seeded.update(zip((one[0] for one in files), placed, strict=True))
    for path, entry, _ in reversed(left):  # at last, as a folder may not be writable
        if "folder" in entry and "mode" in entry:
            (workspace.folder / path).chmod(entry["mode"])


def _require_inside(final: Mapping[str, tuple[Entry, Manifest]], *, run: Store) -> None:
    """Raise StoreError where something would be made or deleted outside the working directory."""
    links = {path for path, (entry, _) in final.items() if "link" in entry}
    for path, (entry, manifest) in final.items():
        through = links and "deleted" not in entry and links.intersection(_folders_of(path))
        if through or _leads_out(path):
            raise _damaged(path, manifest, run=run)


def _folders_of(path: str) -> Iterator[str]:
    return (str(folder) for folder in PurePosixPath(path).parents)


def _leads_out(path: str) -> bool:
    """Whether a path that a manifest names is none below the folder that it is relative to."""
    return "\0" in path or not {"", ".", ".."}.isdisjoint(path.split("/"))


def _damaged(path: str, manifest: Manifest, *, run: Store) -> StoreError:
    return StoreError(
        f"the manifest of step {manifest.step!r} in {run.url} is damaged: {path!r} leads out of "
        "its folder",
        hint=f"run step {manifest.step!r} again",
    )


def fetch_file(path: str, entry: Entry, manifest: Manifest, *, run: Store, target: Path) -> Entry:
    """Fetch a file that a step left, checked; its entry, with what the file system says of it.

    Raises:
        StoreError: it is missing or damaged.
    """
    hint = f"run step {manifest.step!r} again"
    if _leads_out(entry["address"]):
        raise _damaged(entry["address"], manifest, run=run)
    try:
        run.fetch(entry["address"], target)
    except FileNotFoundError as error:
        raise StoreError(
            f"file {path!r} of step {manifest.step!r} is missing in {run.url}: {error}", hint=hint
        ) from error
    except OSError as error:
        raise StoreError(
            f"file {path!r} of step {manifest.step!r} cannot be copied from {run.url}: {error}",
            hint="see that there is room for it, and that the store may be read",
        ) from error
    if _digest(target) != entry["sha256"]:
        raise StoreError(
            f"file {path!r} of step {manifest.step!r} is damaged: {entry['address']} in {run.url} "
            "is not what the step wrote",
            hint=hint,
        )
    target.chmod(entry["mode"])
    os.utime(target, ns=(entry["modified"], entry["modified"]))
    return {**entry, "seen": _seen(target.stat())}


@contextmanager
def _explained(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"file {path!r} cannot be handed to the next steps: {error}",
            hint="close it and let it be readable before the step ends, or delete it; see that "
            "the store has room",
        ) from error


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _delete(path: Path) -> None:
    if _is_folder(path):
        shutil.rmtree(path)
    else:
        with suppress(FileNotFoundError, NotADirectoryError):
            path.unlink()


def _seen(status: os.stat_result) -> tuple[int, ...]:
    """What differs after a file was written or replaced, also where its times were set back."""
    times = (status.st_mtime_ns, status.st_ctime_ns)
    return (*times, status.st_size, stat.S_IMODE(status.st_mode), status.st_ino)


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
