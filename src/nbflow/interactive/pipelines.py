"""A notebook as the pipeline that it means."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow import api
from nbflow.errors import UsageError
from nbflow.interactive import graphs
from nbflow.interactive.definitions import Definition, file_of, names_of, pairs_of
from nbflow.interactive.diagnostics import Diagnostics, diagnostics_of
from nbflow.interactive.explanations import plain
from nbflow.interactive.markup import block, escape
from nbflow.interactive.tables import Parameters, Steps
from nbflow.model import Approval, Reference, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from nbflow.api import Inspected
    from nbflow.interactive.definitions import Stage
    from nbflow.interactive.executions import Run
    from nbflow.interactive.publications import Difference, Publication
    from nbflow.interactive.records import Runs
    from nbflow.widgets import Form

__all__ = ["Pipeline"]


class Pipeline:
    """A pipeline: of one notebook, as `nbflow.load` reads it, or of several that are put together.

    `Pipeline("weekly")` begins one of several notebooks: `notebook` and `approval` add stages to
    it, `parameter` what a run may be given. It shows itself as a graph of its steps. `refresh()`
    reads the notebooks again, and so do `run` and `publish` before they do anything.

    Attributes:
        path: the notebook, or the file of a pipeline of several; where there is none, where
            `to_yaml` would lie.

    Example:
        >>> import nbflow
        >>> p = nbflow.Pipeline("nightly", schedule="0 6 * * *")
        >>> sizes = p.parameter("sizes", [5, 10])
        >>> train = p.notebook("train.ipynb", foreach={"trees": sizes}, parallel=2)
        >>> again = p.notebook("train.ipynb", name="again", trees=20, after=[train])
        >>> p.check().ok
        True
        >>> print(p.to_yaml())
        name: nightly
        schedule: 0 6 * * *
        parameters:
          sizes:
          - 5
          - 10
        stages:
          train:
            notebook: train.ipynb
            foreach:
              trees: ${sizes}
            parallel: 2
          again:
            notebook: train.ipynb
            parameters:
              trees: 20
            after:
            - train
        <BLANKLINE>
    """

    def __init__(self, name: str, *, folder: str | Path = ".", **options: Any) -> None:
        """Begin a pipeline of several notebooks.

        Args:
            name: the DAG's id.
            folder: that the notebooks' paths are relative to.
            options: what a pipeline's file may say beside its stages: `schedule`, `timezone`,
                `team`, `owner`, `tags`, `notify`, `makes`, `waits_for`, `profile`, …
        """
        self._definition: Definition | None = Definition(name, folder=folder, options=options)
        self.path: Path = self._definition.path
        self._known: Inspected | None = None

    @classmethod
    def _of(cls, inspected: Inspected) -> Pipeline:
        """One that was read."""
        made = cls.__new__(cls)
        made._definition = None
        made.path = inspected.path
        made._known = inspected
        return made

    @property
    def _inspected(self) -> Inspected:
        if self._known is None:
            assert self._definition is not None
            self._known = self._definition.inspect()
        return self._known

    def _change(self) -> Definition:
        """What may be added to; raises UsageError for a pipeline that was read from a file."""
        if self._definition is None:
            raise _was_read(self.path)
        self._known = None
        return self._definition

    @plain
    def parameter(self, name: str, default: Any, **about: Any) -> Reference:
        """Let a run be given a value.

        Args:
            name: a Python name.
            default: the value where none is given; its type is the parameter's.
            about: `help`, and what values are allowed: `minimum`, `maximum`, `enum`, …

        Returns:
            What stands for the value in stages; `pipeline[name]` is the same.

        Raises:
            UsageError: the pipeline was read from a file.
        """
        return self._change().add_parameter(name, default, about)

    def __getitem__(self, parameter: str) -> Reference:
        if self._definition is None:
            raise _was_read(self.path)
        return self._definition.reference(parameter)

    @plain
    def notebook(
        self,
        path: str | Path,
        values: Mapping[str, Any] | None = None,
        /,
        *,
        name: str | None = None,
        foreach: Mapping[str, Any] | None = None,
        parallel: int | None = None,
        when: str | None = None,
        after: Iterable[Stage | str] | Stage | str = (),
        profile: str | None = None,
        retries: int | None = None,
        timeout: str | float | None = None,
        **given: Any,
    ) -> Stage:
        """Add a notebook as a stage.

        Args:
            path: the notebook, relative to the pipeline's folder.
            values: of its parameters, by name; `given` does the same, but for names such as
                `after`. What stands for a parameter or a variable of another stage may be one.
            name: the stage's; that of the file where None.
            foreach: one parameter, and the list for each item of which the notebook runs.
            parallel: how many items may be under way at once.
            when: the condition that it runs under, such as `f"{train['accuracy']} > 0.9"`.
            after: stages that it comes after though it takes nothing of them.
            profile: of its steps that name none.
            retries: of its steps that say nothing.
            timeout: of its steps, such as `30m`.
            given: values of its parameters.

        Returns:
            The stage: `stage["rows"]` stands for what its variable `rows` is at its end.

        Raises:
            UsageError: there is a stage of this name, the pipeline was read from a file, or
                `path` or `foreach` is none.
        """
        made = self._change()
        return made.add_stage(
            name or made.name_of(path),
            {
                "notebook": file_of(path).as_posix(),
                "parameters": api.escaped({**(values or {}), **given}),
                "foreach": pairs_of(foreach),
                "parallel": parallel,
                "when": when,
                "after": names_of(after) or None,
                "profile": profile,
                "retries": retries,
                "timeout": timeout,
            },
        )

    @plain
    def approval(
        self,
        name: str,
        subject: str,
        *,
        message: str | None = None,
        approvers: Iterable[str] = (),
        timeout: str | float | None = None,
        when: str | None = None,
        after: Iterable[Stage | str] | Stage | str = (),
    ) -> Stage:
        """Add a stage that waits until a person has agreed.

        Args:
            name: the stage's.
            subject: the question.
            message: more about it, Markdown.
            approvers: ids of the users who may answer; whoever may in Airflow where empty.
            timeout: how long it waits, such as `1d`; then it fails.
            when: the condition that it is asked under.
            after: the stages before it.

        Raises:
            UsageError: there is a stage of this name, or the pipeline was read from a file.
        """
        return self._change().add_stage(
            name,
            {
                "approve": subject,
                "message": message,
                "approvers": list(approvers) or None,
                "timeout": timeout,
                "when": when,
                "after": names_of(after) or None,
            },
        )

    @plain
    def to_yaml(self, path: str | Path | None = None) -> str:
        """The pipeline's file, which says the same; written to `path` where one is given.

        Raises:
            UsageError: the pipeline was read from a file.
        """
        if self._definition is None:
            raise _was_read(self.path)
        text = self._definition.text()
        if path is not None:
            Path(path).write_text(text, encoding="utf-8")
        return text

    @plain
    def check(self) -> Diagnostics:
        """What is wrong with it as it is now; see `diagnostics`."""
        return self.refresh().diagnostics

    @property
    def name(self) -> str:
        """The pipeline's name, which is the DAG's id."""
        return self._inspected.pipeline.name

    @property
    def steps(self) -> Steps:
        """The steps in the notebook's order: `pipeline.steps["train"]`."""
        return Steps(self._inspected.pipeline.steps)

    @property
    def parameters(self) -> Parameters:
        """What a run may be given: `pipeline.parameters["trees"]`."""
        return Parameters(self._inspected.pipeline.parameters)

    @property
    def diagnostics(self) -> Diagnostics:
        """What is wrong with the notebook, in its order."""
        return diagnostics_of(self._inspected)

    @property
    def schedule(self) -> str | None:
        """The cron expression by which it runs by itself, or None."""
        return self._inspected.pipeline.options.schedule

    @plain
    def refresh(self) -> Pipeline:
        """Read the notebook again as it was last saved; returns this pipeline.

        Raises:
            NotebookError, SettingsError: as `nbflow.load`.
        """
        self._known = None if self._definition else api.inspect(self.path)
        return self

    @plain
    def run(
        self,
        values: Mapping[str, Any] | None = None,
        /,
        *,
        wait: bool = True,
        output: str | Path | None = None,
        workers: int | None = None,
        cache: bool = True,
        quiet: bool = False,
        approve: bool | Callable[[str, Approval], bool] | None = None,
        **named: Any,
    ) -> Run:
        """Run it on this machine; see `nbflow.run`.

        `approve` answers its approvals: True, False, or what is called with a stage's name and what
        it asks.
        """
        from nbflow.interactive.beginnings import start

        api.warm()
        self.refresh()
        return start(
            api.compile(self._inspected),
            {**(values or {}), **named},
            wait=wait,
            output=output,
            workers=workers,
            cache=cache,
            quiet=quiet,
            approve=approve,
        )

    @plain
    def publish(
        self, *, wait: bool = True, force: bool = False, preflight: bool = True
    ) -> Publication:
        """Write its DAG where Airflow reads DAGs; see `nbflow.publish`."""
        from nbflow.interactive.publications import publish

        self.refresh()
        return publish(api.compile(self._inspected), wait=wait, force=force, preflight=preflight)

    @plain
    def diff(self) -> Difference:
        """What publishing it would change; see `nbflow.diff`."""
        from nbflow.interactive.publications import Difference

        self.refresh()
        return Difference(api.diff(api.compile(self._inspected)))

    @plain
    def trigger(
        self,
        values: Mapping[str, Any] | None = None,
        /,
        *,
        wait: bool = False,
        quiet: bool = False,
        **named: Any,
    ) -> Run:
        """Start a run of what is published of it in Airflow; see `nbflow.trigger`."""
        from nbflow.interactive.beginnings import trigger

        given = {**(values or {}), **named}
        current = self._inspected.settings.of_team(self._inspected.pipeline.options.team)
        return trigger(self.name, given, current=current, wait=wait, quiet=quiet)

    @plain
    def runs(self, *, limit: int = 20) -> Runs:
        """Its runs here and in Airflow, the newest first; see `nbflow.runs`."""
        from nbflow.interactive.beginnings import list_runs

        return list_runs(self.name, current=self._inspected.settings, limit=limit)

    @plain
    def form(self) -> Form:
        """A form for its schedule, its profiles and a run; see `nbflow.form`."""
        from nbflow.interactive.beginnings import form_of

        return form_of(self)

    def __repr__(self) -> str:
        lines = [f"{self.name} ({self.path})"]
        if self.parameters:
            lines += ["", repr(self.parameters)]
        lines += ["", repr(self.steps)]
        if self.diagnostics:
            lines += ["", repr(self.diagnostics)]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        title = f"<strong>{escape(self.name)}</strong> <code>{escape(self.path)}</code>"
        found = self.diagnostics
        return block(
            title,
            graphs.draw([_node(step) for step in self.steps]),
            self.parameters._repr_html_() if self.parameters else "",
            found._repr_html_() if found else "",
        )


def _was_read(path: Path) -> UsageError:
    """That a pipeline was read from a file."""
    return UsageError(
        f"{path} was read from its file",
        hint="This is for pipelines that begin with `nbflow.Pipeline(NAME)`.",
    )


def _node(step: Step) -> graphs.Node:
    needs = {
        edge.step: "; ".join(
            f"{reason.kind}: {', '.join(reason.names)}" if reason.names else str(reason.kind)
            for reason in edge.because
        )
        for edge in step.edges
    }
    cells = len(step.cells)
    about = f"{cells} cell{'' if cells == 1 else 's'}" if cells or "." in step.name else "approval"
    return graphs.Node(step.name, needs, about)
