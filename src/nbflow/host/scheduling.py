"""The steps of a plan in their order: each when those before it have succeeded."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow import runtime
from nbflow.errors import StoreError
from nbflow.host.attempts import Attempt, Stopped
from nbflow.host.executions import note_cached
from nbflow.host.handovers import handover_of
from nbflow.host.interruptions import RunInterrupted
from nbflow.host.ledgers import BUNDLE, began
from nbflow.host.nursery import nursery
from nbflow.host.steps import Given, fill
from nbflow.model import Failure, Plan, PlannedStep, Run, RunState, StepRun, Usage

if TYPE_CHECKING:
    from nbflow.host.interruptions import Stop
    from nbflow.host.places import Places
    from nbflow.host.shortages import Limit

__all__ = ["complete"]


def complete(
    plan: Plan,
    state: Run,
    *,
    work: Path,
    folder: Path,
    parameters: str,
    observe: Callable[[Run], None],
    places: Places,
    env: Mapping[str, str] | None = None,
    limits: Mapping[str, Limit] | None = None,
    stop: Stop | None = None,
) -> Run:
    """Run a plan to its end, also where the calling thread has a running loop (Jupyter).

    Args:
        plan: what to run.
        state: the run as it begins: steps that have succeeded are kept, the others begin with
            the attempt that they name.
        work: folder for working directories.
        folder: the run's, with its bundle.
        parameters: the given values as JSON.
        observe: called with the run at each change.
        places: how many steps may run at once.
        env: environment variables for all steps.
        limits: by name of the step, what it may use.
        stop: by which another thread ends it.

    Raises:
        RunInterrupted: Ctrl-C, or somebody asked `stop`.
    """

    def start() -> Coroutine[Any, Any, Run]:
        run = _LocalRun(
            plan, work, folder, parameters, state, observe, places, env or {}, limits or {}
        )
        return run.execute() if stop is None else _heeding(stop, run)

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(start())
    return _in_thread(start)


async def _heeding(stop: Stop, run: _LocalRun) -> Run:
    """Run to the end, or until somebody asks otherwise."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    with stop.heeded(lambda: loop.call_soon_threadsafe(task.cancel)):
        return await run.execute()


def _in_thread(start: Callable[[], Coroutine[Any, Any, Run]]) -> Run:
    loop = asyncio.new_event_loop()
    task = loop.create_task(start())
    thread = threading.Thread(target=_drive, args=(loop, task), name="nbflow-run")
    thread.start()
    try:
        thread.join()
    except KeyboardInterrupt:
        loop.call_soon_threadsafe(task.cancel)
        thread.join()
    loop.close()
    return task.result()


def _drive(loop: asyncio.AbstractEventLoop, task: asyncio.Task[Run]) -> None:
    asyncio.set_event_loop(loop)
    loop.run_until_complete(asyncio.wait([task]))
    loop.run_until_complete(loop.shutdown_asyncgens())


async def _clear(work: Path) -> None:
    """Remove what a step left of its working directory; mostly the step has done so itself."""
    try:
        work.rmdir()
    except OSError:
        await asyncio.to_thread(shutil.rmtree, work, ignore_errors=True)


