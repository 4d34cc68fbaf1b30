"""The verbs that begin with a notebook: load, check, show, run, publish, diff, form, this."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow import api
from nbflow.interactive.definitions import file_of
from nbflow.interactive.explanations import plain
from nbflow.interactive.pipelines import Pipeline
from nbflow.interactive.whereabouts import find_notebook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nbflow.interactive.diagnostics import Diagnostics
    from nbflow.interactive.executions import Run
    from nbflow.interactive.publications import Difference, Publication
    from nbflow.model import Approval
    from nbflow.widgets import Form

__all__ = ["check", "diff", "form", "load", "publish", "run", "show", "this"]


@plain
def this() -> Pipeline:
    """The notebook that this cell is in, as it was last saved.

    It works in JupyterLab, Notebook 7 and VS Code. Tag the cell `skip`, so that it is no part of
    the pipeline itself.

    Returns:
        What `load` returns of its path.

    Raises:
        NotebookError: nothing tells which notebook this is, as in a script.
        UsageError: the cell runs as a step of a run.

    Example:
        In a notebook: `nbflow.this().run(trees=50)`. Elsewhere nothing tells which one is meant:

        >>> import nbflow
        >>> try:
        ...     nbflow.this()
        ... except nbflow.NbflowError as error:
        ...     print(error.hint)
        Name it: `nbflow.load('train.ipynb')`.
    """
    return load(find_notebook())


@plain
def load(path: str | Path) -> Pipeline:
    """Read a notebook, and the settings around it, as the pipeline that it means.

    Or the file of a pipeline of several notebooks (`.yaml`).

    What is wrong with the notebook raises nothing here: see `diagnostics`.

    Args:
        path: the notebook.

    Returns:
        A pipeline with `steps`, `parameters` and `diagnostics`; it shows itself as a graph.

    Raises:
        NotebookError: the file cannot be read as a notebook.
        SettingsError: nbflow.yaml cannot be understood.
        UsageError: `path` is none.

    Example:
        >>> import nbflow
        >>> pipeline = nbflow.load("train.ipynb")
        >>> pipeline.parameters
        parameter  type  default
        trees      int   10       in the forest
        >>> [step.name for step in pipeline.steps]
        ['load', 'fit']
        >>> pipeline.steps["fit"].edges[0].step
        'load'
    """
    return Pipeline._of(api.inspect(file_of(path)))


@plain
def check(path: str | Path | None = None) -> Diagnostics:
    """What is wrong with a notebook, found before anything runs.

    Args:
        path: the notebook; the one that this cell is in where None.

    Returns:
        What was found, in the notebook's order; `ok` where nothing of it stops the work.

    Raises:
        NotebookError: the file cannot be read as a notebook, or nothing tells which one is meant.
        SettingsError: nbflow.yaml cannot be understood.

    Example:
        >>> import nbflow
        >>> found = nbflow.check("train.ipynb")
        >>> found
        no problems
        >>> found.ok
        True
    """
    return _meant(path).diagnostics


@plain
def show(path: str | Path | None = None) -> None:
    """Show a notebook's pipeline: its graph in a notebook, a table of its steps elsewhere.

    Args:
        path: the notebook; the one that this cell is in where None.

    Raises:
        NotebookError: the file cannot be read as a notebook, or nothing tells which one is meant.
        SettingsError: nbflow.yaml cannot be understood.

    Example:
        >>> import nbflow
        >>> nbflow.show("train.ipynb")
        train (train.ipynb)
        <BLANKLINE>
        parameter  type  default
        trees      int   10       in the forest
        <BLANKLINE>
        step  cells  after  takes  hands on
        load  1                    rows
        fit   2      load   rows
    """
    from nbflow.interactive.progress import present

    present(_meant(path))


@plain
def run(
    path: str | Path | None = None,
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
    """Run a notebook's pipeline on this machine, each step in its own process and folder.

    A step that fails raises nothing: see the run's `state` and `failure`. An interrupt stops the
    run; `resume()` goes on with it.

    Args:
        path: the notebook; the one that this cell is in where None.
        values: of the parameters, by name; `named` does the same, but for names such as `output`.
        wait: until it has ended, showing how far it is. With False it goes on while this notebook
            does other things, and ends with its kernel.
        output: where its one executed notebook goes; beside the run's artifacts where None.
        workers: how many steps may run at once; the number of cores where None.
        cache: False where steps with `cache:enabled` run too.
        quiet: show nothing while it goes.
        approve: answers the approvals of a pipeline of several notebooks: True, False, or what is
            called with a stage's name and what it asks.
        named: values of the parameters.

    Returns:
        The run: `value`, `output`, `logs`, `steps`, `metrics`.

    Raises:
        NotebookError, SettingsError, CheckFailed: the notebook cannot be a pipeline.
        UsageError: a parameter is unknown or ill-typed, or `output` is the notebook itself.
        Interrupted: the run was interrupted.

    Example:
        >>> import nbflow
        >>> run = nbflow.run("train.ipynb", trees=16, quiet=True)
        >>> run.state.value, run.parameters
        ('success', {'trees': 16})
        >>> run.value("accuracy")
        0.8
        >>> len(run.value("rows"))
        16
    """
    return _meant(path).run(
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
    path: str | Path | None = None,
    *,
    wait: bool = True,
    force: bool = False,
    preflight: bool = True,
) -> Publication:
    """Write a notebook's DAG where Airflow reads DAGs. The same notebook again changes nothing.

    Args:
        path: the notebook; the one that this cell is in where None.
        wait: until Airflow has it, where one is in reach.
        force: replace a DAG of this name that came from another notebook, and a version by
            somebody else that you have not seen.
        preflight: ask the Kubernetes cluster first whether it can run the steps, where the settings
            speak of one.

    Returns:
        What came of it: `changed`, `digest`, `url`, and `live_after` in seconds.

    Raises:
        NotebookError, SettingsError, CheckFailed: the notebook cannot be a pipeline.
        PreflightFailed: the cluster could not run it.
        TargetError: the target cannot be written, or holds what `force` would replace.
        RemoteError: Airflow cannot import the DAG, or did not pick it up in time.

    Example:
        >>> import nbflow
        >>> nbflow.publish("train.ipynb")
        train: published (...)...
        >>> nbflow.publish("train.ipynb").changed
        False
    """
    return _meant(path).publish(wait=wait, force=force, preflight=preflight)


@plain
def diff(path: str | Path | None = None) -> Difference:
    """What publishing a notebook would change; nothing is written.

    Args:
        path: the notebook; the one that this cell is in where None.

    Returns:
        `changes`, the diff of the DAG file as `text`, and the schedule's `next_runs`; it is true
        where publishing would do anything.

    Raises:
        NotebookError, SettingsError, CheckFailed: the notebook cannot be a pipeline.
        TargetError: the target cannot be read.

    Example:
        >>> import nbflow
        >>> nbflow.diff("train.ipynb")
        train: would be published for the first time, as ...
          + steps: load
          + steps: fit
        ...
    """
    return _meant(path).diff()


@plain
def form(path: str | Path | None = None) -> Form:
    """A form for a notebook: schedule with its next runs, profiles, parameters; publish, run.

    What is chosen for the pipeline is kept in the notebook's metadata. The cell ends at once, and
    what the buttons start goes on beside other cells. It needs ipywidgets, and works in JupyterLab,
    Notebook 7 and VS Code.

    Args:
        path: the notebook; the one that this cell is in where None.

    Returns:
        The form, which shows itself; `form.choices` and `form.fields` hold what stands in it.

    Raises:
        MissingExtraError: ipywidgets is not installed.
        NotebookError: the file cannot be read as a notebook, or nothing tells which one is meant.
        SettingsError: nbflow.yaml cannot be understood.

    Example:
        >>> import nbflow
        >>> nbflow.form("train.ipynb")
        train: no schedule
          trees = '10'
    """
    return _meant(path).form()


def _meant(path: str | Path | None) -> Pipeline:
    return this() if path is None else load(path)
