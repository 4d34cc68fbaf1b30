"""A pipeline of several notebooks on this machine: what does not depend on each other at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow import runtime
from nbflow.host.branches import Branches
from nbflow.host.conditions import Values
from nbflow.host.interruptions import RunInterrupted, Stop
from nbflow.host.ledgers import Recorder, began, held, keep_bundle, read_ledger
from nbflow.host.places import Places
from nbflow.host.resuming import Resumption, resumption
from nbflow.host.runs import run as run_notebook
from nbflow.model import Failure, Foreach, PlannedStage, Run, RunState, StepRun, split_item

if TYPE_CHECKING:
    from nbflow.host.shortages import Limit
    from nbflow.model import Approval, Bundle, Plan, Stage

__all__ = ["run_stages"]

Observe = Callable[[Run], None]
Ask = Callable[[str, "Approval"], bool]
_BAD = {RunState.FAILED, RunState.UPSTREAM_FAILED}


def run_stages(
    plan: Plan,
    bundle: Bundle,
    *,
    bundles: Mapping[str, Bundle],
    parameters: Mapping[str, Any],
    folder: Path,
    approve: Ask,
    observe: Observe | None = None,
    workers: int = 1,
    source: str = "",
    cache: bool = True,
    limits: Mapping[str, Limit] | None = None,
    stop: Stop | None = None,
) -> Run:
    """Run a pipeline of several notebooks; one that is in the folder already goes on.

    As in Airflow, stages that do not depend on each other run at once. A stage whose condition does
    not hold is skipped, and so is what comes behind it, behind a refusal, and behind a list without
    items.

    Args:
        plan: what to run.
        bundle: of all of it.
        bundles: by stage, its notebook's alone.
        parameters: values given to the run, as JSON has them.
        folder: the run's folder; each stage has a folder in it, and each item one in that.
        approve: is asked for an approval, with the stage's name; whether it is given. One at a
            time, in this thread, while other stages go on.
        observe: called with the run at each change.
        workers: how many steps may run at once.
        source: the pipeline's file, to know the run by.
        cache: False where steps that may be skipped run too.
        limits: by name of the step, what it may use.
        stop: by which another thread ends it.

    Raises:
        NotebookError, UsageError, StoreError: as `run`.
        RunInterrupted: as `run`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        stack.enter_context(held(folder))
        before = read_ledger(folder)
        keep_bundle(bundle, folder, slices={})
        first = None if before is None else before.run.started
        state = Run(plan.dag_id, folder.name, RunState.RUNNING, (), dict(parameters), started=first)
        record = Recorder(folder, source=source, digest=bundle.digest)
        going = _Stages(
            plan=plan,
            bundles=bundles,
            folder=folder,
            approve=approve,
            watch=partial(_watch, record, observe),
            options={"cache": cache, "source": source},
            workers=workers,
            places=Places(workers),
            limits=limits or {},
            state=state,
            values=Values(plan.pipeline.parameters, parameters),
            approved={
                one.name for one in (before.run.steps if before else ()) if _was_approved(one)
            },
        )
        if stop is not None:
            stack.enter_context(stop.heeded(going.stop))
        return going.complete()


def _watch(record: Observe, observe: Observe | None, run: Run) -> None:
    record(run)
    if observe is not None:
        observe(run)


def _was_approved(step: StepRun) -> bool:
    return step.state is RunState.SUCCESS and step.note == "approved"


