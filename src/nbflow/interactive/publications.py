"""What is published, what publishing would change, and what came of it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from nbflow import api
from nbflow.interactive.listings import Listing
from nbflow.interactive.markup import block, escape, table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from nbflow.targets import Version

__all__ = ["Difference", "Publication", "Published", "PublishedVersion", "Versions", "publish"]


class Publication:
    """A DAG that is where Airflow reads DAGs.

    Attributes:
        dag_id: the DAG.
        digest: of the bundle that it runs.
        changed: False where that was there already.
        dag: where its DAG file is, or will be.
        review: the branch that has it, for somebody to look at and merge; else None.
        live_after: seconds until Airflow had it; None where nobody waited.
        paused: Airflow has it and lets no run of it begin until it is unpaused.
        url: its page in Airflow, or None.
        summary: whether it was published, as what, and after how long it was live.
    """

    def __init__(self, outcome: api.Published) -> None:
        self.dag_id = outcome.dag_id
        self.digest = outcome.digest
        self.changed = outcome.changed
        self.dag = outcome.dag
        self.review = outcome.review
        self.live_after = outcome.live_after
        self.paused = outcome.paused
        self._arrival = outcome.arrival
        self.url = outcome.url
        self.summary = outcome.summary

    def __repr__(self) -> str:
        return f"{self.dag_id}: {self.summary}\n{self.url or self.dag}"

    def _repr_html_(self) -> str:
        state = "published" if self.changed else "unchanged"
        title = f"<strong>{escape(self.dag_id)}</strong> {state} <code>{escape(self.digest)}</code>"
        if self.review is not None:
            return block(f"<strong>{escape(self.dag_id)}</strong> {escape(self.summary)}")
        live = escape(self._arrival)
        where = f"<code>{escape(self.dag)}</code>"
        if self.url and self.url.startswith(("http://", "https://")):
            where = f'<a href="{escape(self.url)}" target="_blank">{escape(self.url)}</a>'
        return block(f"{title}{live}", where)


def publish(compiled: api.Compiled, *, wait: bool, force: bool, preflight: bool) -> Publication:
    """Write a bundle to its project's target, having asked the cluster where there is one."""
    if preflight:
        api.refuse_what_cannot_run(api.preflight([compiled]))
    (done,) = api.publish([compiled], wait=wait, force=force, tell=tell)
    return Publication(done)


def tell(said: str) -> None:
    """Write what happens while one waits."""
    print(said, file=sys.stderr, flush=True)


class Difference:
    """What publishing a notebook would change.

    Attributes:
        dag_id: the DAG.
        digest: of the bundle that would be published.
        published: the version that is there; None where none is.
        unpublished: the version that was taken away and is kept; None where none was.
        changes: each with `part`, `name`, `sort` (`new`, `gone`, `changed`) and `details`.
        text: the unified diff of the DAG file.
        cells: the cells that are written otherwise, each with `cell`, `index`, `step`, `sort` and
            its lines as a unified diff, `text`.
        next_runs: the next times of the schedule, aware datetimes in its time zone.
        previous_runs: those of the schedule as it is published.
        at_once: both ends of the data interval that Airflow runs as soon as it has it, or None.
        changed: whether publishing would do anything.
        summary: what it would do, in a few words.
    """

    def __init__(self, found: api.Difference) -> None:
        self.dag_id = found.dag_id
        self.digest = found.digest
        self.published: Version | None = found.published
        self.unpublished: Version | None = found.unpublished
        self.changes = found.changes
        self.text = found.text
        self.cells = found.cells
        self.next_runs: tuple[datetime, ...] = found.next_runs
        self.previous_runs: tuple[datetime, ...] = found.previous_runs
        self.at_once: tuple[datetime, datetime] | None = found.at_once
        self._first_run = found.first_run
        self.changed = found.changed
        self.summary = found.summary

    def __bool__(self) -> bool:
        """Whether publishing would do anything."""
        return self.changed

    def __repr__(self) -> str:
        lines = [f"{self.dag_id}: {self.summary}"]
        for one in self.changes:
            details = f"  ({'; '.join(one.details)})" if one.details else ""
            lines.append(f"  {one.mark} {one.part}: {one.name}{details}")
        for cell in self.cells:
            lines.append(f"  {cell.mark} cell {cell.index} (id {cell.cell})")
            lines += [f"      {line}" for line in cell.text.splitlines()]
        if self.next_runs:
            lines.append("next runs:")
            lines += [f"  {one:%a %Y-%m-%d %H:%M %Z}" for one in self.next_runs]
        lines += [self._first_run] if self._first_run else []
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = [
            (
                f'<span style="color:{api.COLOURS[one.sort]}">{one.mark}</span>',
                escape(one.part),
                escape(one.name),
                "<br>".join(map(escape, one.details)),
            )
            for one in self.changes
        ]
        runs = ", ".join(escape(f"{one:%a %Y-%m-%d %H:%M %Z}") for one in self.next_runs)
        code = "".join(
            f"<details><summary>{one.mark} cell {one.index} (id {escape(one.cell)})</summary>"
            f"<pre>{escape(one.text)}</pre></details>"
            for one in self.cells
        )
        text = f"<details><summary>DAG file</summary><pre>{escape(self.text)}</pre></details>"
        return block(
            f"<strong>{escape(self.dag_id)}</strong> {escape(self.summary)}",
            table(("", "part", "what", "how"), rows) if rows else "",
            code,
            text if self.text and self.published is not None else "",
            f"<div>next runs: {runs}</div>" if runs else "",
            f"<div>{escape(self._first_run)}</div>" if self._first_run else "",
        )


class Published(Listing["api.PublishedDag"]):
    """The DAGs that nbflow has published in a project's target."""

    columns: ClassVar[tuple[str, ...]] = ("DAG", "version", "by", "at", "notebook")
    what: ClassVar[str] = "published DAG"
    empty: ClassVar[str] = "nothing is published"

    def _name(self, item: api.PublishedDag) -> str:
        return item.listing.dag_id

    def _row(self, item: api.PublishedDag) -> Sequence[object]:
        version = item.listing.current
        by, when = version.by or "-", api.moment(version.moment)
        return (item.listing.dag_id, version.digest, by, when, item.listing.notebook)


@dataclass(frozen=True)
class PublishedVersion:
    """A bundle that is or was what a DAG runs.

    Attributes:
        digest: the bundle's.
        by: who published it; None where that is not known.
        moment: when, an aware datetime; None where that is not known.
        action: `publish`, `rollback` or `unpublish`.
        state: `runs`, `kept` where a rollback can go back to it, or `removed`.
    """

    digest: str
    by: str | None
    moment: datetime | None
    action: str
    state: str


class Versions(Listing[PublishedVersion]):
    """The versions of a published DAG, the newest first; by position or by digest.

    Attributes:
        dag: the DAG: `listing`, `address` of the target, `location` of its file.
    """

    columns: ClassVar[tuple[str, ...]] = ("version", "by", "at", "action", "state")
    what: ClassVar[str] = "version"
    empty: ClassVar[str] = "no version is known"

    def __init__(self, dag: api.PublishedDag) -> None:
        self.dag = dag
        listing = dag.listing
        super().__init__(
            PublishedVersion(one.digest, one.by, one.moment, one.action, listing.state_of(one))
            for one in reversed(listing.versions)
        )

    def _name(self, item: PublishedVersion) -> str:
        return item.digest

    def _row(self, item: PublishedVersion) -> Sequence[object]:
        return (item.digest, item.by or "-", api.moment(item.moment), item.action, item.state)
