"""Going on with a run: what is kept of it, what runs again, and why."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow import runtime
from nbflow.bundles import slices
from nbflow.errors import StoreError
from nbflow.host.executions import progress
from nbflow.host.ledgers import BUNDLE, read_ledger, read_slices
from nbflow.model import RunState, StepRun

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from nbflow.bundles import Slice
    from nbflow.model import Bundle, Plan, PlannedStep

__all__ = ["Resumption", "resumption", "set_aside"]

_EARLIER = ".earlier"
"""Folder in a step's folder with the notebooks of attempts that no longer count.

Hidden, since what lies in a folder without notebooks may be the steps of a stage.
"""
_TRY = re.compile(r"try-(\d+)\b.*")
_MANIFESTS = ("manifest.json", "claims.json")


@dataclass(frozen=True)
class Resumption:
    """How a run goes on.

    Attributes:
        kept: the steps whose outcome stays, by name.
        reasons: of the other steps that had succeeded, why they run again, by name.
    """

    kept: Mapping[str, StepRun] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Before:
    """What the run's folder holds of the run so far."""

    folder: Path
    slices: Mapping[str, Slice]
    given: Mapping[str, Any]
    files: Mapping[str, str]


def resumption(
    plan: Plan, bundle: Bundle, *, folder: Path, parameters: Mapping[str, Any]
) -> Resumption:
    """Which steps of a run need not run again; nothing is changed.

    Args:
        plan: what is to run now.
        bundle: its step notebooks and files.
        folder: the run's folder.
        parameters: the values that the run is given now, as JSON has them.
    """
    ledger = read_ledger(folder)
    given = ledger.run.parameters if ledger else {}
    before = _Before(folder, read_slices(folder), given, _digests(folder / BUNDLE / "files"))
    now = _attached(bundle)
    changed = {path for path in {*before.files, *now} if before.files.get(path) != now.get(path)}
    moved = {path for path in changed if (path in now) != (path in before.files)}
    wanted = slices(plan)
    kept: dict[str, StepRun] = {}
    reasons: dict[str, str] = {}
    for planned in plan.steps:
        done = _done(planned, plan, folder)
        if done is None:
            continue
        again = [name for name in wanted[planned.name].upstream if name not in kept]
        found = [
            *_of_code(planned.name, plan, before, wanted[planned.name], parameters),
            *_of_files(planned, plan, folder, changed, moved),
        ]
        if found:
            reasons[planned.name] = " and ".join(found)
        elif again:
            names = ", ".join(repr(name) for name in again)
            reasons[planned.name] = f"it needs {names}"
        else:
            kept[planned.name] = done
    return Resumption(kept, reasons)


def _done(planned: PlannedStep, plan: Plan, folder: Path) -> StepRun | None:
    """The step as it ended, where it ended well and all that it left is there."""
    seen = progress(folder, planned.name, cells=planned.step.cells)
    if seen is None or seen.state is not RunState.SUCCESS:
        return None
    if plan.pipeline.document.language == "python":
        store = runtime.open_store(str(folder))
        with suppress(StoreError):
            manifest = runtime.read_manifest(store, planned.name)
            if manifest is None or manifest.attempt != seen.attempt:
                return None
            return seen if runtime.is_whole(store, manifest) else None
        return None
    return seen


def _of_code(
    name: str, plan: Plan, before: _Before, wanted: Slice, parameters: Mapping[str, Any]
) -> Iterator[str]:
    """What has changed in a step's own part of the notebook, in a few words each."""
    old = before.slices.get(name)
    if old is None:
        yield "what it ran is not known"
        return
    differ = {
        key for key in {*old.parts, *wanted.parts} if old.parts.get(key) != wanted.parts.get(key)
    }
    named = {key for key in differ if key.split()[0] in _PLACED}
    yield from (_placed(key, plan, old, wanted) for key in sorted(named, key=_by_place(plan)))
    yield from (_WORDS[key] for key in sorted(differ - named) if not named or key not in _ORDERS)
    for parameter in sorted(wanted.parameters):
        sides = (before.given, old), (parameters, wanted)
        was, is_ = (_effective(parameter, given, one) for given, one in sides)
        if was != is_:
            yield _about_parameter(parameter, before.given, parameters)
    for variable in sorted(set(wanted.saves) - set(old.saves)):
        yield f"later steps now read its variable {variable!r}"
    if old.upstream != wanted.upstream and not named:
        yield "other steps come before it now"


