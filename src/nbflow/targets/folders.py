"""A folder that Airflow reads DAGs from."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.errors import TargetError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbflow.model import Bundle
    from nbflow.settings import Settings

_DIGEST = re.compile(r"[0-9a-f]{16}")
# Beside the bundles of a DAG, for the programs that come by.
_SIGNS = {
    # Airflow would import the author's modules in search of DAGs. The first pattern is for its glob
    # syntax, the second for its regular expressions; each ignores what it does not understand.
    ".airflowignore": b"# Notebooks and modules of a pipeline, not DAGs.\n*\n.*\n",
    # The DAG file is ruff's business, what the author wrote is the author's.
    ".ruff.toml": b'# Notebooks and modules as their author wrote them.\nexclude = ["*"]\n',
}


@dataclass(frozen=True)
class Published:
    """What publishing did.

    Attributes:
        dag_id: the DAG's id.
        digest: the bundle's digest.
        changed: the target was changed; False where the same bundle was there already.
        path: where the DAG file is.
    """

    dag_id: str
    digest: str
    changed: bool
    path: str


@dataclass(frozen=True)
class Listing:
    """A published DAG.

    Attributes:
        dag_id: the DAG's id.
        digest: of the bundle that the DAG file names.
        digests: of all its bundles that are there, the newest last.
        notebook: the notebook that it was made from, relative to its project.
        path: where the DAG file is.
    """

    dag_id: str
    digest: str
    digests: tuple[str, ...]
    notebook: str
    path: str


@dataclass(frozen=True)
class FolderTarget:
    """A folder that Airflow reads DAGs from: `{dag_id}.py` beside `{dag_id}/{digest}/`."""

    folder: Path

    def publish(self, bundle: Bundle, *, force: bool = False) -> Published:
        """Write the bundle's files first and its DAG file last, each atomically.

        Raises:
            TargetError: the folder cannot be written, or has a DAG of this name from another
                notebook and `force` is not said.
        """
        with _explained(self.folder):
            if not force:
                self._refuse_another(bundle)
            return write_bundle(bundle, self.folder)

    def published(self) -> tuple[Listing, ...]:
        """The DAGs that nbflow put there, sorted by id."""
        with _explained(self.folder):
            files = sorted(self.folder.glob("*.py")) if self.folder.is_dir() else []
            found = (_listing(file) for file in files)
            return tuple(listing for listing in found if listing is not None)

    def unpublish(self, dag_id: str) -> Listing:
        """Delete the DAG file first, then what it names.

        Raises:
            TargetError: no such DAG is there, or the folder cannot be written.
        """
        there = self.published()
        listing = next((one for one in there if one.dag_id == dag_id), None)
        if listing is None:
            known = ", ".join(one.dag_id for one in there)
            raise TargetError(
                f"there is no DAG {dag_id!r} in {self.folder}",
                hint=f"published are: {known}" if known else "nothing is published there",
            )
        with _explained(self.folder):
            (self.folder / f"{dag_id}.py").unlink()
            shutil.rmtree(self.folder / dag_id)
        return listing

    def _refuse_another(self, bundle: Bundle) -> None:
        file = self.folder / f"{bundle.dag_id}.py"
        if not file.exists():
            return
        listing = _listing(file)
        ours = _notebook(bundle.files["manifest.json"])
        if listing is None:
            raise TargetError(
                f"{file} is there and was not made by nbflow",
                hint="give the pipeline another name in the notebook's options, or use --force",
            )
        if listing.notebook != ours:
            raise TargetError(
                f"the DAG {bundle.dag_id!r} is published from {listing.notebook}, not from {ours}",
                hint="give one of the two pipelines another name in its options, or use --force",
            )


def folder_target(settings: Settings) -> FolderTarget:
    """The target of the kind `folder`."""
    return FolderTarget(settings.target_folder)


def write_bundle(bundle: Bundle, folder: Path) -> Published:
    """Write a bundle as a folder target holds it; nothing half-written is ever visible.

    Raises:
        TargetError: the folder cannot be written.
    """
    with _explained(folder):
        _refuse_braces(folder)
        files = folder / bundle.dag_id / bundle.digest
        files.parent.mkdir(parents=True, exist_ok=True)
        for name, sign in _SIGNS.items():
            if not (files.parent / name).exists():
                _write(files.parent / name, sign)
        new_files = not _holds(files, bundle.files)
        if new_files:
            _write_files(files, bundle.files)
        file = folder / f"{bundle.dag_id}.py"
        text = bundle.dag.encode()
        new_dag = not file.is_file() or file.read_bytes() != text
        if new_dag:
            _write(file, text)
        return Published(bundle.dag_id, bundle.digest, new_files or new_dag, str(file))


def _refuse_braces(folder: Path) -> None:
    if "{" in str(folder) or "}" in str(folder):
        raise TargetError(
            f"{folder} has braces in its name",
            hint="papermill reads braces in paths as placeholders: use another folder",
        )


def _holds(folder: Path, files: Mapping[str, bytes]) -> bool:
    """Whether these files are there; the digest in the folder's name says it, sizes confirm."""
    for path, content in files.items():
        file = folder / path
        if not file.is_file() or file.stat().st_size != len(content):
            return False
    return True


def _write_files(folder: Path, files: Mapping[str, bytes]) -> None:
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


def _write(file: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
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


def _listing(file: Path) -> Listing | None:
    """The DAG that a file holds, or None where nbflow did not write it."""
    # Beside the file, or in the store: see the backends.
    address = re.compile(rf"(?:}}}}/{re.escape(file.stem)}|/\.bundles)/([0-9a-f]{{16}})\"")
    named = address.search(file.read_text(encoding="utf-8", errors="replace"))
    folder = file.with_suffix("")
    if named is None or not folder.is_dir():
        return None
    bundles = [one for one in folder.iterdir() if _DIGEST.fullmatch(one.name)]
    bundles.sort(key=lambda one: (one.stat().st_mtime_ns, one.name))
    manifest = folder / named[1] / "manifest.json"
    notebook = _notebook(manifest.read_bytes()) if manifest.is_file() else "a lost notebook"
    return Listing(file.stem, named[1], tuple(one.name for one in bundles), notebook, str(file))


def _notebook(manifest: bytes) -> str:
    content: dict[str, Any] = json.loads(manifest)
    return str(content["source"]["notebook"])


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """The system's refusals as ours."""
    try:
        yield
    except OSError as error:
        where = error.filename or folder
        raise TargetError(
            f"cannot publish to {folder}: {error.strerror or error} ({where})",
            hint="check that the folder exists, has space, and that you may write there",
        ) from error
