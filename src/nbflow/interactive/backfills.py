"""Runs of a schedule for days that have passed, and what becomes of them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from nbflow import api
from nbflow.errors import UsageError
from nbflow.interactive.explanations import plain
from nbflow.interactive.listings import Listing
from nbflow.interactive.markup import block, escape
from nbflow.interactive.publications import tell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

__all__ = ["Backfill", "BackfilledRuns", "backfill"]

_REPROCESS = ("none", "failed", "completed")


class BackfilledRuns(Listing[api.BackfilledRun]):
    """The runs of a backfill, in the order of their times; the id of one is its key."""

    columns: ClassVar[tuple[str, ...]] = ("start", "end", "run")
    what: ClassVar[str] = "run"
    empty: ClassVar[str] = "no run is missing"

    def _name(self, item: api.BackfilledRun) -> str:
        return item.run_id or ""

    def _row(self, item: api.BackfilledRun) -> Sequence[object]:
        end = "" if item.end in {None, item.start} else _moment(item.end)
        return (_moment(item.start), end, item.run_id or "-")


class Backfill:
    """Runs of a schedule for days that have passed.

    Attributes:
        dag_id: the DAG.
        number: Airflow's number of the backfill; None where nothing was started.
        runs: its runs, each with `start` and `end` of its data interval and its `run_id`.
        timezone: the schedule's time zone, which the times are in.
        paused: the DAG is paused, so that they wait.
        url: the DAG's page in Airflow.
        summary: how many begin, or would.
    """

    def __init__(self, done: api.Backfilled) -> None:
        self.dag_id = done.dag_id
        self.number = done.number
        self.runs = BackfilledRuns(done.runs)
        self.timezone = done.timezone
        self.paused = done.paused
        self.url = done.url
        self.summary = done.summary

    def __repr__(self) -> str:
        lines = [f"{self.dag_id}: {self.summary}"]
        if self.runs:
            lines.append(repr(self.runs))
        if self.number is not None:
            lines.append(self.url)
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        link = f'<a href="{escape(self.url)}" target="_blank">{escape(self.url)}</a>'
        return block(
            f"<strong>{escape(self.dag_id)}</strong> {escape(self.summary)}",
            self.runs._repr_html_() if self.runs else "",
            link if self.url.startswith(("http://", "https://")) else "",
        )


@plain
def backfill(
    dag_id: str,
    values: Mapping[str, Any] | None = None,
    /,
    *,
    start: str | date,
    end: str | date,
    reprocess: str = "none",
    max_active: int = 10,
    dry_run: bool = False,
    project: str | Path = ".",
    **named: Any,
) -> Backfill:
    """Run a published pipeline for the times of its schedule between two days that have passed.

    Runs that are there already stay as they are, unless `reprocess` says otherwise.

    Args:
        dag_id: the DAG.
        values: of the parameters, by name; `named` does the same, but for names such as `end`.
        start: the first day, or time, as ISO text, date or datetime; in the schedule's time zone
            where it has none.
        end: the last one; a day is included.
        reprocess: which runs that are there run again: `none`, `failed` or `completed`.
        max_active: how many of the runs may be under way at once.
        dry_run: only tell which runs there would be.
        project: a folder of the project, whose settings name the Airflow.
        named: values of the parameters.

    Returns:
        The backfill: `runs`, each with its data interval; `number` is None where none began.

    Raises:
        UsageError: a date cannot be read, or a parameter is unknown or ill-typed.
        RemoteError: there is no such DAG, its schedule has no times, or Airflow refuses.

    Example:
        >>> import nbflow
        >>> nightly = nbflow.Pipeline("nightly", schedule="0 6 * * *")
        >>> stage = nightly.notebook("train.ipynb")
        >>> done = nightly.publish()
        >>> nbflow.backfill("nightly", start="2026-01-01", end="2026-01-02", dry_run=True)
        nightly: 2 runs would begin; times in UTC
        start                   end  run
        2026-01-01 06:00+00:00       -
        2026-01-02 06:00+00:00       -
    """
    if reprocess not in _REPROCESS:
        raise UsageError(
            f"`reprocess` cannot be {reprocess!r}", hint=f"It is one of {', '.join(_REPROCESS)}."
        )
    if max_active < 1:
        raise UsageError(f"`max_active` cannot be {max_active}", hint="One run at least must go.")
    current = api.load_settings(project)
    with api.connect(current) as client:
        done = api.backfill(
            dag_id,
            client=client,
            current=current,
            start=_text(start),
            end=_text(end),
            parameters={**(values or {}), **named},
            reprocess=reprocess,
            max_active=max_active,
            dry_run=dry_run,
        )
    if done.paused and done.number is not None:
        tell(f'warning: {dag_id} is paused: `nbflow.unpause("{dag_id}")` lets them begin')
    return Backfill(done)


def _text(day: str | date) -> str:
    return day.isoformat() if isinstance(day, date) else day


def _moment(when: datetime | None) -> str:
    return "" if when is None else when.isoformat(" ", "minutes")