_PLACED = ("cell", "setup", "definition")
_ORDERS = ("definitions", "needs", "order")
_WORDS = {
    "definitions": "its definitions have another order",
    "environment": "the environment variables of its profile changed",
    "kernel": "the kernel changed",
    "needs": "it takes other variables from the steps before it",
    "order": "its cells have another order",
    "parameters": "the parameters cell changed",
}


def _by_place(plan: Plan) -> Any:
    cells = plan.pipeline.document.by_id
    return lambda key: (cells[key.split()[-1]].index if key.split()[-1] in cells else -1, key)


def _placed(key: str, plan: Plan, old: Slice, wanted: Slice) -> str:
    kind, *names, cell_id = key.split()
    cell = plan.pipeline.document.by_id.get(cell_id)
    owner = {"cell": "its", "setup": "setup", "definition": "a definition in"}[kind]
    if kind == "definition":
        what = f"the definition of {names[0] if names else 'something'}"
        return f"{what} changed" if cell is None else f"{what} in cell {cell.index + 1} changed"
    if key not in wanted.parts or cell is None:
        return "a cell of it is gone" if kind == "cell" else "a setup cell is gone"
    state = "changed" if key in old.parts else "is new"
    return f"{owner} cell {cell.index + 1} {state}"


def _effective(name: str, given: Mapping[str, Any], one: Slice) -> Any:
    declared = one.parameters.get(name)
    return (declared, json.dumps(given[name], sort_keys=True)) if name in given else declared


def _about_parameter(name: str, was: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    if name in given and given.get(name) != was.get(name):
        return f"parameter {name} is {given[name]!r} now"
    return f"parameter {name} has another default"


def _of_files(
    planned: PlannedStep, plan: Plan, folder: Path, changed: set[str], moved: set[str]
) -> Iterator[str]:
    """Which of the changed files beside the notebook the step looked at."""
    if not changed:
        return
    manifest = runtime.read_manifest(runtime.open_store(str(folder)), planned.name)
    seen = manifest.seen if manifest is not None else {}
    looked = set(seen.get("files", changed))
    looked |= {
        use.path.removeprefix("./")
        for use in plan.pipeline.files
        if use.step in {None, planned.name}
    }
    if seen.get("folders"):
        looked |= moved
    yield from (f"file {path} changed" for path in sorted(looked & changed))


def _attached(bundle: Bundle) -> dict[str, str]:
    return {
        path.removeprefix("files/"): hashlib.sha256(content).hexdigest()
        for path, content in bundle.files.items()
        if path.startswith("files/")
    }


def _digests(folder: Path) -> dict[str, str]:
    found = {}
    for path in folder.rglob("*") if folder.is_dir() else ():
        if path.is_file():
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            found[path.relative_to(folder).as_posix()] = digest
    return found


def set_aside(folder: Path, *, kept: Iterable[str]) -> dict[str, int]:
    """Let what the other steps left count no more; each one's next attempt, by name.

    Their data stay where they are, and their notebooks go into a folder beside them.
    """
    attempts = {}
    for place in folder.iterdir():
        if not place.is_dir() or place.name.startswith("."):
            continue
        attempts[place.name] = 1 + max(_numbers(place), default=0)
        if place.name not in kept:
            for name in _MANIFESTS:
                (place / name).unlink(missing_ok=True)
            _move_notebooks(place)
    return attempts


def _numbers(place: Path) -> Iterator[int]:
    for path in (*place.glob("try-*"), *place.glob(f"{_EARLIER}/try-*")):
        match = _TRY.fullmatch(path.name)
        if match:
            yield int(match[1])


def _move_notebooks(place: Path) -> None:
    earlier = place / _EARLIER
    for path in sorted(place.glob("try-*")):
        if path.is_file():
            earlier.mkdir(exist_ok=True)
            shutil.move(path, earlier / path.name)
