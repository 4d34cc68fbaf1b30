"""Pipelines and runs at a glance, a page at a time: from the target, this machine and Airflow."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from nbflow import remote
from nbflow.api import airflows, records
from nbflow.api.publications import published
from nbflow.errors import RemoteError, UsageError
from nbflow.model import RunState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbflow.api.publications import PublishedDag
    from nbflow.model import Run
    from nbflow.remote import Airflow, DagState
    from nbflow.settings import Settings

__all__ = [
    "PIPELINE_STATES",
    "PageOfPipelines",
    "PageOfRuns",
    "Pipeline",
    "pipelines_page",
    "runs_page",
]

_COMING = datetime.max.replace(tzinfo=UTC)
_PLACE = re.compile(r"h(\d{1,9})a(\d{1,9})")
_OF_AIRFLOW = {
    RunState.QUEUED: "queued",
    RunState.RUNNING: "running",
    RunState.SUCCESS: "success",
    RunState.FAILED: "failed",
}
"""What Airflow calls the states that a run of its own can be in."""
_LAST: dict[str, frozenset[RunState]] = {
    "going": frozenset({RunState.QUEUED, RunState.RUNNING, RunState.RETRYING}),
    "failed": frozenset({RunState.FAILED, RunState.UPSTREAM_FAILED, RunState.CANCELLED}),
    "success": frozenset({RunState.SUCCESS}),
}
"""Of a pipeline that is so, the states of its newest run."""
PIPELINE_STATES = ("paused", *_LAST)
"""How pipelines can be that are listed alone."""


@dataclass(frozen=True)
class PageOfRuns:
    """Some runs.

    Attributes:
        runs: the newest first; those of Airflow without their steps.
        further: where the next page begins, for `after`; None where there is none.
        unasked: why Airflow's are missing, or None.
    """

    runs: tuple[Run, ...]
    further: str | None = None
    unasked: str | None = None


@dataclass(frozen=True)
class Pipeline:
    """A published DAG with what Airflow says of it.

    Attributes:
        published: what is in the target.
        airflow: what Airflow says; None where it does not know it, or was not asked.
        latest: its newest run, here or in Airflow, or None.
    """

    published: PublishedDag
    airflow: DagState | None
    latest: Run | None


@dataclass(frozen=True)
class PageOfPipelines:
    """Some pipelines.

    Attributes:
        pipelines: by name.
        total: how many there are that match.
        unasked: why nothing of Airflow's is there, or None.
    """

    pipelines: tuple[Pipeline, ...]
    total: int
    unasked: str | None = None


def runs_page(
    current: Settings,
    *,
    dag_id: str | None = None,
    states: Sequence[RunState] = (),
    limit: int = 50,
    after: str | None = None,
) -> PageOfRuns:
    """Runs on this machine and in Airflow, the newest first, without looking for causes.

    A page costs as much wherever it begins. A run that began meanwhile moves the others on, so that
    one may be on two pages.

    Args:
        current: the settings, which name store and Airflow.
        dag_id: of this pipeline alone.
        states: in one of these states; in any where none is named.
        limit: so many, at most 100.
        after: what the page before says in `further`.

    Raises:
        UsageError: there is no such place to begin at.
    """
    here_at, there_at = _place(after)
    most = None if states else here_at + limit + 1
    known = records.runs_here(current, dag_id=dag_id, limit=most)
    here = [run for run in known if not states or run.state in states]
    own = here[here_at : here_at + limit]
    theirs, total, unasked = _in_airflow(current, dag_id, states, limit=limit, offset=there_at)
    found: list[Run] = []
    while len(found) < limit and (own or theirs):
        if not theirs or (own and _moment(own[0]) >= _moment(theirs[0])):
            found.append(own.pop(0))
            here_at += 1
        else:
            found.append(theirs.pop(0))
            there_at += 1
    more = here_at < len(here) or there_at < total
    further = f"h{here_at}a{there_at}" if more and found else None
    return PageOfRuns(tuple(found), further, unasked)


def pipelines_page(
    current: Settings,
    *,
    contains: str = "",
    dag_id: str | None = None,
    state: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> PageOfPipelines:
    """What is published, by name, each with its state in Airflow and its newest run.

    Args:
        current: the settings, which name target, store and Airflow.
        contains: in whose name or notebook this stands.
        dag_id: this one alone.
        state: one of `PIPELINE_STATES`: those alone that are paused in Airflow, or whose newest run
            goes, has failed, or succeeded; all where None.
        limit: so many.
        offset: how many before them are left out.

    Raises:
        TargetError: the target cannot be read.
    """
    sought = contains.casefold()
    found = [
        one
        for one in published(current)
        if one.listing.digest
        and dag_id in {None, one.listing.dag_id}
        and sought in f"{one.listing.dag_id}\n{one.listing.notebook}".casefold()
    ]
    found.sort(key=lambda one: one.listing.dag_id)
    told = partial(_told, found, current, state, limit=limit, offset=offset)
    unasked = _unasked(current)
    if unasked is None:
        try:
            with airflows.connect(current, patience=remote.ONCE) as client:
                return told(client)
        except RemoteError as error:
            unasked = error.message
    return replace(told(None), unasked=unasked)


def _told(
    found: Sequence[PublishedDag],
    current: Settings,
    state: str | None,
    client: Airflow | None,
    *,
    limit: int,
    offset: int,
) -> PageOfPipelines:
    """Some of what is published, with what Airflow says of them, where it is connected to."""
    if state is not None:
        alike = _alike([one.listing.dag_id for one in found], state, current, client)
        found = [one for one in found if one.listing.dag_id in alike]
    page = found[offset : offset + limit]
    names = [one.listing.dag_id for one in page]
    states: dict[str, DagState] = {}
    latest: dict[str, Run] = {}
    if client is not None:
        states = remote.dag_states(client.connection, names)
        latest = remote.latest_of_each(client.connection, states)
    for name in names:
        own = next(iter(records.runs_here(current, dag_id=name, limit=1)), None)
        latest |= {one.dag_id: one for one in _newest(own, latest.get(name))}
    listed = (
        Pipeline(one, states.get(n), latest.get(n)) for n, one in zip(names, page, strict=True)
    )
    return PageOfPipelines(tuple(listed), len(found))


def _alike(
    names: Sequence[str], state: str, current: Settings, client: Airflow | None
) -> frozenset[str]:
    """Those of these pipelines that are so."""
    if state == "paused":
        return frozenset() if client is None else remote.dags_like(client.connection, paused=True)
    wanted = _LAST[state]
    here: dict[str, Run] = {}
    for run in records.runs_here(current):
        here.setdefault(run.dag_id, run)
    theirs: set[str] = set()
    if client is not None:
        for name in sorted({_OF_AIRFLOW[one] for one in wanted if one in _OF_AIRFLOW}):
            theirs |= remote.dags_like(client.connection, last_state=name)
    known = [name for name in names if name in here]
    latest = {} if client is None else remote.latest_of_each(client.connection, known)
    for name in known:  # which of the two is newer counts
        (newest,) = _newest(here[name], latest.get(name))
        (theirs.add if newest.state in wanted else theirs.discard)(name)
    return frozenset(theirs)


def _newest(*runs: Run | None) -> list[Run]:
    """The run that began last, if there is any."""
    return sorted(filter(None, runs), key=_moment)[-1:]


def _in_airflow(
    current: Settings,
    dag_id: str | None,
    states: Sequence[RunState],
    *,
    limit: int,
    offset: int,
) -> tuple[list[Run], int, str | None]:
    named = [_OF_AIRFLOW[state] for state in states if state in _OF_AIRFLOW]
    unasked = _unasked(current)
    if unasked is not None or (states and not named):
        return [], 0, unasked
    try:
        with airflows.connect(current, patience=remote.ONCE) as client:
            if dag_id is not None and not client.has_dag(dag_id):
                return [], 0, None
            runs, total = remote.page_of_runs(
                client.connection, dag_id, limit=limit, offset=offset, states=named
            )
    except RemoteError as error:
        return [], 0, error.message
    return list(runs), total, None


def _unasked(current: Settings) -> str | None:
    if airflows.in_reach(current):
        return None
    return "the project's private Airflow does not run"


def _place(after: str | None) -> tuple[int, int]:
    if after is None:
        return 0, 0
    match = _PLACE.fullmatch(after)
    if match is None:
        raise UsageError(f"{after!r} is no place in a list of runs", hint="Begin again without it.")
    return int(match[1]), int(match[2])


def _moment(run: Run) -> datetime:
    return run.started or _COMING
