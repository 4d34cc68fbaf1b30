"""Which versions a tree keeps of each DAG, and what is to change so that some of them go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbflow.targets.listings import Listing, known
from nbflow.targets.trees import Change

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime

    from nbflow.targets.trees import View

__all__ = ["KeptVersion", "histories", "pruning"]


@dataclass(frozen=True)
class KeptVersion:
    """A bundle of a DAG that is there.

    Attributes:
        digest: the bundle's.
        began: when the DAG came to run it last, an aware datetime; None where that is not known.
        replaced: when another one took its place, or the DAG was taken away; None where it runs
            now, or that is not known.
        size: bytes of its files.
        current: the DAG runs it now.
    """

    digest: str
    began: datetime | None
    replaced: datetime | None
    size: int
    current: bool


def histories(view: View) -> Iterator[tuple[Listing, tuple[KeptVersion, ...]]]:
    """Every DAG that nbflow has put there, with its bundles, the newest first.

    Also those that were taken away and whose bundles are kept.
    """
    for dag_id in dict.fromkeys(name.removesuffix(".py") for name in view.names()):
        found = known(view, dag_id)
        if found is not None:
            yield found, _versions(view, found)


def pruning(view: View, gone: Mapping[str, Collection[str]]) -> Change:
    """What is to change so that these bundles go, by DAG: never the one that a DAG runs now."""
    folders = []
    lines = []
    for dag_id, digests in gone.items():
        there = known(view, dag_id)
        if there is None:
            continue
        own = [one for one in there.digests if one in set(digests) and one != there.digest]
        folders += [f"{dag_id}/{one}" for one in own]
        if own:
            lines.append(f"{dag_id}: {', '.join(own)}")
    if not lines:
        return Change()
    message = "\n".join(["Remove old versions", "", *lines])
    return Change(folders_gone=tuple(folders), message=message)


def _versions(view: View, there: Listing) -> tuple[KeptVersion, ...]:
    """Its bundles in the order in which they ran, the last one first; then the unknown ones."""
    latest = {one.digest: place for place, one in enumerate(there.versions)}
    ordered = sorted(there.digests, key=lambda digest: latest.get(digest, -1), reverse=True)
    return tuple(_version(view, there, digest, latest.get(digest)) for digest in ordered)


def _version(view: View, there: Listing, digest: str, place: int | None) -> KeptVersion:
    size = sum(view.sizes(f"{there.dag_id}/{digest}").values())
    current = digest == there.digest
    if place is None:
        return KeptVersion(digest, None, None, size, current)
    last = there.versions[place]
    if last.action == "unpublish":
        earlier = [one for one in there.versions[:place] if one.digest == digest]
        return KeptVersion(
            digest, earlier[-1].moment if earlier else None, last.moment, size, current
        )
    later = there.versions[place + 1 :]
    return KeptVersion(digest, last.moment, later[0].moment if later else None, size, current)
