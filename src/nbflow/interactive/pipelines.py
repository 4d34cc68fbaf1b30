"""A notebook as the pipeline that it means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from nbflow import api
from nbflow.interactive import graphs
from nbflow.interactive.diagnostics import Diagnostics, diagnostics_of
from nbflow.interactive.explanations import plain
from nbflow.interactive.listings import Listing
from nbflow.interactive.markup import block, escape
from nbflow.model import Parameter, Step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from nbflow.api import Inspected
    from nbflow.interactive.executions import Run
    from nbflow.interactive.publications import Difference, Publication
    from nbflow.interactive.records import Runs
    from nbflow.widgets import Form

__all__ = ["Parameters", "Pipeline", "Steps"]


class Parameters(Listing[Parameter]):
    """What a run may be given."""

    columns: ClassVar[tuple[str, ...]] = ("parameter", "type", "default", "")
    what: ClassVar[str] = "parameter"
    empty: ClassVar[str] = "no parameters"

    def _row(self, item: Parameter) -> Sequence[object]:
        kind = f"{item.kind} or None" if item.nullable else str(item.kind)
        return (item.name, kind, item.source or repr(item.default), item.help or "")


class Steps(Listing[Step]):
    """The steps of a pipeline, with what each needs and why."""

    columns: ClassVar[tuple[str, ...]] = ("step", "cells", "after", "takes", "hands on")
    what: ClassVar[str] = "step"
    empty: ClassVar[str] = "no steps"

    def _row(self, item: Step) -> Sequence[object]:
        return (
            item.name,
            len(item.cells),
            ", ".join(edge.step for edge in item.edges),
            ", ".join(need.name for need in item.needs),
            ", ".join(item.saves),
        )


class Pipeline:
    """What a notebook means, as it was when it was read.

    It shows itself as a graph of its steps. `refresh()` reads the notebook again, and so do `run`
    and `publish` before they do anything.

    Attributes:
        path: the notebook.
    """

    def __init__(self, inspected: Inspected) -> None:
        self.path: Path = inspected.path
        self._inspected = inspected

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
        self._inspected = api.inspect(self.path)
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
        **named: Any,
    ) -> Run:
        """Run it on this machine; see `nbflow.run`."""
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
        from nbflow.widgets import Form, Startable

        return Form(
            Startable(
                path=self.path,
                run=lambda values: self.run(values, wait=False, quiet=True)._watched(),
                trigger=lambda values: self.refresh().trigger(values)._watched(),
            )
        )

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


def _node(step: Step) -> graphs.Node:
    needs = {
        edge.step: "; ".join(
            f"{reason.kind}: {', '.join(reason.names)}" if reason.names else str(reason.kind)
            for reason in edge.because
        )
        for edge in step.edges
    }
    cells = len(step.cells)
    return graphs.Node(step.name, needs, f"{cells} cell{'' if cells == 1 else 's'}")
