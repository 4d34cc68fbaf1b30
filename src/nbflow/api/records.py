"""What a run left in the store, and what a bundle left in its target."""

from __future__ import annotations

import glob
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from nbflow import host, notebook, settings
from nbflow.api.origins import read_bundle
from nbflow.api.parameters import given_in
from nbflow.api.parts import part_of
from nbflow.errors import StoreError, UsageError
from nbflow.model import (
    STEP_DEPTH,
    Document,
    Run,
    RunState,
    did_you_mean,
    is_folder_name,
    nearest,
    step_name,
)

LOCAL = "local__"
"""What the ids of runs on this machine begin with."""

_NEVER = datetime.min.replace(tzinfo=UTC)

_REMEMBERED = 20_000
"""Runs on this machine that a server need not read again to list them."""
_ENDED: dict[Path, tuple[int, host.Ledger]] = {}
"""What those that have ended say, with when their folders had changed last."""

PRUNED = "pruned.json"
"""What a step's manifest said, once what the step handed on has been removed."""


def find_folder(run: Run, *, current: settings.Settings) -> Path | None:
    """The run's folder in the store, or None where it has none (yet).

    Of a store that is not on this machine, a copy of what people read.

    Raises:
        StoreError: the store cannot be reached.
    """
    if current.local_store is None and not is_local(run.run_id):
        from nbflow.api.mirrors import mirror

        return mirror(run, current=current)
    found = _within(local_runs(current), run.dag_id, run.run_id)
    return next(iter(sorted(found)), None)


def _within(store: Path, *names: str | None) -> Iterator[Path]:
    """What lies so in the folder of any team in a store; None stands for any name.

    Names are taken as they are: they may have come from anywhere, and are no patterns.
    """
    if all(name is None or is_folder_name(name) for name in names):
        parts = ("*" if name is None else glob.escape(name) for name in names)
        yield from store.glob("/".join(("*", *parts)))


def local_runs(current: settings.Settings) -> Path:
    """The folder of the runs on this machine, whose store may be elsewhere."""
    return current.local_store or current.home / "runs"


def is_local(reference: str) -> bool:
    """Whether `DAG/RUN_ID` or `RUN_ID` means a run on this machine, which no Airflow knows."""
    return reference.rpartition("/")[2].startswith(LOCAL)


def runs_here(
    current: settings.Settings,
    *,
    dag_id: str | None = None,
    limit: int | None = None,
    before: datetime | None = None,
) -> tuple[Run, ...]:
    """Runs on this machine, the newest first.

    Args:
        current: the settings, which name the store.
        dag_id: of this pipeline alone.
        limit: so many at most.
        before: began earlier than that.
    """
    folders = _within(local_runs(current), dag_id or None, None)
    here = (folder for folder in folders if is_local(folder.name))
    newest = sorted(here, key=age, reverse=True)
    runs = (ledger.run for ledger in map(_ledger, newest) if ledger is not None)
    found = islice((run for run in runs if before is None or _start(run) < before), limit)
    return tuple(sorted(found, key=_start, reverse=True))


def _start(run: Run) -> datetime:
    return run.started or _NEVER


def _ledger(folder: Path) -> host.Ledger | None:
    """What a run's folder says of it; of one that has ended it is read once.

    The folder changes when the run goes on.
    """
    changed = age(folder)
    known, ledger = _ENDED.get(folder, (None, None))
    if known == changed:
        return ledger
    ledger = host.read_ledger(folder)
    if ledger is not None and ledger.run.state.finished:
        if len(_ENDED) >= _REMEMBERED:
            _ENDED.clear()
        _ENDED[folder] = changed, ledger
    return ledger


def find_stored(reference: str, *, store: Path | None) -> Run:
    """The run that `DAG/RUN_ID`, `RUN_ID` or `DAG` (its latest) means, from the store alone.

    Raises:
        StoreError: the store has no such run.
    """
    dag_id, slash, run_id = reference.partition("/")
    wanted = [(dag_id, run_id)] if slash else [(None, reference), (reference, None)]
    found = [path for names in wanted for path in (_within(store, *names) if store else ())]
    runs = [path for path in found if path.is_dir() and not is_ours(path.name)]
    newest = max(runs, key=age, default=None)
    if newest is None:
        if is_local(reference):
            more = "`nbflow runs` lists those that are left; `nbflow clean` removes old ones."
        else:
            more = "Airflow is not running, and may know more; `nbflow airflow up` starts it."
        meant = _meant(reference, store) if store else ""
        raise StoreError(
            f"the store has no run {reference!r}", hint=f"{meant}Looked in {store}. {more}"
        )
    ledger = host.read_ledger(newest)
    if ledger is not None:
        return ledger.run
    states = [host.progress(newest, step) for step in host.executed(newest)]
    failed = any(state is not None and state.failure for state in states)
    state = RunState.FAILED if failed else RunState.SUCCESS
    given = given_in(host.executed(newest).values())
    metrics = read_metrics(newest)
    return Run(newest.parent.name, newest.name, state, parameters=given, metrics=metrics)


