"""One step alone: what a pod runs, whose only neighbours are the store and the log."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbflow import runtime
from nbflow.errors import NotebookError, StoreError
from nbflow.host.attempts import Attempt, Stopped
from nbflow.host.handovers import handover_of, step_of
from nbflow.host.kernelspecs import require_kernel
from nbflow.host.nursery import nursery
from nbflow.host.reports import Report
from nbflow.model import Failure

__all__ = ["Given", "fill", "run_step"]

_PAUSE = 2.0
"""Seconds between two uploads of an executed notebook to a store that is no folder."""
_POD = "KUBERNETES_SERVICE_HOST"
"""What the environment has in every pod, where the step's cgroup is its own."""
_SHARE = 10
"""At most one part in this many of the time goes into uploads."""


@dataclass(frozen=True)
class Given:
    """What a step notebook's first cell is given.

    Attributes:
        params: the values given to the run, as JSON.
        run: the run's folder: a path or a URL.
        files: folder with what came with the notebook.
        attempt: counted from 1.
    """

    params: str
    run: str
    files: str
    attempt: int


def fill(notebook: Mapping[str, Any], given: Given) -> dict[str, Any]:
    """The step notebook with values in its parameters cell."""
    filled: dict[str, Any] = json.loads(json.dumps(notebook))
    source = "\n".join(
        f"{name} = {text!r}"
        for name, text in (
            ("nbflow_params", given.params),
            ("nbflow_run", given.run),
            ("nbflow_files", given.files),
            ("nbflow_attempt", str(given.attempt)),
        )
    )
    for cell in filled["cells"]:
        if cell["metadata"].get("nbflow", {}).get("role") == "parameters":
            cell["source"] = source
    return filled


def run_step(
    path: Path,
    given: Given,
    *,
    timeout: float | None = None,
    bundle: str | None = None,
    tell: Callable[[str], None] | None = None,
) -> Failure | None:
    """Execute a step notebook; what it makes, and the executed notebook, go to the run's folder.

    The executed notebook is `{run}/{step}/try-{attempt}.ipynb` from the start and grows there. A
    SIGTERM, which Kubernetes sends before it kills, ends the step as an interrupt does.

    Args:
        path: the step notebook.
        given: the values of its first cell.
        timeout: seconds for all of it, None for no limit.
        bundle: where the step notebook came from; the executed one says so.
        tell: takes lines that say how far the step is.

    Returns:
        What went wrong, or None.

    Raises:
        NotebookError: the file is no step notebook, or its kernel is not installed.
        StoreError: the run's folder cannot be written.
    """
    notebook = _read(path)
    if bundle is not None:
        notebook["metadata"].setdefault("nbflow", {})["bundle"] = bundle
    report = Report(notebook, tell or (lambda _line: None))
    require_kernel(notebook["metadata"]["kernelspec"]["name"])
    step = step_of(notebook)
    assert step is not None
    files, number = Path(given.files), given.attempt
    handover = handover_of(notebook, run=given.run, files=files, attempt=number)
    with tempfile.TemporaryDirectory(prefix="nbflow-step-") as scratch:
        place = Path(scratch)
        if "://" not in given.run:
            place = Path(given.run) / step
            place.mkdir(parents=True, exist_ok=True)
        work = Path(scratch) / "work"
        work.mkdir()
        attempt = Attempt(
            fill(notebook, given),
            path=place / f"try-{given.attempt}.ipynb",
            folder=work,
            log=place / f"try-{given.attempt}.log",
            env={
                **os.environ,
                **_room(report),
                runtime.WORKSPACES: scratch,
                runtime.METERED: "yes",
            },
            watch=report.watch,
            nursery=nursery(),
            alone=_POD in os.environ,
            grew=report.grow,
            heard=report.hear,
        )
        mirror = None if place == Path(given.run) / step else _Mirror(given.run, step, place)
        started = datetime.now(UTC)
        workspace = handover.take_over(work) if handover else None
        failure = asyncio.run(_run(attempt, timeout, mirror))
        if failure is None and handover is not None and workspace is not None:
            handover.hand_on(workspace, started=started)
        stopped = failure is not None and failure.ename == "Interrupted"
        outputs = None if failure is not None else _passed(notebook, given.run, step)
        report.end(failure, again=attempt.died or stopped, usage=attempt.usage, outputs=outputs)
        return failure


def _room(report: Report) -> dict[str, str]:
    """Tells the kernel how much it may pass on, where the last words carry it."""
    most = report.passed_most
    return {} if most is None else {runtime.PASSED_MOST: str(most)}


def _passed(notebook: Mapping[str, Any], run: str, step: str) -> dict[str, Any]:
    """What a step passes on to other notebooks."""
    orders = notebook["metadata"].get("nbflow", {}).get("orders", {})
    if not orders.get("outputs"):
        return {}
    manifest = runtime.read_manifest(runtime.open_store(run), step)
    return manifest.outputs if manifest is not None else {}


def _read(path: Path) -> dict[str, Any]:
    hint = "name a notebook of the `steps` folder of a bundle"
    try:
        notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        known = step_of(notebook) is not None
    except OSError as error:
        raise NotebookError(f"{path} cannot be read: {error.strerror}", hint=hint) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        known = False
    if not known:
        raise NotebookError(f"{path} is no step notebook", hint=hint)
    return notebook


async def _run(attempt: Attempt, timeout: float | None, mirror: _Mirror | None) -> Failure | None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        why = f"the step was stopped from outside ({number.name})"
        if number is signal.SIGTERM and _POD in os.environ:
            why += ", as when its pod is deleted, evicted or drained"
        stopped = Stopped("Interrupted", why)
        loop.add_signal_handler(number, attempt.stop, stopped)
    uploads = asyncio.create_task(mirror.follow()) if mirror else None
    try:
        return await attempt.run(timeout=timeout)
    finally:
        if mirror and uploads:
            uploads.cancel()
            with suppress(asyncio.CancelledError):
                await uploads
            await asyncio.to_thread(mirror.upload)


class _Mirror:
    """Copies what the host writes to a store that it cannot write to in place."""

    def __init__(self, run: str, step: str, place: Path) -> None:
        self._store = runtime.open_store(run)
        self._step = step
        self._place = place
        self._sent: dict[str, tuple[int, int]] = {}

    async def follow(self) -> None:
        """Upload what has changed, now and then."""
        loop = asyncio.get_running_loop()
        while True:
            started = loop.time()
            with suppress(StoreError):  # tried again; what fails at the end is told
                await asyncio.to_thread(self.upload)
            await asyncio.sleep(max(_PAUSE, _SHARE * (loop.time() - started)))

    def upload(self) -> None:
        """Upload what has changed."""
        for path in sorted(self._place.glob("try-*.*")):
            state = path.stat()
            stamp = state.st_mtime_ns, state.st_size
            if path.is_file() and self._sent.get(path.name) != stamp:
                self._store.write(f"{self._step}/{path.name}", path.read_bytes())
                self._sent[path.name] = stamp
