"""What is said of a publication where a place keeps a history for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbflow.model import Bundle
    from nbflow.targets.listings import Listing

__all__ = ["Description", "long_message", "short_message"]


@dataclass(frozen=True)
class Description:
    """What a publication changes, for people.

    Attributes:
        summary: in a few words.
        lines: one by one.
    """

    summary: str
    lines: tuple[str, ...] = ()


def short_message(verb: str, lines: Sequence[str]) -> str:
    """A line for each DAG, with its digests."""
    if len(lines) == 1:
        return f"{verb} {lines[0]}"
    return "\n".join([f"{verb} {len(lines)} pipelines", "", *lines])


def long_message(
    changed: Sequence[tuple[Bundle, Listing | None]],
    digests: Sequence[str],
    describe: Callable[[Bundle, Listing | None], Description],
) -> str:
    """What changed, in the first line and below; the digests at the end."""
    told = [(bundle.dag_id, describe(bundle, there)) for bundle, there in changed]
    blocks = [
        "\n".join([f"{dag_id}: {one.summary}", *(f"  {line}" for line in one.lines)])
        for dag_id, one in told
    ]
    head = f"Publish {len(told)} pipelines"
    if len(told) == 1:
        ((dag_id, one),) = told
        head, blocks = f"Publish {dag_id}: {one.summary}", ["\n".join(one.lines)]
    return "\n\n".join(filter(None, [head, *blocks, "\n".join(digests)])) + "\n"
