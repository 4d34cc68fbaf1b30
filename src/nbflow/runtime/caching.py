"""Whether a step has been computed before: same code, same values, same files, same packages."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import platform
import sys
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import nbflow
from nbflow.errors import StoreError
from nbflow.runtime import shell, traces, verification
from nbflow.runtime.manifests import Manifest
from nbflow.runtime.orders import CACHE
from nbflow.runtime.replay import Replay, outputs_of
from nbflow.runtime.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbflow.runtime.session import Session
    from nbflow.runtime.store import Store

__all__ = ["key", "look_up", "remember"]

_KEPT = 8
"""How many executions are remembered of one key, whose files differ."""


def look_up(session: Session) -> Replay | None:
    """An earlier execution of this very step, whose outcome holds now; None where there is none.

    What is damaged, half-written or deleted of it counts as none.
    """
    if not _applies(session) or session.key is None or os.environ.get(CACHE) == "off":
        return None
    for entry in _entries(_cache(session), _path(session, session.key)):
        with suppress(OSError, ValueError, KeyError, TypeError, StoreError):
            found = _replay(entry, session)
            if found is not None:
                return found
    return None


def remember(session: Session, manifest: Manifest) -> None:
    """Let later runs find this execution. What goes wrong here fails no step."""
    if not _applies(session) or manifest.folder != f"{manifest.step}/try-{manifest.attempt}":
        return
    with suppress(OSError, StoreError, ValueError):
        replay = session.replay
        found = replay.trace if replay is not None else traces.trace(session, manifest)
        if found is None or session.key is None:
            return
        cache, path = _cache(session), _path(session, session.key)
        name = _place(session)[1]
        entry = {"run": name, "trace": found, "manifest": asdict(manifest)}
        others = [one for one in _entries(cache, path) if one.get("run") != name]
        cache.write(path, json.dumps([entry, *others][:_KEPT]).encode())


def _applies(session: Session) -> bool:
    # A step notebook that is run by hand beside no other run has nowhere to look.
    return bool(session.orders.cache) and session.saving and session.in_store


def _cache(session: Session) -> Store:
    return open_store(f"{_place(session)[0]}/cache")


def _place(session: Session) -> tuple[str, str]:
    """The folder of a pipeline's runs, and the run's path in it: of a stage `RUN/STAGE[/ITEM]`."""
    runs, _, name = session.run.url.rpartition("/")
    if not session.orders.stage:
        return runs, name
    if name != session.orders.stage:  # an item's number: no stage's name begins with a digit
        runs, _, stage = runs.rpartition("/")
        name = f"{stage}/{name}"
    runs, _, run = runs.rpartition("/")
    return runs, f"{run}/{name}"


def _path(session: Session, key: str) -> str:
    stage = session.orders.stage
    step = f"{stage}.{session.orders.step}" if stage else session.orders.step
    return f"{step}/{key}.json"


def _entries(cache: Store, path: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(cache.read(path))
    except (OSError, ValueError, StoreError):
        return []
    return found if isinstance(found, list) else []


def _replay(entry: dict[str, Any], session: Session) -> Replay | None:
    """An execution that holds now, with its outputs."""
    manifest = Manifest(**entry["manifest"])
    run = open_store(f"{_place(session)[0]}/{entry['run']}")
    # A second attempt of one number has written over the first one's notebook.
    if run.exists(f"{manifest.folder}-2") or not traces.are_unchanged(entry["trace"], session):
        return None
    outputs = outputs_of(run, manifest, orders=session.orders)
    if outputs is None or not verification.is_whole(run, manifest):
        return None
    return Replay(entry["run"], run, manifest, entry["trace"], outputs)


def key(session: Session) -> str | None:
    """What is known before the cells run, in one digest; None where something has none."""
    parts = {
        "slice": session.orders.cache,
        "nbflow": nbflow.__version__,
        "python": [sys.version, platform.platform()],
        "inputs": dict(_inputs(session)),
        "state": [one.state["sha256"] for one in session.manifests if one.state],
        "workspace": sorted(_names(session)),
    }
    try:
        parts["parameters"] = dict(_parameters(session))
    except Exception:  # noqa: BLE001 - a computed default may be anything
        return None
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _parameters(session: Session) -> Iterator[tuple[str, str]]:
    space = shell.namespace()
    for name in session.orders.reads_parameters:
        if name in space:
            value = pickle.dumps((type(space[name]).__name__, space[name]), protocol=5)
            yield name, hashlib.sha256(value).hexdigest()


def _inputs(session: Session) -> Iterator[tuple[str, str]]:
    """Of each variable that the step finds, the digest of what it is saved with.

    What has no variable's name is state that every later step gets.
    """
    manifests = session.manifests
    names = {*session.orders.needs}
    for one in manifests:
        left = (*one.variables, *one.deleted)
        names |= {*one.standing, *one.slots, *(name for name in left if not name.isidentifier())}
    for name in sorted(names):
        for manifest in reversed(manifests):
            if name in manifest.deleted:
                yield name, "deleted"
                break
            if name in manifest.variables:
                yield name, manifest.groups[manifest.variables[name]["group"]]["sha256"]
                break


def _names(session: Session) -> Iterator[str]:
    """What is there in the working directory: whether a file exists is seen without reading it."""
    for path, entry in session.workspace.seeded.items():
        yield f"{path}/" if "folder" in entry else path
