"""A run that can be asked, waited for and stopped, whether it is here or in Airflow."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow import api
from nbflow.errors import Interrupted, UsageError
from nbflow.interactive.explanations import plain
from nbflow.interactive.local import Work
from nbflow.interactive.progress import shown
from nbflow.interactive.records import Artifacts, LogLine, Logs, StepRuns
from nbflow.interactive.waiting import await_here
from nbflow.interactive.words import run_html, run_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nbflow import model
    from nbflow.errors import NbflowError
    from nbflow.settings import Settings
    from nbflow.widgets import Live, Watched

__all__ = ["Run"]

_UNFIT = re.compile(r"[^\w.-]+")


class Run:
    """A run as it was when it was last looked at; `refresh()` and `wait()` look again.

    It shows itself as a table of its steps. Where a step failed, `failure` says why; nothing is
    raised unless `raise_if_failed()` is called.
    """

    def __init__(self, seen: model.Run, *, current: Settings, work: Work | None = None) -> None:
        self._seen = seen
        self._current = current
        self._work = work

    @property
    def dag_id(self) -> str:
        """The pipeline."""
        return self._seen.dag_id

    @property
    def run_id(self) -> str:
        """The run's id, unique within the pipeline; of a run here it begins with `local__`."""
        return self._seen.run_id

    @property
    def name(self) -> str:
        """`DAG/RUN_ID`, which the command line understands too."""
        return f"{self.dag_id}/{self.run_id}"

    @property
    def local(self) -> bool:
        """Whether it is a run on this machine, which no Airflow knows."""
        return self.run_id.startswith("local__")

    @property
    def state(self) -> model.RunState:
        """`queued`, `running`, `success`, `failed`, …; `state.finished` where it has ended."""
        return self._seen.state

    @property
    def steps(self) -> StepRuns:
        """Its steps: `run.steps["train"].state`."""
        return StepRuns(self._seen.steps)

    @property
    def parameters(self) -> dict[str, Any]:
        """The values that it was given."""
        return dict(self._seen.parameters)

    @property
    def metrics(self) -> dict[str, Any]:
        """What its steps recorded, by name."""
        return dict(self._seen.metrics)

    @property
    def started(self) -> datetime | None:
        """When it began first: an aware datetime, or None."""
        return self._seen.started

    @property
    def resumed(self) -> datetime | None:
        """When it went on last after it had ended, an aware datetime; None where it never did."""
        return self._seen.resumed

    @property
    def ended(self) -> datetime | None:
        """An aware datetime, or None."""
        return self._seen.ended

    @property
    def url(self) -> str | None:
        """Its page in Airflow, or None."""
        return self._seen.url

    @property
    def failure(self) -> NbflowError | None:
        """Why it failed, with step, cell and exception; None where it went well or still goes."""
        return api.failure_of(self._seen) if self.state.finished else None

    @plain
    def raise_if_failed(self) -> Run:
        """This run, if it went well or still goes; else its failure is raised.

        Raises:
            StepFailed, RunEnded: see `failure`.
        """
        failure = self.failure
        if failure is not None:
            raise failure
        return self

    @plain
    def refresh(self) -> Run:
        """Look at it again; returns this run.

        Raises:
            RemoteError, StoreError: Airflow or the store cannot be reached.
        """
        if self._work is not None:
            self._seen = self._work.seen or self._seen
        else:
            self._seen = api.find_run_anywhere(self.name, current=self._current)
        return self

    @plain
    def wait(self, timeout: float | None = None, *, quiet: bool = False) -> Run:
        """Wait until it has ended, showing how far it is; returns this run.

        An interrupt ends the waiting, never the run.

        Args:
            timeout: seconds to wait at most; as long as it takes where None.
            quiet: show nothing.

        Raises:
            RemoteError: it still goes on after `timeout`, or Airflow was away for over a minute.
            Interrupted: the waiting was interrupted.
        """
        try:
            self._await(timeout, quiet=quiet)
        except KeyboardInterrupt:
            raise Interrupted(
                f"{self.name} goes on", hint="`run.wait()` waits again, `run.cancel()` stops it."
            ) from None
        return self

    @plain
    def value(self, name: str, *, step: str | None = None) -> Any:
        """Bring a variable of the run into this notebook.

        It is the version of the last step that handed it on or recorded it. A class of the
        notebook's is the one that you have here, where it is the same. A warning says where a later
        step may have changed the variable and handed it on to nobody.

        Args:
            name: the variable's.
            step: the step whose version is meant.

        Raises:
            StoreError: no step left it, what it left is damaged, or its class is not known here.
        """
        return api.value(self._seen, name, current=self._current, step=step)

    @property
    @plain
    def artifacts(self) -> Artifacts:
        """What its steps handed on and recorded, with type, size and first words."""
        return Artifacts(api.artifacts(self._seen, current=self._current))

    @plain
    def output(self, path: str | Path | None = None) -> Path:
        """Write its one executed notebook, with the outputs of all steps that ended; where it is.

        Args:
            path: where it goes; `DAG-RUN_ID.ipynb` in the working directory where None. Of several
                notebooks a folder, `DAG-RUN_ID`, or a page of all where it ends in `.html`.

        Raises:
            StoreError: the store holds nothing of this run.
            UsageError: `path` is the author's notebook itself, or no file of a notebook or a page.
        """
        if path is not None:
            api.require_writable(Path(path))
        ending = "" if any("." in step.name for step in self._seen.steps) else ".ipynb"
        to = Path(path or f"{self.dag_id}-{_UNFIT.sub('-', self.run_id)}{ending}")
        source = self._source() if self.local else None
        if source is not None and source.resolve() == to.resolve():
            raise UsageError(f"{to} is the notebook itself", hint="Name another file.")
        return api.output(self._seen, current=self._current, to=to)

    @plain
    def logs(self, step: str | None = None, *, everything: bool = False) -> Logs:
        """What its steps wrote: of a run in Airflow the tasks' logs, of one here the cells' texts.

        Args:
            step: of this step alone, or of all items of a list that have this one.
            everything: of a run in Airflow, also what Airflow says of its own work.

        Raises:
            UsageError: there is no such step.
            RemoteError, StoreError: the logs cannot be reached.
        """
        api.require_step(self._seen, step)
        if self.local:
            texts = api.texts_of(self._seen, current=self._current, step=step)
            return Logs(LogLine(one.step, one.text, one.stream) for one in texts)
        with api.connect(self._current) as client:
            lines = api.log_lines(
                self._seen, client=client, current=self._current, step=step, everything=everything
            )
            return Logs(
                LogLine(whose, line.text, line.level or "", line.moment) for whose, line in lines
            )

    @plain
    def cancel(self) -> bool:
        """Stop it: steps that run are ended, the others never begin. False where it had ended.

        Raises:
            UsageError: it is a run of another process on this machine.
            RemoteError: Airflow refuses.
        """
        self.refresh()
        if self.state.finished:
            return False
        if self._work is not None:
            self._work.stop()
        elif self.local:
            raise UsageError(
                f"{self.name} was started by another process",
                hint="Stop it with Ctrl-C where it was started.",
            )
        else:
            with api.connect(self._current) as client:
                api.cancel(self._seen, client=client)
        self.refresh()
        return True

    @plain
    def resume(
        self,
        values: Mapping[str, Any] | None = None,
        /,
        *,
        wait: bool = True,
        quiet: bool = False,
        as_begun: bool = False,
        **named: Any,
    ) -> Run:
        """Go on from where it failed or was stopped; what went well is kept. Returns the run.

        A run here goes on with the notebook as it is now; one in Airflow with the version that is
        published now. A step that cannot go on from what an earlier version left fails.

        Args:
            values: parameters to give again, by name; for a run here only.
            wait: until it has ended.
            quiet: show nothing.
            as_begun: in Airflow, run the version that it began with, where Airflow keeps it: with
                target git.
            named: as `values`.

        Raises:
            UsageError: it succeeded, still goes on, its version is not kept, or parameters were
                given to a run in Airflow.
            CheckFailed, RemoteError: the notebook has errors; Airflow refuses.
        """
        given = {**(values or {}), **named}
        if not self.local:
            if given:
                raise UsageError(
                    f"{self.name} in Airflow keeps its parameters",
                    hint="`nbflow.trigger` starts a run with others.",
                )
            with api.connect(self._current) as client:
                self._seen = api.find_run(self.name, client=client)
                api.resume_run(self._seen, client=client, as_begun=as_begun)
            self.refresh()
            return self.wait(quiet=quiet) if wait else self
        source = self._source()
        if source is None:
            raise UsageError(
                f"nothing tells which notebook {self.name} is of",
                hint="`nbflow run NB --resume` goes on with the notebook's newest run.",
            )
        compiled = api.compile(source)
        earlier = api.resume(compiled, reference=self.run_id, parameters=given)
        work = Work(compiled, parameters={}, resume=earlier)
        from nbflow.interactive.beginnings import begun

        return begun(work, wait=wait, quiet=quiet)

    @plain
    def live(self) -> Live:
        """A view of it that changes while it goes, with buttons to stop it and to go on.

        The cell ends at once. It needs ipywidgets, and works in JupyterLab, Notebook 7 and VS Code.

        Raises:
            MissingExtraError: ipywidgets is not installed.
        """
        from nbflow.widgets import Live

        return Live(self._watched())

    def _watched(self) -> Watched:
        from nbflow.widgets import Watched

        return Watched(
            seen=self._seen,
            current=self._current,
            document=self._document(),
            local=self.local,
            follow=lambda show, wanted: self._follow(show, wanted=wanted),
            cancel=self.cancel,
            resume=self._go_on,
            output=self.output,
        )

    def _go_on(self) -> Watched:
        """Resume it in this very object, which is the one that its owner holds."""
        again = self.resume(wait=False, quiet=True)
        self._seen, self._work = again._seen, again._work
        return self._watched()

    def _source(self) -> Path | None:
        if self._work is not None:
            return self._work.compiled.inspected.path
        return api.source_of(self._seen, current=self._current)

    def _await(self, timeout: float | None, *, quiet: bool) -> None:
        if self._work is None and self.state.finished:
            return
        with shown(quiet=quiet, document=self._document()) as show:
            self._follow(show, timeout=timeout)

    def _follow(
        self,
        show: Callable[[model.Run], None],
        *,
        timeout: float | None = None,
        wanted: Callable[[], bool] | None = None,
    ) -> None:
        """Look at it until it has ended or is `wanted` no longer; `show` is told at each look."""

        def observe(seen: model.Run) -> None:
            self._seen = seen
            show(seen)

        if self.local:
            await_here(self, observe, work=self._work, timeout=timeout, wanted=wanted)
            return
        with api.connect(self._current) as client:
            self._seen = api.follow(
                self._seen,
                client=client,
                current=self._current,
                observe=observe,
                timeout=timeout,
                wanted=wanted,
            )

    def _document(self) -> model.Document | None:
        """The notebook that it is of, where it is of this process."""
        return None if self._work is None else self._work.compiled.plan.pipeline.document

    def __repr__(self) -> str:
        return run_text(self._seen)

    def _repr_html_(self) -> str:
        return run_html(self._seen)
