"""The step that this kernel runs, from its first cell to its last."""

from __future__ import annotations

import functools
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

from nbflow.errors import NbflowError, UsageError
from nbflow.runtime import shell, versions
from nbflow.runtime.figures import let_figures_show
from nbflow.runtime.manifests import Manifest, read_manifests, write_manifest
from nbflow.runtime.orders import Orders
from nbflow.runtime.parameters import given_values, is_default, plain_defaults
from nbflow.runtime.randomness import Randomness
from nbflow.runtime.reads import Reads
from nbflow.runtime.store import open_store
from nbflow.runtime.surroundings import Surroundings
from nbflow.runtime.workspace import open_workspace

if TYPE_CHECKING:
    from nbflow.runtime.artifacts import Saved
    from nbflow.runtime.inputs import Inputs
    from nbflow.runtime.metering import Metering
    from nbflow.runtime.replay import Replay
    from nbflow.runtime.standing import Changes, Standing
    from nbflow.runtime.store import Store
    from nbflow.runtime.workspace import Workspace

__all__ = ["METERED", "begin", "given", "load", "running_step", "save"]

P = ParamSpec("P")

METERED = "NBFLOW_METERED"
"""Environment variable that a host sets in a kernel which it measures from outside."""

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
        surroundings: state outside of names.
        reads: files looked at.
        inputs: what it loaded, once it has.
        standing: what every step makes afresh, as it was when its cells began.
        randomness: where the random generators stood when its cells began.
        drawn: by library of a generator, the last ancestor that used or seeded it.
        given_done: the given values are in place.
        saving: what it makes is kept; False where a person looks into the step.
        in_store: its run lies beside others.
        began: when, in seconds since the epoch.
        key: what its outcome depends on, as far as that is known before its cells run.
        replay: an earlier execution whose outcome holds now.
        metering: what measures the step, where nobody does it from outside.
        made: what tells the version of the notebook.
    """

    orders: Orders
    run: Store
    attempt: int
    values: dict[str, Any]
    manifests: list[Manifest]
    workspace: Workspace
    started: str
    surroundings: Surroundings
    reads: Reads
    randomness: Randomness
    inputs: Inputs | None = None
    standing: Standing | None = None
    drawn: dict[str, str] = field(default_factory=dict)
    given_done: bool = False
    saving: bool = True
    in_store: bool = False
    began: float = 0.0
    key: str | None = None
    replay: Replay | None = None
    metering: Metering | None = None
    made: dict[str, Any] = field(default_factory=dict)


_session: Session | None = None
_home: Path | None = None


def _current() -> Session:
    if _session is None:
        raise UsageError(
            "no step has begun in this kernel", hint="run the notebook from its first cell"
        )
    return _session


def running_step() -> str | None:
    """The step that this process runs and keeps what it makes of; None where it runs none."""
    return _session.orders.step if _session is not None and _session.saving else None


def _tells(function: Callable[P, None]) -> Callable[P, None]:
    """Of our own errors a cell shows message and hint; the frames between say nothing more."""

    @functools.wraps(function)
    def told(*arguments: P.args, **options: P.kwargs) -> None:
        try:
            function(*arguments, **options)
        except NbflowError as error:
            if error.hint and error.hint not in error.args[0]:
                error.args = (f"{error.message}. Help: {error.hint}",)
            raise error.with_traceback(None) from None

    return told


@_tells
def begin(
    orders: str, *, params: str, run: str, files: str, attempt: str, saving: bool = True
) -> None:
    """Start a step: its working directory becomes the current one.

    Args:
        orders: an `Orders` as JSON.
        params: the values given to the run, as JSON.
        run: folder of the run in the store; empty: `.nbflow-run` beside the notebook.
        files: folder with what came with the notebook; empty: `../files` beside the notebook.
        attempt: counted from 1.
        saving: False where nothing of this is to be kept, as when a person debugs the step.

    Raises:
        NotebookError: the orders cannot be followed.
        UsageError: a given value is unknown or of the wrong type.
        StoreError: what an ancestor left is damaged, or of another version of the notebook.
    """
    global _session, _home
    if _session is not None:
        _session.reads.stop()
        _session.workspace.remove()
        if _session.replay is not None:
            _session.replay.end()
        if _session.metering is not None:
            _session.metering.end()
    _home = _home or Path.cwd()
    os.chdir(_home)
    read = Orders.from_json(orders)
    values = given_values(params, read.parameters)
    store = open_store(run or str(_home / ".nbflow-run"))
    manifests = read_manifests(store, read.ancestors)
    attached = _attached(files, _home)
    wire = json.loads(params or "{}")
    if saving:  # who looks into a step looks at the version that it ran as
        versions.require_one_version(manifests, orders=read, given=wire, attached=attached)
    workspace = open_workspace(attached=attached, run=store, manifests=manifests)
    started = datetime.now(UTC).isoformat()
    metered = os.environ.pop(METERED, None)
    _session = Session(
        read,
        store,
        int(attempt or 1),
        values,
        manifests,
        workspace,
        started,
        Surroundings(workspace.folder),
        Reads(workspace),
        Randomness(),
        saving=saving,
        in_store=bool(run),
        began=time.time(),
        made=versions.made_by(read, given=wire),
    )
    for name in _INJECTED:
        shell.namespace().pop(name, None)
    shell.guard_exit()
    if saving and run and not metered and Path("/proc/self/stat").exists():
        from nbflow.runtime.metering import Metering

        _session.metering = Metering(store, step=read.step, attempt=_session.attempt)


def _attached(files: str, home: Path) -> Path | None:
    """The folder with what came with the notebook, where there is one."""
    found = Path(files) if files else home.parent / "files"
    return found.resolve() if found.is_dir() else None


@_tells
def given() -> None:
    """Bind the parameters that the run was given values for.

    Where the parameters cell runs in another step, the others are bound to their defaults.
    """
    session = _current()
    space = shell.namespace()
    for name, value in plain_defaults(session.orders.parameters).items():
        space.setdefault(name, value)
    for name, value in session.values.items():
        # What the author's cell bound stays that very object where the run asks for no other.
        if name not in space or not is_default(name, value, order=session.orders.parameters[name]):
            space[name] = value
    session.given_done = True


@_tells
def load() -> None:
    """Run the definitions and load the variables that the step's cells need.

    Raises:
        StoreError: something that an ancestor should have left is missing or damaged.
        Exception: whatever a definition raises.
    """
    from nbflow.runtime.inputs import Inputs
    from nbflow.runtime.pickles import Names
    from nbflow.runtime.standing import Standing

    session = _current()
    if not session.given_done:
        given()
    if session.orders.cache and _is_cached(session):
        return
    space = shell.namespace()
    session.inputs = Inputs(
        session.orders,
        session.run,
        session.manifests,
        Names(space, space),
        str(session.workspace.folder),
    )
    states = session.inputs.states()
    session.surroundings.start(states)
    session.inputs.load()
    restored: dict[str, Any] = {}
    for manifest, state in zip(session.manifests, states, strict=True):
        restored |= state.get("random", {})
        session.drawn |= dict.fromkeys(manifest.random, manifest.step)
    session.randomness.start(restored, seeded=session.orders.seeded)
    let_figures_show()
    session.standing = Standing(session.inputs, session.workspace.folder)
    session.surroundings.mark()
    session.reads.start()


@_tells
def save() -> None:
    """Save what later steps need: variables, files, state and metrics; the manifest last.

    Raises:
        StoreError: something cannot be saved, or another step changed what this one used.
    """
    from nbflow.runtime import artifacts, claims, outputs, races

    session = _current()
    if not session.saving:
        raise UsageError(
            "nothing is saved here: this kernel only looks into the step",
            hint="write what you found into your notebook, and run it with `--resume`",
        )
    if session.replay is not None:
        _adopt(session, session.replay)
        return
    orders, inputs = session.orders, session.inputs
    if inputs is None or session.standing is None:
        raise UsageError("the step's inputs were not loaded", hint="run the notebook from its top")
    session.reads.stop()
    seen = session.reads.record()
    passed = _passed(orders)
    folder = _free_folder(session)
    state = session.surroundings.changed()
    drawn = session.randomness.changed()
    if drawn:
        state["random"] = drawn
    standing = session.standing.changes()
    changed = outputs.changed_inputs(inputs)
    values, beside = outputs.values_to_save(orders, inputs, changed, standing)
    saved = artifacts.save(
        values,
        run=session.run,
        folder=folder,
        names=inputs.names,
        step=orders.step,
        beside=beside,
        state=state,
    )
    files = session.workspace.changes(run=session.run)
    manifest = replace(
        _manifest(session, saved=saved, standing=standing, folder=folder),
        files=files,
        seen=seen,
        random=sorted(drawn),
        outputs=passed,
        **claims.claims(session, changed=changed, files=files, state=state, standing=standing),
    )
    write_manifest(session.run, manifest, file=races.CLAIMS)
    races.check(manifest, orders=orders, run=session.run)
    write_manifest(session.run, manifest)
    _remember(session, manifest)
    if session.metering is not None:
        session.metering.record()


def _is_cached(session: Session) -> bool:
    """Whether the step was computed before; its cells then show what they did."""
    from nbflow.runtime import caching

    session.key = caching.key(session)
    session.replay = caching.look_up(session)
    if session.replay is None:
        return False
    session.replay.start()
    print(f"unchanged since run {session.replay.run_id}: its outputs are shown again")
    return True


def _adopt(session: Session, replay: Replay) -> None:
    from nbflow.runtime import races

    session.reads.stop()
    manifest = replay.adopt(session, folder=_free_folder(session))
    write_manifest(session.run, manifest, file=races.CLAIMS)
    races.check(manifest, orders=session.orders, run=session.run)
    write_manifest(session.run, manifest)
    _remember(session, manifest)


def _remember(session: Session, manifest: Manifest) -> None:
    if session.orders.cache:
        from nbflow.runtime import caching

        caching.remember(session, manifest)


def _manifest(session: Session, *, saved: Saved, standing: Changes, folder: str) -> Manifest:
    """What the step hands on, but for files and claims."""
    from nbflow.runtime import claims, outputs

    assert session.inputs is not None
    deleted = outputs.deleted(session.inputs, standing)
    given = {*session.inputs.names.given}
    return Manifest(
        step=session.orders.step,
        attempt=session.attempt,
        folder=folder,
        variables=saved.variables,
        groups=saved.groups,
        definitions=saved.definitions,
        state=saved.state,
        slots=outputs.slots_of({*saved.variables, *deleted}, standing),
        standing=claims.handed_on(standing, set(saved.variables), set(deleted) & given),
        deleted=deleted,
        workspace=str(session.workspace.folder),
        metrics=_metrics(session.orders),
        made=session.made,
        started=session.started,
        ended=datetime.now(UTC).isoformat(),
    )


def _metrics(orders: Orders) -> dict[str, Any]:
    from nbflow.runtime.previews import metric

    space = shell.namespace()
    return {name: metric(space[name]) for name in orders.metrics if name in space}


def _passed(orders: Orders) -> dict[str, Any]:
    """What other notebooks of the pipeline take."""
    if not orders.outputs:
        return {}
    from nbflow.runtime.passing import values_to_pass

    return values_to_pass(orders.outputs, shell.namespace(), step=orders.step)


def _free_folder(session: Session) -> str:
    """The attempt's folder; another one where a completed attempt of this number is kept."""
    stem = folder = f"{session.orders.step}/try-{session.attempt}"
    number = 2
    while session.run.exists(folder):
        folder = f"{stem}-{number}"
        number += 1
    return folder
