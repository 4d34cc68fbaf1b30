"""What is published in a tree: `{dag_id}.py` beside `{dag_id}/{digest}/` and its versions."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from nbflow.errors import TargetError
from nbflow.model import known_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nbflow.targets.trees import View

__all__ = [
    "VERSIONS",
    "Listing",
    "Version",
    "known",
    "listing",
    "listings",
    "no_such_dag",
    "required",
    "source_of",
    "versions_of",
]

VERSIONS = "versions.json"
_DIGEST = re.compile(r"[0-9a-f]{16}")
_LOST = "a lost notebook"
_PLACES = 8
"""Places of which is kept what was read."""


@dataclass(frozen=True)
class Version:
    """A bundle that is or was what the DAG runs.

    Attributes:
        digest: the bundle's.
        by: who published it; None where that is not known.
        moment: when, an aware datetime; None where that is not known.
        action: `publish`, `rollback` or `unpublish`.
        paused: unpublishing paused a DAG that ran until then: it may run once it is there again.
    """

    digest: str
    by: str | None = None
    moment: datetime | None = None
    action: str = "publish"
    paused: bool = False

    def __str__(self) -> str:
        """`0123456789abcdef, published by ann@example.com on 2026-11-28 16:05 UTC`."""
        if self.moment is None:
            return self.digest
        done = {"rollback": "rolled back", "unpublish": "unpublished"}.get(self.action, "published")
        return f"{self.digest}, {done} by {self.by} on {self.moment:%Y-%m-%d %H:%M %Z}"


@dataclass(frozen=True)
class Listing:
    """A published DAG.

    Attributes:
        dag_id: the DAG's id.
        digest: of the bundle that the DAG file names; empty for a DAG that was unpublished.
        digests: of all its bundles that are there, sorted.
        versions: what was published, the newest last; one may be there more than once.
        notebook: the notebook that it was made from, relative to its project.
    """

    dag_id: str
    digest: str
    digests: tuple[str, ...]
    versions: tuple[Version, ...]
    notebook: str

    @property
    def current(self) -> Version:
        """The version that the DAG file names."""
        named = (one for one in reversed(self.versions) if one.digest == self.digest)
        return next(named, Version(self.digest))

    def state_of(self, version: Version) -> str:
        """`runs`; `kept` where a DAG can go back to its bundle, or `removed` where that is gone."""
        if version is self.current:
            return "runs"
        kept = version.digest in self.digests or version.digest == self.digest
        return "kept" if kept else "removed"


_Kept = tuple[tuple[object, ...], Listing]
_KEPT: dict[str, dict[str, _Kept]] = {}
"""What was read last, by place and DAG."""


def listing(view: View, dag_id: str) -> Listing | None:
    """The DAG of this id, or None where nbflow has none there."""
    try:
        text = view.read(f"{dag_id}.py").decode("utf-8", errors="replace")
    except FileNotFoundError:
        return None
    # Beside the file, or in the store: see the backends.
    named = re.search(rf"(?:}}}}/{re.escape(dag_id)}|/\.bundles)/([0-9a-f]{{16}})\"", text)
    names = view.names(dag_id)
    if named is None or not names:
        return None
    digests = tuple(name for name in names if _DIGEST.fullmatch(name))
    return Listing(
        dag_id, named[1], digests, versions_of(view, dag_id), _notebook(view, dag_id, named[1])
    )


def listings(view: View, *, address: str | None = None) -> Iterator[Listing]:
    """The DAGs that nbflow put there, sorted by id.

    Args:
        view: what is there.
        address: the place's, by which what was read there is kept: of what has not changed no file
            is read again. None where nothing is kept.
    """
    names = view.names()
    before = _KEPT.get(address or "", {})
    now: dict[str, _Kept] = {}
    for name in names:
        dag_id = name.removesuffix(".py")
        if dag_id != name and dag_id in names:
            marks = _marks(view, dag_id)
            known = before.get(dag_id)
            found = known[1] if known and known[0] == marks else listing(view, dag_id)
            if found is not None:
                yield found
                if found.notebook != _LOST:  # which may be there again, and no mark would tell
                    now[dag_id] = marks, found
    if address is not None:
        _KEPT.pop(address, None)
        _KEPT[address] = now
        for other in [*_KEPT][:-_PLACES]:
            _KEPT.pop(other, None)


def _marks(view: View, dag_id: str) -> tuple[object, ...]:
    """What is another one as soon as the DAG's listing is."""
    files = (f"{dag_id}.py", f"{dag_id}/{VERSIONS}")
    return (*map(view.mark, files), view.names(dag_id))


def known(view: View, dag_id: str) -> Listing | None:
    """The DAG of this id, also one that was taken away and whose bundles are kept; or None."""
    there = listing(view, dag_id)
    if there is not None:
        return there
    digests = tuple(name for name in view.names(dag_id) if _DIGEST.fullmatch(name))
    versions = versions_of(view, dag_id)
    if not digests or not versions:
        return None
    last = versions[-1].digest
    return Listing(dag_id, "", digests, versions, _notebook(view, dag_id, last))


def required(view: View, dag_id: str) -> Listing:
    """The DAG of this id.

    Raises:
        TargetError: nbflow has none there.
    """
    there = listing(view, dag_id)
    if there is None:
        raise no_such_dag(dag_id, known=[one.dag_id for one in listings(view)])
    return there


def no_such_dag(dag_id: str, *, known: Iterable[str]) -> TargetError:
    """That nbflow has published no DAG of this id, and which it has."""
    names = list(known)
    return TargetError(
        f"there is no DAG {dag_id!r}",
        hint=known_names("those published", dag_id, names)
        if names
        else "nothing is published there",
    )


def versions_of(view: View, dag_id: str) -> tuple[Version, ...]:
    """What was published of a DAG, the newest last."""
    try:
        content = json.loads(view.read(f"{dag_id}/{VERSIONS}"))["versions"]
        return tuple(
            Version(**{**one, "moment": datetime.fromisoformat(one["moment"])}) for one in content
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return ()


def _notebook(view: View, dag_id: str, digest: str) -> str:
    try:
        return source_of(view.read(f"{dag_id}/{digest}/manifest.json"))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return _LOST


def source_of(manifest: bytes) -> str:
    """The notebook that a bundle was made from, by its manifest."""
    content: dict[str, Any] = json.loads(manifest)
    return str(content["source"]["notebook"])
