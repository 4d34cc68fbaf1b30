"""What a step depended on that nobody knows before it has run: files, folders, packages."""

from __future__ import annotations

import glob
import hashlib
import json
import os
import re
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.runtime import shell
from nbflow.runtime.reads import INSTALLED, digest_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nbflow.runtime.manifests import Manifest
    from nbflow.runtime.session import Session

__all__ = ["are_unchanged", "trace"]

Trace = dict[str, Any]

_QUOTED = re.compile(r"""['"]((?:/|~/)[^'"\n]+)['"]""")
_WORD = re.compile(r"""(?:^|[\s'"=:(<])((?:/|~/)[^\s'"\\;|&<>()]+)""", re.M)
_MANY = 10_000
"""A folder with more than this below it is not looked through."""


def trace(session: Session, manifest: Manifest) -> Trace | None:
    """What the step that has just ended depended on; None where it cannot be told.

    Attributes of the answer: `files` and `outside` (sha256 by path, None where there was none),
    `listed` and `folders` (a digest by path), `distributions` (versions by name).
    """
    reads = session.reads
    touched = {*manifest.seen["files"], *reads.written, *manifest.files}
    named = {path for path in _named_paths(session) if not _is_of_tools(path, session)}
    outside = {
        *reads.outside,
        *reads.made,
        *_foreign_modules(),
        *(path for path in named if Path(path).is_file()),
    }
    outside = {path for path in outside if not _is_of_tools(path, session)}
    if any(_changed_meanwhile(path, session) for path in outside - reads.made):
        return None
    folders = {path for path in named if Path(path).is_dir() and _is_small(path, session)}
    return {
        "files": {path: digest_of(session.workspace, path) for path in sorted(touched)},
        "outside": {path: _content(path) for path in sorted(outside) if not _is_draft(path)},
        "listed": {path: _names(path) for path in sorted(reads.listed) if not _is_draft(path)},
        "folders": {path: _states(path) for path in sorted(folders)},
        "distributions": _distributions(),
    }


def are_unchanged(found: Trace, session: Session) -> bool:
    """Whether all that a step depended on is now as it was then."""
    return (
        all(digest_of(session.workspace, path) == was for path, was in found["files"].items())
        and all(_version(name) == was for name, was in found["distributions"].items())
        and all(_names(path) == was for path, was in found["listed"].items())
        and all(_states(path) == was for path, was in found["folders"].items())
        and all(_content(path) == was for path, was in found["outside"].items())
    )


def _content(path: str) -> str | None:
    try:
        with Path(path).open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None


def _names(folder: str) -> str | None:
    try:
        return _digest(sorted(os.listdir(folder)))  # noqa: PTH208 - names, not paths
    except OSError:
        return None


def _states(folder: str) -> str | None:
    """Of a folder that is named, not read in Python: how each file of it was last changed."""
    found = []
    for path in _below(folder):
        with suppress(OSError):
            status = path.stat()
            found.append([str(path), status.st_size, status.st_mtime_ns, status.st_ctime_ns])
        if len(found) > _MANY:
            return None
    return _digest(sorted(found))


def _below(folder: str) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        yield from (Path(place, name) for name in names)


def _is_small(folder: str, session: Session) -> bool:
    """A folder that may be data, not one in which everything lies, this step too."""
    inside = (str(session.workspace.folder), str(Path.home()), tempfile.gettempdir(), sys.prefix)
    if any(f"{one}{os.sep}".startswith(f"{folder.rstrip(os.sep)}{os.sep}") for one in inside):
        return False
    return _states(folder) is not None


def _named_paths(session: Session) -> Iterator[str]:
    """Absolute paths that the step's code, parameters or variables name, and that exist.

    Libraries that read files without Python are not heard; most are given a literal path.
    """
    space = shell.namespace()
    sources = [one.source for one in session.orders.definitions]
    sources += [one for one in space.get("In", ()) if "nbflow_params" not in one]
    found = (pattern.findall(source) for source in sources for pattern in (_QUOTED, _WORD))
    texts = [text for some in found for text in some]
    values = [value for value in list(space.values()) if isinstance(value, str | Path)]
    texts += [str(value) for value in values]
    root = f"{session.workspace.folder}{os.sep}"
    for text in texts:
        path = os.path.expanduser(text)  # noqa: PTH111 - texts, of which few are paths
        if not path.startswith(os.sep) or len(path) > 4096 or "\0" in path:
            continue
        full = [os.path.realpath(one) for one in glob.glob(path)]  # noqa: PTH207 - as above
        yield from (one for one in full if not one.startswith((root, *INSTALLED)))


def _foreign_modules() -> Iterator[str]:
    """Source files of modules that are not installed."""
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        if isinstance(path, str) and path.startswith(os.sep):
            full = os.path.realpath(path)
            if not full.startswith(INSTALLED):
                yield full


def _is_of_tools(path: str, session: Session) -> bool:
    """Whether a file is one that the step's surroundings read for themselves."""
    store = str(session.run.url).rpartition("/")[0]
    places = [str(session.workspace.folder), store, os.path.realpath(store)]
    ipython = sys.modules.get("IPython.paths")
    places += [ipython.get_ipython_dir()] if ipython is not None else []
    matplotlib = sys.modules.get("matplotlib")
    places += [matplotlib.get_cachedir()] if matplotlib is not None else []
    return any(path.startswith(f"{place}{os.sep}") for place in places)


def _changed_meanwhile(path: str, session: Session) -> bool:
    try:
        changed = Path(path).stat().st_ctime
    except OSError:
        return False
    return changed >= session.began and not _is_temporary(path)


def _is_temporary(path: str) -> bool:
    return path.startswith(f"{os.path.realpath(tempfile.gettempdir())}{os.sep}")


def _is_draft(path: str) -> bool:
    """A temporary file that the step made for itself and took away."""
    return _is_temporary(path) and not os.path.lexists(path)


def _distributions() -> dict[str, str]:
    """Of all packages of which something is imported, the versions."""
    from importlib.metadata import packages_distributions

    owners = packages_distributions()
    names = {name.partition(".")[0] for name in list(sys.modules)}
    return _versions(one for name in names for one in owners.get(name, ()))


def _versions(names: Iterable[str]) -> dict[str, str]:
    found = {name: _version(name) for name in sorted(set(names))}
    return {name: version for name, version in found.items() if version is not None}


def _version(name: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()
