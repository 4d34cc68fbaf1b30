"""What is old and goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from nbflow import api
from nbflow.errors import UsageError
from nbflow.interactive.explanations import plain
from nbflow.interactive.listings import Listing
from nbflow.interactive.markup import block, escape
from nbflow.model import format_bytes, parse_duration

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from nbflow.settings import Retention

__all__ = ["Cleaning", "Gone", "Leftover", "clean"]


@dataclass(frozen=True)
class Leftover:
    """Something old.

    Attributes:
        dag_id: the DAG that it is of.
        kind: `version` (of a DAG, in the target), `bundle` (the same in the store, for pods),
            `run` (with its executed notebooks), or `artifacts` (what a run's steps handed on).
        name: the digest, or the run's id.
        size: bytes.
        since: when it was replaced, or changed last; aware, None where that is not known.
        place: where it is.
    """

    dag_id: str
    kind: str
    name: str
    size: int
    since: datetime | None
    place: str


class Gone(Listing[Leftover]):
    """What goes, DAG by DAG."""

    columns: ClassVar[tuple[str, ...]] = ("DAG", "what", "name", "size", "since")
    what: ClassVar[str] = "leftover"
    empty: ClassVar[str] = "nothing is old enough to go"

    def _row(self, item: Leftover) -> Sequence[object]:
        return (item.dag_id, item.kind, item.name, format_bytes(item.size), api.moment(item.since))


class Cleaning:
    """What goes, or has gone.

    Attributes:
        done: it has gone.
        gone: each version, run and bundle, with its size in bytes.
        live: names (`DAG/RUN_ID`) of runs that are old enough and stay, since they may still go on.
        size: bytes of all that goes.
        retention: by which rule.
        summary: `would go: 2 versions, 1 run, 3.4 MiB`.
    """

    def __init__(self, done: api.Cleaning) -> None:
        self.done = done.done
        self.gone = Gone(
            Leftover(dag.dag_id, one.kind, one.name, one.size, one.since, one.place)
            for dag in done.dags
            for one in dag.gone
        )
        self.live = tuple(f"{dag.dag_id}/{one}" for dag in done.dags for one in dag.live)
        self.size = done.size
        self.retention: Retention = done.retention
        self.summary = done.summary
        self._caution = done.caution

    @property
    def _notes(self) -> list[str]:
        notes = [self.summary]
        notes += [f"kept: {name} has not ended, as far as is known" for name in self.live]
        if self.gone:
            notes += [self._caution] if self._caution else []
            notes += [] if self.done else ["`yes=True` removes it"]
        return notes

    def __repr__(self) -> str:
        return "\n".join([*([repr(self.gone)] if self.gone else []), *self._notes])

    def _repr_html_(self) -> str:
        title, *notes = map(escape, self._notes)
        rows = self.gone._repr_html_() if self.gone else ""
        return block(title, rows, *(f"<div>{one}</div>" for one in notes))


@plain
def clean(
    dag_id: str | None = None,
    *,
    yes: bool = False,
    keep_versions: int | None = None,
    keep_runs: int | None = None,
    older_than: str | timedelta | None = None,
    artifacts_older_than: str | timedelta | None = None,
    project: str | Path = ".",
) -> Cleaning:
    """Remove old versions, runs and artifacts; without `yes` only say what would go.

    What is not said here is as `retention:` in nbflow.yaml has it. A version or a run goes if it is
    beyond the newest so many, and old enough. What a DAG runs stays, and so do runs that still go.

    Args:
        dag_id: of this DAG alone; of all where None.
        yes: do it.
        keep_versions: the newest so many versions of each DAG stay.
        keep_runs: the newest so many runs of each DAG stay, with their executed notebooks.
        older_than: younger versions and runs stay, however many: `30d`, or a timedelta.
        artifacts_older_than: what steps handed on goes at this age, earlier than the run.
        project: a folder of the project, whose settings name target and store.

    Returns:
        What goes, or has gone: `gone`, `size` in bytes.

    Raises:
        UsageError: there is nothing of such a DAG, or a number or an age is none.
        TargetError, StoreError, RemoteError: target, store or Airflow cannot be reached.

    Example:
        >>> import nbflow
        >>> run = nbflow.run("train.ipynb", quiet=True)
        >>> nbflow.clean("train")
        nothing is old enough to go
        >>> from datetime import timedelta
        >>> found = nbflow.clean("train", keep_runs=0, older_than=timedelta(0))
        >>> [one.name == run.run_id for one in found.gone], found.done
        ([True], False)
    """
    current = api.load_settings(project)
    rule = current.retention.but(
        versions=_count("keep_versions", keep_versions, least=1),
        runs=_count("keep_runs", keep_runs, least=0),
        older_than=_age("older_than", older_than),
        artifacts_older_than=_age("artifacts_older_than", artifacts_older_than),
    )
    return Cleaning(api.clean(current, dag_id=dag_id, retention=rule, yes=yes))


def _count(name: str, number: int | None, *, least: int) -> int | None:
    if number is not None and number < least:
        raise UsageError(f"`{name}` cannot be {number}", hint=f"It is {least} at least.")
    return number


def _age(name: str, age: str | timedelta | None) -> timedelta | None:
    if age is None or isinstance(age, timedelta):
        return age
    try:
        return parse_duration(age)
    except ValueError as error:
        raise UsageError(f"`{name}`: {error}", hint="Write 30d, 12h or 90m.") from None
