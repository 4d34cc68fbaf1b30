"""What a local run's folder says of the run: `run.json`, its bundle, and whether it goes on."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
import time
import uuid
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.bundles import Slice
from nbflow.errors import UsageError
from nbflow.host.executions import progress
from nbflow.model import (
    Failure,
    Run,
    RunState,
    StepRun,
    Usage,
    is_folder_name,
    step_folder,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbflow.model import Bundle

__all__ = [
    "BUNDLE",
    "WORK",
    "Ledger",
    "Recorder",
    "began",
    "clear_abandoned",
    "held",
    "is_held",
    "keep_bundle",
    "read_ledger",
    "read_slices",
]

BUNDLE = ".bundle"
"""Folder in a run's folder with the bundle that it came from."""

WORK = "nbflow-run-"
"""How the names of working folders of runs begin, among the system's temporary files."""

_ABANDONED = 3600
"""Seconds after which a working folder that nobody holds is taken for abandoned."""
GONE = "ProcessGone"
"""Name of the failure of a step whose run was killed."""
_GONE = "the process that ran it is gone: it was killed, or the machine went down"
_WAY_ON = "`nbflow run NB --resume` goes on with the run."
_RUN = "run.json"
_LOCK = ".lock"
_SLICES = "slices.json"
_VERSION = 1


@dataclass(frozen=True)
class Ledger:
    """What is written down of a local run.

    Attributes:
        run: the run as it was last written; failed where its process is gone before its end.
        source: the notebook's path within its project.
        digest: of the bundle.
    """

    run: Run
    source: str
    digest: str


class Recorder:
    """Writes a run down whenever a state of it has changed."""

    def __init__(self, folder: Path, *, source: str, digest: str) -> None:
        self._path = folder / _RUN
        self._about = {"version": _VERSION, "source": source, "bundle": digest}
        self._written: Any = None

    def __call__(self, run: Run, /) -> None:
        """Write it if more has changed than which cell is running."""
        now = (run.state, run.ended, [(step.state, step.attempt) for step in run.steps])
        if now != self._written:
            text = json.dumps({**self._about, **asdict(run)}, default=_plain, indent=1)
            with suppress(OSError):  # a full disk fails the steps, and they say so; tried again
                _write(self._path, text.encode())
                self._written = now


def began(first: datetime | None) -> dict[str, datetime]:
    """What a run that begins now says of when it did; `first` where it began before."""
    now = datetime.now(UTC)
    return {"started": now} if first is None else {"started": first, "resumed": now}


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def read_ledger(folder: Path) -> Ledger | None:
    """What a run's folder says of the run, None where it says nothing that can be read."""
    ledger = _read(folder)
    if ledger is None or ledger.run.state.finished or is_held(folder):
        return ledger
    # It may have ended between the two looks; what is written of it then is its end.
    ledger = _read(folder)
    if ledger is None or ledger.run.state.finished or is_held(folder):
        return ledger
    return replace(ledger, run=_lost(ledger.run, folder))


def _read(folder: Path) -> Ledger | None:
    try:
        data = json.loads((folder / _RUN).read_text(encoding="utf-8"))
        if data.pop("version") != _VERSION:
            return None
        source, digest = data.pop("source"), data.pop("bundle")
        steps = tuple(_step(one) for one in data.pop("steps"))
        run = Run(**_timed(data), steps=steps)
        return Ledger(run, source, digest) if _leads_nowhere(run) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _leads_nowhere(run: Run) -> bool:
    """Whether the names in a record, which folders and files are named by, are names alone."""
    folders = (step_folder(step.name).split("/") for step in run.steps)
    return all(map(is_folder_name, (run.dag_id, run.run_id, *chain.from_iterable(folders))))


def _lost(run: Run, folder: Path) -> Run:
    """A run that nobody goes on with: what ran has failed, what waited will not begin."""
    steps = []
    for step in run.steps:
        if step.state in {RunState.RUNNING, RunState.RETRYING}:
            seen = progress(folder, step.name) or step
            # Its cells may all have ended: not that what it hands on is there.
            failure = seen.failure or Failure(GONE, _GONE, seen.cell, hint=_WAY_ON)
            step = replace(seen, state=RunState.FAILED, ended=_sign(folder, seen), failure=failure)
        elif step.state is RunState.QUEUED:
            step = replace(step, state=RunState.CANCELLED)
        steps.append(step)
    moments = [run.since, *(step.ended for step in steps)]
    ended = max((one for one in moments if one is not None), default=None)
    return replace(run, state=RunState.FAILED, steps=tuple(steps), ended=ended)


def _sign(folder: Path, step: StepRun) -> datetime | None:
    """When an attempt of a step wrote something last."""
    times = [path.stat().st_mtime for path in (folder / step.name).glob(f"try-{step.attempt}.*")]
    latest = max(times, default=None)
    return step.started if latest is None else datetime.fromtimestamp(latest, UTC)


def _step(data: dict[str, Any]) -> StepRun:
    failure = data.pop("failure")
    if failure is not None:
        failure = Failure(**{**failure, "traceback": tuple(failure["traceback"])})
    usage = data.pop("usage", None)
    return StepRun(**_timed(data), failure=failure, usage=usage and Usage.from_dict(usage))


def _timed(data: Mapping[str, Any]) -> dict[str, Any]:
    times = {
        name: datetime.fromisoformat(data[name]) if data[name] else None
        for name in ("started", "resumed", "ended")
        if name in data
    }
    return {**data, **times, "state": RunState(data["state"])}


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a run's folder: one process at a time runs it; it is let go however that ends.

    Raises:
        UsageError: another process holds it.
    """
    with (folder / _LOCK).open("a") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(
                f"run {folder.name} is still going on",
                hint="Wait until it ends, or stop it with Ctrl-C where it was started.",
            ) from None
        yield


def is_held(folder: Path) -> bool:
    """Whether a process holds a run's folder; nothing is written to find out."""
    try:
        with (folder / _LOCK).open() as stream:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        pass
    return False


def clear_abandoned() -> None:
    """Remove working folders of runs whose process was killed: old ones that nobody holds."""
    latest = time.time() - _ABANDONED
    for folder in Path(tempfile.gettempdir()).glob(f"{WORK}*"):
        with suppress(OSError, UsageError):
            lock = (folder / _LOCK).stat()
            if lock.st_uid == os.getuid() and lock.st_mtime < latest:
                with held(folder):
                    shutil.rmtree(folder, ignore_errors=True)


def keep_bundle(bundle: Bundle, folder: Path, *, slices: Mapping[str, Slice]) -> Path:
    """Write a bundle into a run's folder, in place of an earlier one; returns where it is."""
    draft = folder / f"{BUNDLE}-{uuid.uuid4().hex}"
    for path, content in bundle.files.items():
        target = draft / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    (draft / "files").mkdir(parents=True, exist_ok=True)
    text = json.dumps({name: one.as_dict() for name, one in slices.items()})
    (draft / _SLICES).write_text(text, encoding="utf-8")
    place = folder / BUNDLE
    shutil.rmtree(place, ignore_errors=True)
    draft.rename(place)
    return place


def read_slices(folder: Path) -> dict[str, Slice]:
    """The slices of the steps as the run last had them; empty where nothing tells."""
    try:
        found = json.loads((folder / BUNDLE / _SLICES).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {name: Slice.from_dict(one) for name, one in found.items()}


def _write(path: Path, data: bytes) -> None:
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    draft.write_bytes(data)
    draft.replace(path)