def _meant(reference: str, store: Path) -> str:
    """A guess which DAG or run of a store was meant, to stand before a hint."""
    dag_id, slash, run_id = reference.partition("/")
    dags = {path.name for path in _within(store, None) if path.is_dir() and not is_ours(path.name)}
    runs = {path.name for path in _within(store, dag_id if slash else None, None)}
    runs = {name for name in runs if not is_ours(name)}
    if not slash:
        return did_you_mean(reference, dags | runs)
    if dag_id in dags:
        near = nearest(run_id, runs)
        return "" if near is None else f"Did you mean '{dag_id}/{near}'? "
    near = nearest(dag_id, dags)
    return "" if near is None else f"Did you mean the DAG {near!r}? "


def is_ours(name: str) -> bool:
    """Whether a folder beside the runs is not one of them."""
    return name == "cache" or name.startswith(".")


def age(folder: Path) -> int:
    """When a run's folder last changed; sorts the newest last."""
    return folder.stat().st_mtime_ns


def require_folder(run: Run, *, current: settings.Settings) -> Path:
    """The run's folder, see `find_folder`.

    Raises:
        StoreError: the store holds nothing of this run, or cannot be reached.
    """
    folder = find_folder(run, current=current)
    if folder is None:
        looked = f"Looked in {current.store_address}."
        if run.state.finished and any(step.started for step in run.steps):
            raise StoreError(
                f"nothing of run {run.run_id} of {run.dag_id} is left in the store",
                hint=f"{looked} What old runs have made is removed by `nbflow clean`.",
            )
        raise StoreError(
            f"the store holds nothing of run {run.run_id} of {run.dag_id}",
            hint=f"{looked} Has a step started?",
        )
    return folder


def read_metrics(folder: Path) -> dict[str, Any]:
    """The values that the steps of a run recorded, by name; of several notebooks `stage.name`."""
    metrics: dict[str, Any] = {}
    for name in (PRUNED, "manifest.json"):
        for depth in range(STEP_DEPTH + 1):
            for path in sorted(folder.glob(f"{'[!.]*/' * depth}[!.]*/{name}")):
                step = step_name(path.parent.relative_to(folder).as_posix())
                with suppress(FileNotFoundError):
                    recorded = json.loads(path.read_text())["metrics"]
                    part = part_of(step)
                    metrics |= {f"{part}.{k}" if part else k: v for k, v in recorded.items()}
    return metrics


def manifest_of(folder: Path, *, current: settings.Settings) -> dict[str, Any]:
    """The manifest of the bundle that a run came from; empty where the bundle is gone.

    Args:
        folder: the run's.
        current: where bundles are published.
    """
    found = _read_bundle("manifest.json", folder, dag_id=folder.parent.name, current=current)
    with suppress(ValueError):
        return dict(json.loads(found or b"{}"))
    return {}


def step_order(folder: Path) -> Mapping[str, int]:
    """The notebook's order of the steps, as any executed notebook of a run says it."""
    for executed in host.executed(folder).values():
        orders = (executed["metadata"].get("nbflow") or {}).get("orders") or {}
        if orders.get("steps"):
            return {name: position for position, name in enumerate(orders["steps"])}
    return {}


def author_document(
    run: Run, *, folder: Path, current: settings.Settings, stage: str | None = None
) -> Document:
    """The author's notebook as it was when the run's bundle was made.

    Args:
        run: the run.
        folder: its folder.
        current: where bundles are published.
        stage: whose notebook is meant, of several.

    Raises:
        UsageError: the run is of several notebooks, and no stage is named.
        StoreError: the bundle is gone.
    """
    path = "notebook.ipynb" if stage is None else f"notebooks/{stage}.ipynb"
    found = _read_bundle(path, folder, dag_id=run.dag_id, current=current)
    if found is None:
        stages = manifest_of(folder, current=current).get("stages")
        if stages and stage is None:
            raise UsageError(
                f"{run.dag_id}/{run.run_id} is a run of several notebooks, not of one",
                hint=f"`nbflow output {run.dag_id} -o FOLDER` writes all of them.",
            )
        raise StoreError(
            f"the bundle that run {run.run_id} of {run.dag_id} came from is gone",
            hint=f"Looked in {folder} and in the target.",
        )
    return notebook.parse(found.decode("utf-8"), name=stage or run.dag_id)


def _read_bundle(
    name: str, folder: Path, *, dag_id: str, current: settings.Settings
) -> bytes | None:
    return read_bundle(
        name,
        run=str(folder),
        executed=host.executed(folder).values(),
        dag_id=dag_id,
        current=current,
    )
