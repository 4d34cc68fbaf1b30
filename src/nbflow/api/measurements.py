"""What the steps of earlier runs used, read from where their runs are kept."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from nbflow import host, runtime
from nbflow.api import records
from nbflow.api.origins import origin_of, read_bundle
from nbflow.model import STEP_DEPTH, split_item, step_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from nbflow.model import Usage
    from nbflow.settings import Settings

__all__ = [
    "Attempt",
    "Measured",
    "Place",
    "dags",
    "dated",
    "measured",
    "places",
    "tags_of",
    "time_in",
]

NO_TEAM = "default"
"""The folder of runs of pipelines without a team."""
_LOOK = 100
"""At most so many runs are looked at for some that say what they used."""
_FURTHER = 16
"""So many older runs are looked at for steps that the newest ones did not reach."""
_AT_ONCE = 8
"""Runs that are read at a time."""
_TIME = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)T(\d\d)[:-]?(\d\d)[:-]?(\d\d)(?:\.(\d{1,6}))?(Z|[+-]\d\d:?\d\d)?"
)


@dataclass(frozen=True)
class Place:
    """A folder of runs.

    Attributes:
        address: a path, or a URL.
        is_remote: it is not on this machine.
    """

    address: str
    is_remote: bool = False


@dataclass(frozen=True)
class Attempt:
    """A try of a step that says what it used.

    Attributes:
        usage: what it used; its peak of memory is known.
        stopped_by: name of the exception that ended it, None where it went well.
    """

    usage: Usage
    stopped_by: str | None


ReadBundle = Callable[[str], bytes | None]


@dataclass(frozen=True)
class Measured:
    """A run that says what its steps used.

    Attributes:
        attempts: by step, in the notebook's order; of each the newest first.
        order: the notebook's steps, those that the run did not reach too.
        steps: the steps of the bundle that it came from, as its manifest says them, by name; empty
            where the bundle is gone.
        bundle: reads a file of it, by its path; None where it is gone.
    """

    attempts: Mapping[str, tuple[Attempt, ...]]
    order: tuple[str, ...] = ()
    steps: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    bundle: ReadBundle = lambda _: None


def places(current: Settings) -> tuple[Place, ...]:
    """Where a project's runs are kept: those of this machine, and the store if it is elsewhere."""
    local = Place(str(records.local_runs(current)))
    if current.local_store is not None:
        return (local,)
    return local, Place(current.store_address, is_remote=True)


def teams(current: Settings) -> list[str]:
    """The folders of teams: what else is in a store, a bucket say, is not looked at."""
    return [NO_TEAM, *current.teams]


def dags(place: Place, *, current: Settings) -> list[tuple[str, str]]:
    """Team's folder and id of every DAG that has runs.

    Raises:
        StoreError: the place cannot be reached.
    """
    store = runtime.open_store(place.address)
    return [
        (team, name)
        for team in teams(current)
        for name in store.names(team)
        if not records.is_ours(name)
    ]


def measured(
    team: str, dag_id: str, *, of: Sequence[Place], current: Settings, last: int
) -> tuple[tuple[Measured, ...], int]:
    """The newest runs of a DAG that say what they used, the newest first; and how many were seen.

    Read are one list of the runs, and of each run that is looked at the lists of its steps' folders
    and what the executed notebooks say of themselves, from the newest on until enough do.

    Args:
        team: its folder.
        dag_id: the DAG.
        of: where to look.
        current: where bundles are published.
        last: so many at most; and of older ones, after them, what they say of steps that none of
            those reached.

    Raises:
        StoreError: a place cannot be reached.
    """
    stores = [runtime.open_store(f"{place.address}/{team}/{dag_id}") for place in of]
    bundles = _Bundles(dag_id, current)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        runs = [(time, store, name) for store in stores for time, name in dated(store, pool)]
        runs.sort(key=lambda one: (one[0], one[2]), reverse=True)
        found: list[Measured] = []
        waiting, many = runs[:_LOOK], last

        def look(some: Sequence[tuple[float, runtime.Store, str]]) -> None:
            read = pool.map(lambda one: _read(one[1], one[2]), some)
            for (_, store, name), (attempts, notebooks, order) in zip(some, read, strict=True):
                if attempts:
                    run = f"{store.url}/{name}"
                    steps = bundles.steps(run, notebooks)
                    reader = bundles.reader(run, notebooks)
                    found.append(Measured(attempts, tuple(steps or order), steps, reader))

        while waiting and len(found) < last:
            some, waiting = waiting[:many], waiting[many:]
            look(some)
            many = _AT_ONCE  # the newest were not enough: further ones a few at a time
        older = min(_FURTHER, len(waiting))
        while older > 0 and _lacking(found):
            look(waiting[:_AT_ONCE])
            waiting, older = waiting[_AT_ONCE:], older - _AT_ONCE
    lacking = _lacking(found[:last])
    further = [_only(one, lacking) for one in found[last:]]
    return (*found[:last], *(one for one in further if one.attempts)), len(runs)


def _lacking(found: Sequence[Measured]) -> set[str]:
    """The steps of the newest bundle of which no run says anything."""
    reached = {step for one in found for step in one.attempts}
    return set(found[0].order) - reached if found else set()


def _only(run: Measured, steps: set[str]) -> Measured:
    return replace(run, attempts={k: v for k, v in run.attempts.items() if k in steps})