@dataclass
class _Stages:
    """A run of stages under way."""

    plan: Plan
    bundles: Mapping[str, Bundle]
    folder: Path
    approve: Ask
    watch: Observe
    options: Mapping[str, Any]
    workers: int
    places: Places
    limits: Mapping[str, Limit]
    state: Run
    values: Values
    approved: set[str]
    parts: dict[str, tuple[StepRun, ...]] = field(default_factory=dict)
    ended: dict[str, RunState] = field(default_factory=dict)
    stops: list[Stop] = field(default_factory=list)
    stopped: bool = False
    lock: threading.RLock = field(default_factory=threading.RLock)

    def complete(self) -> Run:
        """Run all stages, each when those that it needs have ended."""
        for one in self.plan.stages:
            self.parts[one.stage.name] = _waiting(one)
        self._show(**began(self.state.started))
        branches = Branches(
            {one.stage.name: one.stage.needs for one in self.plan.stages},
            self._end,
            workers=self.workers,
            stop=self.stop,
            # Here a person can be asked, and can interrupt the question.
            here=[one.stage.name for one in self.plan.stages if one.stage.approval],
        )
        try:
            branches.complete()
        except (RunInterrupted, KeyboardInterrupt):
            self.stop()
            self._show(state=RunState.CANCELLED, ended=datetime.now(UTC))
            raise RunInterrupted(self.state) from None
        failed = any(state in _BAD for state in self.ended.values())
        end = RunState.FAILED if failed else RunState.SUCCESS
        self._show(state=end, ended=datetime.now(UTC))
        return self.state

    def stop(self) -> None:
        """Let what runs end, and nothing more begin."""
        with self.lock:
            self.stopped = True
            for one in self.stops:
                one.ask()

    def _end(self, name: str) -> None:
        """Run a stage to its end."""
        (one,) = (each for each in self.plan.stages if each.stage.name == name)
        self.ended[name] = self._stage(one)

    def _stage(self, one: PlannedStage) -> RunState:
        stage = one.stage
        if self.stopped:
            raise RunInterrupted(self.state)
        needed = {self.ended[name] for name in stage.needs}
        if needed & _BAD:
            return self._all(stage, RunState.UPSTREAM_FAILED)
        if RunState.SKIPPED in needed:
            return self._all(stage, RunState.SKIPPED)
        try:
            if stage.when is not None and not self.values.holds(stage.when.tree):
                return self._all(stage, RunState.SKIPPED)
            if stage.approval is not None:
                return self._approval(stage, stage.approval)
            if stage.foreach is not None:
                return self._items(one, stage.foreach)
            given = {name: self.values.resolve(value) for name, value in stage.given.items()}
        except (TypeError, ValueError) as error:
            failure = Failure(type(error).__name__, f"stage {stage.name}: {error}")
            return self._all(stage, RunState.FAILED, failure=failure)
        folder = self.folder / stage.name
        run = self._notebook(one, given, folder=folder, part="")
        if run.state is RunState.SUCCESS:
            self.values.outputs[stage.name] = _outputs(one, folder)
        return run.state

    def _approval(self, stage: Stage, approval: Approval) -> RunState:
        """Ask; what comes behind a refusal is skipped, and the run goes well."""
        started = datetime.now(UTC)
        step = StepRun(stage.name, RunState.RUNNING, started=started, note=approval.subject)
        self._set(stage.name, (step,))
        try:
            said = stage.name in self.approved or self.approve(stage.name, approval)
        except KeyboardInterrupt:
            self._set(stage.name, (replace(step, state=RunState.CANCELLED),))
            raise
        note = "approved" if said else "refused"
        done = replace(step, state=RunState.SUCCESS, ended=datetime.now(UTC), note=note)
        self._set(stage.name, (done,))
        # Its own task goes well in Airflow too; only what comes behind it is told.
        return RunState.SUCCESS if said else RunState.SKIPPED

    def _items(self, one: PlannedStage, foreach: Foreach) -> RunState:
        stage = one.stage
        items = self.values.resolve(foreach.items)
        if not isinstance(items, list):
            raise TypeError(f"{foreach.items} is no list, but {items!r:.200}")
        if not items:
            return self._all(stage, RunState.SKIPPED)
        steps = tuple(
            replace(step, name=f"{step.name}[{index}]")
            for index in range(len(items))
            for step in _waiting(one)
        )
        self._set(stage.name, steps)
        at_once = min(foreach.parallel or self.workers, self.workers, len(items))
        given = {name: self.values.resolve(value) for name, value in stage.given.items()}

        def run(index: int) -> Run:
            return self._notebook(
                one,
                {**given, foreach.parameter: items[index]},
                folder=self.folder / stage.name / str(index),
                part=f"[{index}]",
            )

        with ThreadPoolExecutor(at_once, thread_name_prefix="nbflow-item") as pool:
            futures = [pool.submit(run, index) for index in range(len(items))]
            try:
                runs = [future.result() for future in futures]
            except (RunInterrupted, KeyboardInterrupt):
                self.stop()
                raise
        if any(each.state is not RunState.SUCCESS for each in runs):
            return RunState.FAILED
        found = [_outputs(one, self.folder / stage.name / str(i)) for i in range(len(items))]
        names = {name for each in found for name in each}
        self.values.outputs[stage.name] = {name: [each[name] for each in found] for name in names}
        return RunState.SUCCESS

    def _notebook(
        self,
        one: PlannedStage,
        given: Mapping[str, Any],
        *,
        folder: Path,
        part: str,
    ) -> Run:
        stage, plan = one.stage.name, one.plan
        assert plan is not None
        stop = Stop()
        with self.lock:
            if self.stopped:
                raise RunInterrupted(self.state)
            self.stops.append(stop)
        bundle = self.bundles[stage]
        resume = None
        if read_ledger(folder) is not None:
            resume = _resumption(plan, bundle, folder, given)
        return run_notebook(
            plan,
            bundle,
            parameters=given,
            folder=folder,
            observe=partial(self._merge, stage, part),
            places=self.places,
            resume=resume,
            limits={
                step.name: self.limits[f"{stage}.{step.name}"]
                for step in plan.steps
                if f"{stage}.{step.name}" in self.limits
            },
            stop=stop,
            **self.options,
        )

    def _merge(self, stage: str, part: str, run: Run) -> None:
        """Show how a notebook is, among the other steps."""
        now = {f"{stage}.{step.name}{part}": step for step in run.steps}
        with self.lock:
            steps = tuple(
                replace(now[step.name], name=step.name) if step.name in now else step
                for step in self.parts[stage]
            )
            recorded = {f"{stage}{part}.{name}": value for name, value in run.metrics.items()}
            metrics = {**self.state.metrics, **recorded}
            self.state = replace(self.state, metrics=dict(sorted(metrics.items(), key=self._place)))
            self._set(stage, steps)

    def _place(self, metric: tuple[str, Any]) -> tuple[int, int]:
        """Where a metric stands: by its stage, and the item's number."""
        stage, item = split_item(metric[0].partition(".")[0])
        return list(self.parts).index(stage), -1 if item is None else item

    def _all(self, stage: Stage, state: RunState, *, failure: Failure | None = None) -> RunState:
        """All steps of a stage that does not begin end like this; the first with the failure."""
        steps = [replace(step, state=state) for step in self.parts[stage.name]]
        if failure is not None:
            steps[0] = replace(steps[0], failure=failure)
            steps[1:] = [replace(step, state=RunState.UPSTREAM_FAILED) for step in steps[1:]]
        self._set(stage.name, tuple(steps))
        return state

    def _set(self, stage: str, steps: tuple[StepRun, ...]) -> None:
        with self.lock:
            self.parts[stage] = steps
            self._show()

    def _show(self, **changes: Any) -> None:
        with self.lock:
            steps = tuple(step for each in self.parts.values() for step in each)
            self.state = replace(self.state, steps=steps, **changes)
            self.watch(self.state)


