"""Read what Airflow returns in pages, and no more of it than is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from nbflow.remote.connection import Connection

__all__ = ["MOST_AT_ONCE", "pages"]

MOST_AT_ONCE = 100
"""The most that Airflow returns at once, unless it is told otherwise (`maximum_page_limit`)."""


def pages(
    connection: Connection,
    path: str,
    *,
    key: str,
    doing: str,
    limit: int | None = None,
    name: Callable[[Any], Hashable] | None = None,
    **query: Any,
) -> Iterator[Any]:
    """The items of a list, one page after the other as they are taken.

    Args:
        connection: to which Airflow.
        path: of the list.
        key: what its items are called in the answer.
        doing: see `Connection.get`.
        limit: how many at most; all where None.
        name: what tells an item from the others. One that comes a second time, because others came
            in before it between two pages, is left out then.
        query: what is asked beside the page.
    """
    seen: set[Hashable] = set()
    offset = given = 0
    while limit is None or given < limit:
        # A page that overlaps with the one before is filled up by the next.
        size = MOST_AT_ONCE if limit is None else min(MOST_AT_ONCE, limit - given)
        answer = connection.get(path, doing=doing, limit=size, offset=offset, **query)
        found = answer.get(key) or []
        for item in found:
            if name is not None:
                if name(item) in seen:
                    continue
                seen.add(name(item))
            given += 1
            yield item
        offset += len(found)
        if not found or offset >= answer.get("total_entries", 0):
            return
