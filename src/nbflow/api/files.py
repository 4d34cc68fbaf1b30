"""The files that a run's notebook left beside itself: listed, or brought back."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from nbflow import runtime
from nbflow.api.manifests import (
    find_store,
    inner_steps,
    manifests_in,
    manifests_of_part,
    parts_of,
    require_store,
    store_of_part,
)
from nbflow.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbflow.model import Run
    from nbflow.runtime import Manifest, Store
    from nbflow.settings import Settings

__all__ = ["RunFile", "files_of", "write_files"]

_LINKS = 40
"""Links that are followed one after the other, as Linux does; more lead round in a circle."""


@dataclass(frozen=True)
class RunFile:
    """A file that a run's notebook left in its working directory, as it was at last.

    Attributes:
        name: its path relative to the notebook; of several notebooks, below a folder of its own
            for each.
        size: bytes.
        step: the step that left it so.
        sha256: of its content.
        left: where it is.
    """

    name: str
    size: int
    step: str
    sha256: str
    left: _Left

    def fetch(self, to: Path) -> None:
        """Write it to a path.

        Raises:
            StoreError: it is missing or damaged.
        """
        path, entry, manifest, store = self.left
        runtime.fetch_file(path, entry, manifest, run=store, target=to)


class _Left(NamedTuple):
    """A file in the store: its path as it was for its step, and what that says of it."""

    path: str
    entry: dict[str, Any]
    manifest: Manifest
    store: Store


class _Book(NamedTuple):
    """What one notebook of a run left.

    Attributes:
        folder: its own, of several notebooks; else empty.
        store: where it is kept.
        manifests: of its steps that have ended, in their order.
        steps: the full names of the steps, of several notebooks.
    """

    folder: str
    store: Store
    manifests: Sequence[Manifest]
    steps: Mapping[str, str]


def files_of(run: Run, *, current: Settings) -> tuple[RunFile, ...]:
    """The files that a run's notebook left in its working directory, by name.

    Those that came with the notebook and were not changed are left out. What a link among them
    leads to has the link's name, too. Of a run that goes, or failed, it is what its steps that
    have ended left.

    Raises:
        StoreError: the store cannot be reached, or what it holds is damaged.
    """
    store = find_store(run, current=current)
    books = () if store is None else _books(run, store, current)
    found = (one for book in books for one in _files(book))
    return tuple(sorted(found, key=lambda one: one.name))


def write_files(run: Run, *, current: Settings, to: Path) -> tuple[str, ...]:
    """Write the files that a run's notebook left in its working directory, as they were at last.

    Those that came with the notebook and were not changed are left out. Of a run of several
    notebooks, each has a folder of its own.

    Args:
        run: the run; of one that goes still, what its steps that have ended left.
        current: the settings, which name the store.
        to: a folder that is not there yet, or empty.

    Returns:
        The paths of the files and links in `to`, in order.

    Raises:
        UsageError: `to` is a file, or has something in it.
        StoreError: the store holds nothing of this run, cannot be reached, or what it holds is
            damaged.
    """
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise UsageError(
            f"{to} is there already" if not to.is_dir() else f"{to} is not empty",
            hint="Name a folder that is not there yet: nothing is overwritten.",
        )
    found: list[str] = []
    for book in _books(run, require_store(run, current=current), current):
        target = to / book.folder
        target.mkdir(parents=True, exist_ok=True)
        workspace = runtime.Workspace(target.resolve())
        runtime.fill(workspace, attached=None, run=book.store, manifests=book.manifests)
        found += [
            (Path(book.folder) / path).as_posix()
            for path, entry in workspace.seeded.items()
            if "folder" not in entry
        ]
    return tuple(sorted(found))


def _books(run: Run, store: Store, current: Settings) -> Iterator[_Book]:
    """What each notebook of a run left that has left anything."""
    if manifests := manifests_in(store, run):
        yield _Book("", store, manifests, {})
        return
    for part in parts_of(run, current=current):
        own = store_of_part(part, store)
        yield _Book(part.folder, own, manifests_of_part(part, own), inner_steps(part))


def _files(book: _Book) -> Iterator[RunFile]:
    final = runtime.left_at_last(book.manifests)
    for name, (_, manifest) in final.items():
        path = _followed(name, final)
        entry, wrote = final.get(path, ({}, manifest))
        if "address" in entry:
            yield RunFile(
                name=posixpath.join(book.folder, name),
                size=entry["size"],
                step=book.steps.get(manifest.step, manifest.step),
                sha256=entry["sha256"],
                left=_Left(path, entry, wrote, book.store),
            )


def _followed(path: str, final: Mapping[str, tuple[dict[str, Any], Manifest]]) -> str:
    """Where a link among these paths leads to, and any other path itself."""
    for _ in range(_LINKS):
        entry, manifest = final.get(path, ({}, None))
        if manifest is None or "link" not in entry:
            break
        # An absolute one into the working directory has that as it was called then.
        base = manifest.workspace or "/\0"
        target = posixpath.join(base, posixpath.dirname(path), entry["link"])
        path = posixpath.relpath(posixpath.normpath(target), base)
    return path