def _waiting(one: PlannedStage) -> tuple[StepRun, ...]:
    name = one.stage.name
    if one.plan is None:
        return (StepRun(name, RunState.QUEUED),)
    return tuple(
        StepRun(f"{name}.{step.name}", RunState.QUEUED, cells_total=len(step.step.cells))
        for step in one.plan.steps
    )


def _outputs(one: PlannedStage, folder: Path) -> dict[str, Any]:
    """The values that a stage's notebook passes on."""
    assert one.plan is not None
    store = runtime.open_store(str(folder))
    names = [step.name for step in one.plan.steps if step.step.outputs]
    found: dict[str, Any] = {}
    for manifest in runtime.read_manifests(store, names):
        found |= manifest.outputs
    return found


def _resumption(
    plan: Plan, bundle: Bundle, folder: Path, parameters: Mapping[str, Any]
) -> Resumption:
    """What can be kept; a step that passes on what nobody asked for before runs again."""
    found = resumption(plan, bundle, folder=folder, parameters=parameters)
    store = runtime.open_store(str(folder))
    kept = dict(found.kept)
    for step in plan.steps:
        if step.name in kept and step.step.outputs:
            manifest = runtime.read_manifest(store, step.name)
            if manifest is None or not {*step.step.outputs} <= {*manifest.outputs}:
                del kept[step.name]
    return replace(found, kept=kept)