@dataclass
class _LocalRun:
    """A run under way."""

    plan: Plan
    work: Path
    folder: Path
    parameters: str
    state: Run
    observe: Callable[[Run], None]
    places: Places
    env: Mapping[str, str]
    limits: Mapping[str, Limit]
    running: dict[str, Attempt] = field(default_factory=dict)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def execute(self) -> Run:
        """Run all steps; raises RunInterrupted when cancelled."""
        self._show(**began(self.state.started))
        tasks: dict[str, asyncio.Task[RunState]] = {}
        for planned in self.plan.steps:
            tasks[planned.name] = asyncio.create_task(self._step(planned, tasks))
        try:
            await asyncio.wait(tasks.values())
        except asyncio.CancelledError:
            await self._stop(tasks)
            raise RunInterrupted(self.state) from None
        failed = any(task.result() is not RunState.SUCCESS for task in tasks.values())
        self._end(RunState.FAILED if failed else RunState.SUCCESS)
        return self.state

    async def _stop(self, tasks: Mapping[str, asyncio.Task[RunState]]) -> None:
        self.stopping.set()
        for attempt in self.running.values():
            attempt.stop(Stopped("Interrupted", "the run was stopped"))
        await asyncio.wait(tasks.values())
        self._end(RunState.CANCELLED)

    def _end(self, state: RunState) -> None:
        store = runtime.open_store(str(self.folder))
        metrics: dict[str, Any] = {}
        for step in self.state.steps:
            manifest = runtime.read_manifest(store, step.name)
            metrics |= manifest.metrics if manifest else {}
        self._show(state=state, ended=datetime.now(UTC), metrics=metrics)

    async def _step(
        self, planned: PlannedStep, tasks: Mapping[str, asyncio.Task[RunState]]
    ) -> RunState:
        if self._of(planned.name).kept:
            return RunState.SUCCESS
        upstream = [tasks[name] for name in planned.upstream]
        if upstream:
            await asyncio.wait(upstream)
        async with self.places:
            if self.stopping.is_set():
                self._set(planned.name, state=RunState.CANCELLED)
            elif any(task.result() is not RunState.SUCCESS for task in upstream):
                self._set(planned.name, state=RunState.UPSTREAM_FAILED)
            else:
                await self._attempts(planned)
        return self._of(planned.name).state

    async def _attempts(self, planned: PlannedStep) -> None:
        started = datetime.now(UTC)
        first = self._of(planned.name).attempt
        last = first + planned.retries
        for number in range(first, last + 1):
            self._set(
                planned.name,
                state=RunState.RUNNING,
                started=started,
                attempt=number,
                cells_done=0,
                failure=None,
                usage=None,
            )
            usage = None
            try:
                failure, again, usage = await self._attempt(planned, number)
            except (OSError, StoreError) as error:  # a full disk, say: no reason to stop others
                failure, again = self._not_run(planned, error), False
            if self.stopping.is_set() or not again or number == last:
                break
            delay = planned.retry_delay.total_seconds()
            note = f"in {delay:g} s, attempt {number + 1} of {last}"
            self._set(
                planned.name,
                state=RunState.RETRYING,
                failure=failure,
                cell=None,
                note=note,
                usage=usage,
            )
            if await self._stopped_within(planned.retry_delay.total_seconds()):
                break
        state = RunState.FAILED if failure else RunState.SUCCESS
        if failure and self.stopping.is_set():
            state = RunState.CANCELLED
        cached = self._cached(planned, number) if state is RunState.SUCCESS else None
        ended = datetime.now(UTC)
        self._set(
            planned.name,
            state=state,
            failure=failure,
            cell=None,
            ended=ended,
            cached=cached,
            usage=usage,
        )

    def _cached(self, planned: PlannedStep, number: int) -> str | None:
        """The run that the step's outcome was taken over from; its notebook says so too."""
        if not planned.cache:
            return None
        manifest = runtime.read_manifest(runtime.open_store(str(self.folder)), planned.name)
        if manifest is None or not manifest.cached:
            return None
        note_cached(self.folder / planned.name / f"try-{number}.ipynb", run_id=manifest.cached)
        return manifest.cached

    def _not_run(self, planned: PlannedStep, error: OSError | StoreError) -> Failure:
        if isinstance(error, StoreError):
            return Failure("StoreError", f"{error.message}. Help: {error.hint}")
        where = error.filename or self.folder / planned.name
        return Failure(type(error).__name__, f"the step cannot be run: {error.strerror}: {where}")

    async def _stopped_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def _attempt(
        self, planned: PlannedStep, number: int
    ) -> tuple[Failure | None, bool, Usage | None]:
        name = planned.name
        work = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.work))
        place = self.folder / name
        place.mkdir(exist_ok=True)
        notebook = self._notebook(name, number)
        files = self.folder / BUNDLE / "files"
        handover = handover_of(notebook, run=str(self.folder), files=files, attempt=number)
        if handover is not None:
            started = datetime.now(UTC)
            workspace = await asyncio.to_thread(handover.take_over, work)
        attempt = self.running[name] = Attempt(
            notebook,
            path=place / f"try-{number}.ipynb",
            folder=work,
            log=place / f"try-{number}.log",
            env=self._environment(planned),
            watch=lambda cell, done: self._watch(planned, cell, done=done),
            nursery=nursery(),
            limit=self.limits.get(name),
        )
        timeout = planned.timeout.total_seconds() if planned.timeout else None
        try:
            failure = await attempt.run(timeout=timeout)
            if failure is None and handover is not None:
                await asyncio.to_thread(handover.hand_on, workspace, started=started)
        finally:
            del self.running[name]
            await _clear(work)
        return self._placed(failure), attempt.died, attempt.usage

    def _environment(self, planned: PlannedStep) -> dict[str, str]:
        own = {runtime.WORKSPACES: str(self.work), runtime.METERED: "yes"}
        return {**os.environ, **self.env, **planned.profile.env, **own}

    def _notebook(self, name: str, number: int) -> dict[str, Any]:
        """The step notebook with this run's values in place."""
        text = (self.folder / BUNDLE / "steps" / f"{name}.ipynb").read_text(encoding="utf-8")
        files = str(self.folder / BUNDLE / "files")
        return fill(json.loads(text), Given(self.parameters, str(self.folder), files, number))

    def _placed(self, failure: Failure | None) -> Failure | None:
        """The failure with its place in the author's notebook; cells that we made have none."""
        if failure is None:
            return None
        cells = {cell.id: cell.index + 1 for cell in self.plan.pipeline.document.cells}
        if failure.cell not in cells:
            return replace(failure, cell=None)
        return replace(failure, cell_index=cells[failure.cell])

    def _watch(self, planned: PlannedStep, cell: str, *, done: bool) -> None:
        if cell not in planned.step.cells:
            return
        step = self._of(planned.name)
        if done:
            self._set(planned.name, cells_done=step.cells_done + 1, cell=None)
        else:
            self._set(planned.name, cell=cell)

    def _of(self, name: str) -> StepRun:
        return next(step for step in self.state.steps if step.name == name)

    def _set(self, name: str, **changes: Any) -> None:
        steps = tuple(
            replace(step, **changes) if step.name == name else step for step in self.state.steps
        )
        self._show(steps=steps)

    def _show(self, **changes: Any) -> None:
        self.state = replace(self.state, **changes)
        self.observe(self.state)
