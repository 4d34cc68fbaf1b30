"""Files that a node of Elyra's needs, as globs of a notebook's options."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import Any

_WILD = frozenset("*?[")


@dataclass(frozen=True)
class Dependencies:
    """What a node needs beside its notebook.

    Attributes:
        inside: what lies in the notebook's folder, in Elyra's words.
        globs: the same as the notebook's options say it.
        outside: what does not lie there, or is no path.
    """

    inside: tuple[str, ...]
    globs: tuple[str, ...]
    outside: tuple[Any, ...]


def read_dependencies(value: Any, *, deep: bool, folders: frozenset[str]) -> Dependencies:
    """Read the property `dependencies`.

    Args:
        value: what it says; paths and globs relative to the notebook's folder.
        deep: whether folders below count too (`include_subdirectories`).
        folders: those that are folders.
    """
    inside: list[str] = []
    outside: list[Any] = []
    for one in value if isinstance(value, list) else [value]:
        path = one.strip() if isinstance(one, str) else None
        if path is None:
            outside.extend([] if one is None else [one])
        elif posixpath.isabs(path) or posixpath.normpath(path).split("/")[0] == "..":
            outside.append(path)
        elif path:
            inside.append(path)
    globs = [glob for one in inside for glob in _globs(one, deep=deep, folder=one in folders)]
    return Dependencies(tuple(inside), tuple(dict.fromkeys(globs)), tuple(outside))


def _globs(pattern: str, *, deep: bool, folder: bool) -> list[str]:
    plain = posixpath.normpath(pattern)
    if folder or pattern.endswith("/"):
        return [posixpath.join(plain, "**/*" if deep else "*").removeprefix("./")]
    if deep and not _WILD.isdisjoint(plain):
        where, name = posixpath.split(plain)
        return [posixpath.join(where, "**", name)]
    return [plain]
