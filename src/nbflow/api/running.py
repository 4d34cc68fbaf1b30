"""Run a notebook's pipeline on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow import host, notebook
from nbflow.api import books, givens, headers, pages, records
from nbflow.api.notebooks import Compiled, within_project
from nbflow.api.notebooks import compile as compile_notebook
from nbflow.api.records import LOCAL
from nbflow.api.resuming import Resumed, runs_folder
from nbflow.api.values import resolve
from nbflow.errors import Interrupted, UsageError
from nbflow.host import Stop as Stop
from nbflow.model import Document, Run

if TYPE_CHECKING:
    from nbflow.api.parts import Part
    from nbflow.api.staging import Ask
    from nbflow.host import Limits
    from nbflow.settings import Settings

Observe = Callable[[Run], None]


@dataclass(frozen=True)
class Finished:
    """A run that has ended.

    Attributes:
        run: what happened.
        notebook: path of the merged executed notebook.
        folder: where its artifacts and executed step notebooks are.
    """

    run: Run
    notebook: Path
    folder: Path


def run(
    compiled: Compiled | str | Path,
    *,
    parameters: Mapping[str, Any] | None = None,
    output: str | Path | None = None,
    observe: Observe | None = None,
    workers: int | None = None,
    resume: Resumed | None = None,
    cache: bool = True,
    limits: Limits | None = None,
    header: bool = True,
    stop: Stop | None = None,
    approve: Ask | None = None,
) -> Finished:
    """Run each step in its own process and working directory, independent ones in parallel.

    Args:
        compiled: the notebook, see `compile`; or its path.
        parameters: values by name; the notebook's defaults for the others.
        output: where the merged notebook goes, a page of HTML where it ends in `.html`; beside the
            run's artifacts where None. Of a pipeline of several notebooks a folder for them,
            or one page of all.
        observe: called with the run at each change.
        workers: how many steps may run at once; the number of cores where None.
        resume: an earlier run to go on with, see `resume`; `parameters` are given there.
        cache: False where steps that may be skipped run too.
        limits: what each step may use, see `limits`; what the machine has where None.
        header: whether the merged notebook begins with a cell about the run.
        stop: by which another thread ends the run, as Ctrl-C would.
        approve: is asked by a stage that waits for an approval, with its name and what it asks.

    Returns:
        The run, which may have failed: look at `run.state`.

    Raises:
        NotebookError, SettingsError, CheckFailed: a path was given, and `compile` raised it.
        UsageError: a parameter is unknown or ill-typed, `output` is the notebook itself or no file
            of a notebook or a page, or a stage asks for an approval and `approve` is None.
        MissingExtraError: `output` is a page, and nbconvert is not installed.
        Interrupted: Ctrl-C, or somebody asked `stop`; the partial notebook is written, and the
            hint says where.
    """
    if not isinstance(compiled, Compiled):
        compiled = compile_notebook(compiled)
    pipeline = compiled.plan.pipeline
    if output is not None and Path(output).resolve() == compiled.inspected.path.resolve():
        raise UsageError(
            f"{output} is the notebook itself", hint="Name another file for the executed one."
        )
    if output is not None and not compiled.plan.stages:
        pages.require_writable(Path(output))
    if output is not None and pages.is_page(Path(output)):
        pages.require_pages()
    if compiled.plan.stages:
        _refuse_before_it_begins(compiled, output, approve)
    if resume is None:
        wire = resolve(parameters or {}, parameters=pipeline.parameters)
        folder = _new_folder(compiled)
    else:
        wire, folder = dict(resume.parameters), resume.folder
    if compiled.plan.stages:
        from nbflow.api.staging import run_stages, write_stages

        keep = partial(
            write_stages,
            compiled,
            folder=folder,
            to=Path(output) if output else None,
            header=header,
        )
        done = run_stages(
            compiled,
            parameters=wire,
            folder=folder,
            approve=approve,
            observe=observe,
            workers=workers,
            cache=cache,
            limits=limits,
            stop=stop,
            write=keep,
        )
        return Finished(done, keep(done), folder)
    goal = Path(output) if output else folder / f"{pipeline.document.name}.ipynb"
    write = partial(
        write_merged,
        pipeline.document,
        folder=folder,
        output=goal,
        current=compiled.inspected.settings,
        header=header,
    )
    try:
        finished = host.run(
            compiled.plan,
            compiled.bundle,
            parameters=wire,
            folder=folder,
            observe=observe,
            workers=workers,
            resume=None if resume is None else resume.plan,
            source=within_project(compiled.inspected),
            cache=cache,
            limits=None if limits is None else limits.steps,
            stop=stop,
        )
    except Interrupted as interruption:
        write()
        path = compiled.inspected.path
        interruption.hint = (
            f"The cells that ended are in {goal}. `nbflow run {path} --resume` goes on."
        )
        raise
    write(run=finished)
    return Finished(finished, goal, folder)


def _refuse_before_it_begins(
    compiled: Compiled, output: str | Path | None, approve: Ask | None
) -> None:
    from nbflow.api.staging import refuse_without_answer

    refuse_without_answer(compiled, approve)
    if output is not None:
        require_no_notebook(Path(output))


def require_no_notebook(to: Path) -> None:
    """Raise UsageError for one notebook, where several are to be written."""
    if to.suffix == ".ipynb":
        raise UsageError(
            f"the run is of several notebooks, and {to} is one file",
            hint="Name a folder, to which each notebook is written, or a page for all: OUT.html.",
        )


def warm() -> None:
    """Prepare for a run that will come; returns at once."""
    host.warm()


def merged(
    document: Document,
    *,
    folder: Path,
    current: Settings,
    run: Run | None = None,
    header: bool = True,
    executed: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A run's executed step notebooks as the author's notebook.

    Args:
        document: the author's notebook.
        folder: the run's.
        current: where its bundle was published.
        run: the run; as its folder tells of it where None.
        header: whether a cell about the run comes first. A cell with what it was given is there
            either way.
        executed: the step notebooks; all of the run's where None.
    """
    if executed is None:
        executed = host.executed(folder)
    provenance = None if run is None else _provenance(run)
    if run is None and (ledger := host.read_ledger(folder)) is not None:
        run = ledger.run
    given = givens.given_to_run(run, executed)
    about = None
    if header and run is not None:
        told = replace(run, parameters=given)
        about = headers.header(
            told, folder=folder, executed=executed, document=document, current=current
        )
    return notebook.merge(
        document,
        executed,
        provenance=provenance,
        header=about,
        given=givens.given_code(document, given),
    )


