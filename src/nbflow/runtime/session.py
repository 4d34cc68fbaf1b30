"""The step that this kernel runs, from its first cell to its last."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.errors import UsageError
from nbflow.runtime import shell
from nbflow.runtime.manifests import Manifest, read_manifest, write_manifest
from nbflow.runtime.orders import Orders
from nbflow.runtime.parameters import given_values
from nbflow.runtime.store import open_store
from nbflow.runtime.workspace import open_workspace

if TYPE_CHECKING:
    from nbflow.runtime.inputs import Inputs
    from nbflow.runtime.store import Store
    from nbflow.runtime.workspace import Workspace

__all__ = ["begin", "given", "load", "save"]

_INJECTED = ("nbflow_params", "nbflow_run", "nbflow_files", "nbflow_attempt")


@dataclass
class Session:
    """The running step.

    Attributes:
        orders: what it must do.
        run: the run's folder.
        attempt: counted from 1.
        values: the parameters' given values.
        manifests: of its ancestors that have one, in the notebook's order.
        workspace: its working directory.
        started: ISO time.
        inputs: what it loaded, once it has.
        given_done: the given values are in place.
    """

    orders: Orders
    run: Store
    attempt: int
    values: dict[str, Any]
    manifests: list[Manifest]
    workspace: Workspace
    started: str
    inputs: Inputs | None = None
    given_done: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


_session: Session | None = None
_home: Path | None = None


def _current() -> Session:
    if _session is None:
        raise UsageError(
            "no step has begun in this kernel", hint="run the notebook from its first cell"
        )
    return _session


def begin(orders: str, *, params: str, run: str, files: str, attempt: str) -> None:
    """Start a step: its working directory becomes the current one.

    Args:
        orders: an `Orders` as JSON.
        params: the values given to the run, as JSON.
        run: folder of the run in the store; empty: `.nbflow-run` beside the notebook.
        files: folder with what came with the notebook; empty: `../files` beside the notebook.
        attempt: counted from 1.

    Raises:
        NotebookError: the orders cannot be followed.
        UsageError: a given value is unknown or of the wrong type.
        StoreError: what an ancestor left is damaged.
    """
    global _session, _home
    if _session is not None:
        _session.workspace.remove()
    _home = _home or Path.cwd()
    os.chdir(_home)
    read = Orders.from_json(orders)
    values = given_values(params, read.parameters)
    store = open_store(run or str(_home / ".nbflow-run"))
    manifests = [one for one in (read_manifest(store, step) for step in read.ancestors) if one]
    attached = Path(files) if files else _home.parent / "files"
    workspace = open_workspace(
        read.step,
        attached=attached.resolve() if attached.is_dir() else None,
        run=store,
        manifests=manifests,
    )
    started = datetime.now(UTC).isoformat()
    _session = Session(read, store, int(attempt or 1), values, manifests, workspace, started)
    for name in _INJECTED:
        shell.namespace().pop(name, None)
    shell.guard_exit()


def given() -> None:
    """Bind the parameters that the run was given values for."""
    session = _current()
    shell.namespace().update(session.values)
    session.given_done = True


def load() -> None:
    """Run the definitions and load the variables that the step's cells need.

    Raises:
        StoreError: something that an ancestor should have left is missing or damaged.
    """
    from nbflow.runtime.inputs import Inputs
    from nbflow.runtime.pickles import Names

    session = _current()
    if not session.given_done:
        given()
    space = shell.namespace()
    names = Names(space, space)
    session.inputs = Inputs(session.orders, session.run, session.manifests, names)
    session.inputs.load()


def save() -> None:
    """Save what later steps need: variables, files, state and metrics; the manifest last.

    Raises:
        StoreError: something cannot be saved.
    """
    from nbflow.runtime import artifacts, previews

    session = _current()
    orders = session.orders
    inputs = session.inputs
    if inputs is None:
        raise UsageError("the step's inputs were not loaded", hint="run the notebook from its top")
    space = shell.namespace()
    folder = _free_folder(session)
    values = {name: space[name] for name in orders.saves if name in space}
    saved = artifacts.save(
        values, run=session.run, folder=folder, names=inputs.names, step=orders.step
    )
    manifest = Manifest(
        step=orders.step,
        attempt=session.attempt,
        folder=folder,
        variables=saved.variables,
        groups=saved.groups,
        definitions=saved.definitions,
        files=session.workspace.changes(run=session.run, address=f"{folder}/files"),
        metrics={name: previews.metric(space[name]) for name in orders.metrics if name in space},
        started=session.started,
        ended=datetime.now(UTC).isoformat(),
    )
    write_manifest(session.run, manifest)


def _free_folder(session: Session) -> str:
    """The attempt's folder; another one where a completed attempt of this number is kept."""
    stem = folder = f"{session.orders.step}/try-{session.attempt}"
    number = 2
    while session.run.exists(folder):
        folder = f"{stem}-{number}"
        number += 1
    return folder