def tags_of(run: Measured, step: str) -> tuple[str, ...]:
    """The tags of a step's cells, as the bundle of a run has them; none where it is gone."""
    try:
        notebook = json.loads(run.bundle(f"steps/{step}.ipynb") or b'{"cells": []}')
        tags = [tag for cell in notebook["cells"] for tag in cell["metadata"].get("tags", ())]
    except (ValueError, KeyError, TypeError):
        return ()
    return tuple(dict.fromkeys(str(tag) for tag in tags))


def dated(store: runtime.Store, pool: ThreadPoolExecutor) -> list[tuple[float, str]]:
    """The runs in a folder, each with a time: of its folder, in its id, or of what it holds."""
    folders = [one for one in store.entries() if one.size is None and not records.is_ours(one.name)]
    found = [(one.changed or time_in(one.name), one.name) for one in folders]
    known = [(time, name) for time, name in found if time is not None]
    # An object store has no times of folders. Ids that say nothing either are rare.
    silent = [name for time, name in found if time is None][-_LOOK:]
    return [*known, *zip(pool.map(lambda name: _time_of(store, name), silent), silent, strict=True)]


def time_in(run_id: str) -> float | None:
    """The time in ids such as `manual__2026-11-20T23:06:40+00:00`, `nbflow-20261120T230640-4d`."""
    match = _TIME.search(run_id)
    if match is None:
        return None
    *parts, fraction, zone = match.groups()
    text = "{}-{}-{}T{}:{}:{}".format(*parts) + (f".{fraction:0<6}" if fraction else "")
    try:
        time = datetime.fromisoformat(text + (zone or ""))
    except ValueError:
        return None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def _time_of(store: runtime.Store, run: str) -> float:
    """When the newest executed notebook of a run's first step was written; 0 without one."""
    for step in store.entries(run):
        if step.size is None and not step.name.startswith("."):
            there = store.entries(f"{run}/{step.name}")
            times = [entry.changed or 0 for _, entry in _tries(there)]
            if times:
                return max(times)
    return 0


def _tries(entries: Iterable[runtime.Entry]) -> list[tuple[int, runtime.Entry]]:
    """The executed notebooks in a step's folder, the newest attempt first."""
    found = [(host.attempt_of(entry.name), entry) for entry in entries]
    numbered = [(number, entry) for number, entry in found if number is not None]
    return sorted(numbered, key=lambda one: one[0], reverse=True)


def _read(
    store: runtime.Store, run: str
) -> tuple[dict[str, tuple[Attempt, ...]], list[dict[str, Any]], list[str]]:
    """What a run says by step, in the notebook's order; the notebooks that say it; the order."""
    attempts: dict[str, tuple[Attempt, ...]] = {}
    notebooks: list[dict[str, Any]] = []
    for step in store.entries(run):
        if step.size is not None or step.name.startswith("."):
            continue
        for name, own in _notebooks(store, run, step.name):
            told = tuple(_attempts(own))
            if told:
                # A step that ran for several items is one step.
                attempts[name] = (*attempts.get(name, ()), *told)
                notebooks += own
    several = any("." in name for name in attempts)
    order = [] if several else next(filter(None, map(_order, notebooks)), [])
    position = {name: number for number, name in enumerate(order)}
    names = sorted(attempts, key=lambda name: (position.get(name, len(position)), name))
    return {name: attempts[name] for name in names}, notebooks, order or names


def _notebooks(
    store: runtime.Store, run: str, inner: str
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The executed notebooks of a step, or of each step of a stage, by the step's name."""
    folder = f"{run}/{inner}"
    there = store.entries(folder)
    tries = _tries(there)
    beside = {one.name for one in there}
    read = [host.glance(store, folder, entry, beside=beside) for _, entry in tries]
    if tries:
        name = split_item(step_name(inner))[0]
        yield name, [one for one in read if one is not None]
    elif inner.count("/") < STEP_DEPTH:
        for one in there:
            if one.size is None and not one.name.startswith((".", "try-")):
                yield from _notebooks(store, run, f"{inner}/{one.name}")


def _attempts(notebooks: Iterable[dict[str, Any]]) -> Iterator[Attempt]:
    for notebook in notebooks:
        usage = host.usage_of(notebook)
        if usage is None or usage.peak_memory is None or "cached" in _about(notebook):
            continue
        yield Attempt(usage, host.stopped_by(notebook))


def _about(notebook: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = notebook["metadata"].get("nbflow") or {}
    return found


def _order(notebook: Mapping[str, Any]) -> list[str]:
    return list((_about(notebook).get("orders") or {}).get("steps") or ())


class _Bundles:
    """What the bundles that runs came from say of their steps."""

    def __init__(self, dag_id: str, current: Settings) -> None:
        self._dag_id = dag_id
        self._current = current
        self._said: dict[str, dict[str, Mapping[str, Any]]] = {}

    def reader(self, run: str, notebooks: Sequence[Mapping[str, Any]]) -> ReadBundle:
        """Reads files of the bundle that a run came from."""
        return partial(
            read_bundle, run=run, executed=notebooks, dag_id=self._dag_id, current=self._current
        )

    def steps(
        self, run: str, notebooks: Sequence[Mapping[str, Any]]
    ) -> Mapping[str, Mapping[str, Any]]:
        """By name; nothing where the bundle is gone."""
        key = next(map(origin_of, notebooks), ("", False))[0] or run
        if key not in self._said:
            try:
                content = json.loads(self.reader(run, notebooks)("manifest.json") or b"{}")
                self._said[key] = {step["name"]: step for step in content.get("steps", ())}
            except (ValueError, KeyError, TypeError, AttributeError):
                self._said[key] = {}
        return self._said[key]