def write_merged(
    document: Document,
    *,
    folder: Path,
    output: Path,
    current: Settings,
    run: Run | None = None,
    header: bool = True,
    executed: Mapping[str, Any] | None = None,
) -> None:
    """Write what `merged` makes: a notebook, or a page where the file ends in `.html`."""
    found = merged(
        document, folder=folder, current=current, run=run, header=header, executed=executed
    )
    output.parent.mkdir(parents=True, exist_ok=True)
    if pages.is_page(output):
        pages.write_page(found, output, title=document.name)
    else:
        notebook.write(found, output)


def write_parts(
    own: Iterable[Part],
    *,
    run: Run,
    folder: Path,
    to: Path | None,
    current: Settings,
    header: bool = True,
) -> Path:
    """Write the notebooks of a run of several: `STAGE.ipynb`, `STAGE-ITEM.ipynb`, or one page.

    Args:
        own: the run's parts.
        run: the run.
        folder: its folder.
        to: the folder for them; a page of all where it ends in `.html`; where None, beside each
            one's artifacts.
        current: where its bundle was published.
        header: whether a cell about the run comes first in each.

    Raises:
        UsageError: a notebook is named, not a folder.
        StoreError: the bundle is gone.

    Returns:
        The folder, or the page.
    """
    if to is not None:
        require_no_notebook(to)

    def document(part: Part) -> Document:
        return records.author_document(part.run, folder=folder, current=current, stage=part.stage)

    if to is not None and pages.is_page(to):
        chapters = [
            (
                part,
                merged(
                    document(part),
                    folder=folder,
                    current=current,
                    run=part.run,
                    header=header,
                    executed=part.executed,
                ),
            )
            for part in own
        ]
        manifest = records.manifest_of(folder, current=current)
        to.parent.mkdir(parents=True, exist_ok=True)
        pages.write_page(books.book(run, chapters, manifest=manifest), to, title=run.dag_id)
        return to
    for part in own:
        name = part.name.replace("[", "-").rstrip("]")
        write_merged(
            document(part),
            folder=folder,
            output=to / f"{name}.ipynb" if to else folder / part.folder / f"{part.stage}.ipynb",
            current=current,
            run=part.run,
            header=header,
            executed=part.executed,
        )
    return to or folder


def _provenance(run: Run) -> dict[str, Any]:
    return {
        "dag_id": run.dag_id,
        "run_id": run.run_id,
        "state": str(run.state),
        "parameters": givens.without_secrets(run.parameters),
        "metrics": dict(run.metrics),
        "url": run.url,
    }


def _new_folder(compiled: Compiled) -> Path:
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S")
    runs = runs_folder(compiled)
    number = 0
    while True:
        name = f"{LOCAL}{stamp}" + (f"_{number}" if number else "")
        try:
            (runs / name).mkdir(parents=True)
        except FileExistsError:
            number += 1
        else:
            return runs / name
