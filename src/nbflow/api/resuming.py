"""Which earlier run on this machine a notebook's run goes on with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbflow import host
from nbflow.api.notebooks import Compiled, within_project
from nbflow.api.records import LOCAL, local_runs
from nbflow.api.values import resolve
from nbflow.errors import UsageError
from nbflow.model import RunState, did_you_mean


@dataclass(frozen=True)
class Resumed:
    """An earlier run, and how it goes on.

    Attributes:
        folder: its folder; the name is its id.
        parameters: the values that it is given, in their wire form.
        plan: what is kept, and why the rest runs again.
    """

    folder: Path
    parameters: Mapping[str, Any]
    plan: host.Resumption


def resume(
    compiled: Compiled, *, reference: str = "", parameters: Mapping[str, Any] | None = None
) -> Resumed:
    """Find the run to go on with, and what of it can be kept; nothing is changed.

    Args:
        compiled: the notebook as it is now.
        reference: a run's id, or `DAG/RUN_ID`; the notebook's newest where empty.
        parameters: values given again; the others stay as they were.

    Raises:
        UsageError: there is no such run, it succeeded, or a parameter is unknown or ill-typed.
    """
    folder, ledger = _find(compiled, reference)
    known = {one.name for one in compiled.plan.pipeline.parameters}
    before = {name: value for name, value in ledger.run.parameters.items() if name in known}
    wire = resolve({**before, **(parameters or {})}, parameters=compiled.plan.pipeline.parameters)
    if compiled.plan.stages:  # each notebook finds for itself what it keeps
        return Resumed(folder, wire, host.Resumption())
    plan = host.resumption(compiled.plan, compiled.bundle, folder=folder, parameters=wire)
    return Resumed(folder, wire, plan)


def runs_folder(compiled: Compiled) -> Path:
    """Where a notebook's runs on this machine are kept."""
    team = compiled.plan.pipeline.options.team or "default"
    return local_runs(compiled.inspected.settings) / team / compiled.plan.dag_id


def _find(compiled: Compiled, reference: str) -> tuple[Path, host.Ledger]:
    runs = runs_folder(compiled)
    known = {
        folder: ledger
        for folder in sorted(runs.glob(f"{LOCAL}*"), key=_begun, reverse=True)
        if (ledger := host.read_ledger(folder)) is not None
    }
    if reference:
        return _named(reference, compiled, known)
    source = within_project(compiled.inspected)
    own = [(folder, ledger) for folder, ledger in known.items() if ledger.source == source]
    path = compiled.inspected.path
    if not own:
        raise UsageError(
            f"{path} has no run on this machine to go on with",
            hint=f"`nbflow run {path}` starts one. Looked in {runs}.",
        )
    folder, ledger = own[0]
    if ledger.run.state is RunState.SUCCESS:
        older = [f.name for f, one in own if one.run.state is not RunState.SUCCESS]
        raise UsageError(
            f"the newest run of {path}, {folder.name}, succeeded: there is nothing to go on with",
            hint=f"`nbflow run {path}` starts a new one."
            + (f" To go on with an older one: --resume={older[0]}." if older else ""),
        )
    return folder, ledger


def _named(
    reference: str, compiled: Compiled, known: Mapping[Path, host.Ledger]
) -> tuple[Path, host.Ledger]:
    dag_id, slash, run_id = reference.rpartition("/")
    for folder, ledger in known.items():
        if folder.name == run_id and (not slash or dag_id == compiled.plan.dag_id):
            if ledger.run.state is RunState.SUCCESS:
                raise UsageError(
                    f"run {folder.name} succeeded: there is nothing to go on with",
                    hint=f"`nbflow run {compiled.inspected.path}` starts a new one.",
                )
            return folder, ledger
    listed = ", ".join(f"{folder.name} ({one.run.state})" for folder, one in known.items())
    raise UsageError(
        f"{compiled.plan.dag_id} has no run {reference!r} on this machine to go on with",
        hint=f"{did_you_mean(run_id, [one.name for one in known])}Its runs: {listed or 'none'}.",
    )


def _begun(folder: Path) -> tuple[str, int]:
    """In the order in which the runs were started: two of one second are numbered."""
    stamp, _, number = folder.name.removeprefix(LOCAL).partition("_")
    return stamp, int(number) if number.isdecimal() else 0
