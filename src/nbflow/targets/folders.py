"""A folder that Airflow reads DAGs from."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.errors import TargetError
from nbflow.targets.trees import side_by_side

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from nbflow.settings import Settings
    from nbflow.targets.trees import Change, View

__all__ = ["FolderTree", "folder_tree"]

_REMOVING = ".removing-"


class FolderTree:
    """See `Tree` and, as it reads itself, `View`."""

    reviewed = False
    versioned = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = str(folder)

    def view(self) -> View:
        """See `Tree`."""
        return self

    def bundle(self) -> tuple[str, dict[str, Any]]:
        """See `Tree`."""
        name = "airflow.dag_processing.bundles.local.LocalDagBundle"
        return name, {"path": self.address}

    def location(self, path: str) -> str:
        """See `Tree`."""
        return str(self.folder / path)

    def read(self, path: str) -> bytes:
        """See `View`."""
        with self._explained():
            return (self.folder / path).read_bytes()

    def holds(self, path: str, content: bytes) -> bool:
        """See `View`."""
        try:
            return self.read(path) == content
        except FileNotFoundError:
            return False

    def mark(self, path: str) -> str:
        """See `View`: files come by renaming, so another content is another file."""
        try:
            with self._explained():
                found = (self.folder / path).stat()
        except FileNotFoundError:
            return ""
        return f"{found.st_ino} {found.st_mtime_ns} {found.st_size}"

    def sizes(self, folder: str) -> Mapping[str, int]:
        """See `View`."""
        with self._explained():
            return dict(_sizes(str(self.folder / folder)))

    def names(self, folder: str = "") -> tuple[str, ...]:
        """See `View`."""
        top = self.folder / folder
        with self._explained():
            return tuple(sorted(one.name for one in top.iterdir())) if top.is_dir() else ()

    def update(self, decide: Callable[[View], Change]) -> None:
        """See `Tree`: folders and files come by renaming, which a reader sees done or not."""
        with self._explained():
            self._refuse_braces()
            change = decide(self)
            for path in change.files_gone:
                (self.folder / path).unlink(missing_ok=True)
            folders = change.folders.items()
            side_by_side(lambda one: _write_folder(self.folder / one[0], one[1]), folders)
            for wave in change.waves:
                side_by_side(lambda one: _write(self.folder / one[0], one[1]), wave.items())
            for path in change.folders_gone:
                _remove_folder(self.folder / path, inside=self.folder)

    def _refuse_braces(self) -> None:
        if "{" in self.address or "}" in self.address:
            raise TargetError(
                f"{self.folder} has braces in its name",
                hint="papermill reads braces in paths as placeholders: use another folder",
            )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """The system's refusals as ours; a missing file stays FileNotFoundError."""
        try:
            yield
        except FileNotFoundError:
            raise
        except OSError as error:
            where = error.filename or self.folder
            raise TargetError(
                f"cannot publish to {self.folder}: {error.strerror or error} ({where})",
                hint="check that the folder exists, has space, and that you may write there",
            ) from error


def folder_tree(settings: Settings) -> FolderTree:
    """The target of the kind `folder`."""
    return FolderTree(settings.target_folder)


def _sizes(folder: str, inner: str = "") -> Iterator[tuple[str, int]]:
    """The files below a folder by their path in it, with their sizes; none where it is not there.

    Without pathlib, which takes three times as long, and a thousand pipelines are looked at.
    """
    try:
        entries = os.scandir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return
    with entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _sizes(entry.path, f"{inner}{entry.name}/")
            elif entry.is_file():
                yield inner + entry.name, entry.stat().st_size


def _write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    waiting = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder.parent))
    try:
        waiting.chmod(0o755)  # mkdtemp's folders are private; Airflow may be another user
        for path, content in files.items():
            file = waiting / path
            file.parent.mkdir(parents=True, exist_ok=True)
            _store(file, content)
        if folder.exists():  # damaged: a file is missing or cut short
            shutil.rmtree(folder)
        waiting.rename(folder)
        _sync_folder(folder.parent)
    except BaseException:
        shutil.rmtree(waiting, ignore_errors=True)
        raise


def _remove_folder(folder: Path, *, inside: Path) -> None:
    """Take a folder away: one below a DAG's at once, by renaming, and then its files.

    What a killed removal left there goes too. A DAG's own folder keeps its name, by which Airflow
    looks past it, until its files are gone.
    """
    with suppress(FileNotFoundError):
        if folder.parent != inside:
            folder.rename(Path(tempfile.mkdtemp(prefix=_REMOVING, dir=folder.parent)) / "gone")
            for left in folder.parent.glob(f"{_REMOVING}*"):
                shutil.rmtree(left, ignore_errors=True)
        else:
            shutil.rmtree(folder)


def _write(file: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{file.stem}-", suffix=".writing", dir=file.parent)
    os.close(handle)
    waiting = Path(name)
    try:
        waiting.chmod(0o644)
        _store(waiting, content)
        waiting.replace(file)
        _sync_folder(file.parent)
    except BaseException:
        waiting.unlink(missing_ok=True)
        raise


def _store(file: Path, content: bytes) -> None:
    with file.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    """Make a rename last through a power cut, where the system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
