"""The verbs that begin with what is published: trigger, pause, runs, output, rollback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from nbflow import api
from nbflow.interactive import beginnings, executions
from nbflow.interactive.explanations import plain
from nbflow.interactive.publications import Publication, Published, Versions, tell

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nbflow.interactive.executions import Run
    from nbflow.interactive.records import Runs

__all__ = [
    "approve",
    "output",
    "pause",
    "published",
    "rollback",
    "runs",
    "trigger",
    "unpause",
    "unpublish",
]


@plain
def approve(
    reference: str, stage: str | None = None, *, refuse: bool = False, project: str | Path = "."
) -> str:
    """Answer an approval that a run in Airflow waits for.

    Args:
        reference: the run, as `DAG/RUN_ID`; or a DAG, whose latest run is meant.
        stage: which approval; may be left out where one waits.
        refuse: what comes behind it is skipped.
        project: a folder of the project, whose settings name the Airflow.

    Returns:
        The stage that was answered.

    Raises:
        UsageError: nothing waits for an answer, or several do and none is named.
        RemoteError: it was answered already, you may not, or Airflow cannot be reached.

    Example:
        >>> import nbflow
        >>> try:
        ...     nbflow.approve("weekly")
        ... except nbflow.NbflowError as error:
        ...     print(error.code)
        remote
    """
    with api.connect(api.load_settings(project)) as client:
        run = api.find_run(reference, client=client)
        return api.approve(run, client=client, stage=stage, approved=not refuse)


@plain
def trigger(
    dag_id: str,
    values: Mapping[str, Any] | None = None,
    /,
    *,
    wait: bool = False,
    quiet: bool = False,
    project: str | Path = ".",
    **named: Any,
) -> Run:
    """Start a run of a published pipeline in Airflow.

    Args:
        dag_id: the DAG.
        values: of the parameters, by name; `named` does the same, but for names such as `wait`.
        wait: until it has ended, showing how far it is.
        quiet: show nothing while it goes.
        project: a folder of the project, whose settings name the Airflow.
        named: values of the parameters.

    Returns:
        The run; `run.wait()` waits for it.

    Raises:
        UsageError: a parameter is unknown or ill-typed; all are listed.
        RemoteError: there is no such DAG, or Airflow cannot be reached.

    Example:
        >>> import nbflow
        >>> run = nbflow.trigger("train", trees=16).wait(quiet=True)
        >>> run.state.value, run.value("accuracy")
        ('success', 0.8)
    """
    current = api.load_settings(project)
    given = {**(values or {}), **named}
    return beginnings.trigger(dag_id, given, current=current, wait=wait, quiet=quiet)


@plain
def runs(dag_id: str | None = None, *, limit: int = 20, project: str | Path = ".") -> Runs:
    """Runs on this machine and in Airflow, the newest first.

    Args:
        dag_id: of this pipeline alone.
        limit: so many at most.
        project: a folder of the project, whose settings name Airflow and store.

    Returns:
        Runs, by position or by id: `nbflow.runs("train")[0]`.

    Raises:
        SettingsError: nbflow.yaml cannot be understood.
        RemoteError: the project's Airflow cannot be reached.

    Example:
        >>> import nbflow
        >>> run = nbflow.run("train.ipynb", quiet=True)
        >>> newest = nbflow.runs("train")[0]
        >>> newest.name == run.name
        True
        >>> newest.value("accuracy")
        0.5
    """
    return beginnings.list_runs(dag_id, current=api.load_settings(project), limit=limit)


@plain
def output(reference: str, path: str | Path | None = None, *, project: str | Path = ".") -> Path:
    """Write a run's one executed notebook.

    Args:
        reference: `DAG/RUN_ID`, a run's id, or a DAG's id for its latest run.
        path: where it goes; `DAG-RUN_ID.ipynb` in the working directory where None.
        project: a folder of the project, whose settings name Airflow and store.

    Returns:
        Where it is.

    Raises:
        RemoteError, StoreError: there is no such run, or the store holds nothing of it.

    Example:
        >>> import nbflow
        >>> run = nbflow.run("train.ipynb", quiet=True)
        >>> nbflow.output(run.name, "executed.ipynb").name
        'executed.ipynb'
    """
    current = api.load_settings(project)
    found = api.find_run_anywhere(reference, current=current)
    return executions.Run(found, current=current).output(path)


@overload
def published(dag_id: None = None, *, project: str | Path = ".") -> Published: ...


@overload
def published(dag_id: str, *, project: str | Path = ".") -> Versions: ...


@plain
def published(dag_id: str | None = None, *, project: str | Path = ".") -> Published | Versions:
    """What nbflow has published in a project's target; of a DAG, its versions.

    Args:
        dag_id: the versions of this DAG.
        project: a folder of the project, whose settings name the target.

    Returns:
        The DAGs, by position or by id; of one DAG its versions, the newest first, by position or by
        digest.

    Raises:
        TargetError: the target cannot be read, or has no such DAG.

    Example:
        >>> import nbflow
        >>> done = nbflow.publish("train.ipynb")
        >>> nbflow.published()["train"].listing.digest == done.digest
        True
        >>> nbflow.published("train")[0].state
        'runs'
    """
    found = api.published(api.load_settings(project), dag_id=dag_id)
    return Published(found) if dag_id is None else Versions(found[0])


@plain
def pause(dag_id: str, *, project: str | Path = ".") -> bool:
    """Let no new runs of a DAG begin in Airflow, nor further steps of runs that go.

    Args:
        dag_id: the DAG.
        project: a folder of the project, whose settings name the Airflow.

    Returns:
        False where it was paused already.

    Raises:
        RemoteError: there is no such DAG, or Airflow cannot be reached.

    Example:
        >>> import nbflow
        >>> nbflow.pause("train"), nbflow.pause("train")
        (True, False)
        >>> nbflow.unpause("train")
        True
    """
    with api.connect(api.load_settings(project)) as client:
        return api.pause(dag_id, client=client)


@plain
def unpause(dag_id: str, *, project: str | Path = ".") -> bool:
    """Let runs of a DAG begin again in Airflow.

    Args:
        dag_id: the DAG.
        project: a folder of the project, whose settings name the Airflow.

    Returns:
        False where it was not paused.

    Raises:
        RemoteError: there is no such DAG, or Airflow cannot be reached.

    Example:
        >>> import nbflow
        >>> nbflow.unpause("train")
        False
    """
    with api.connect(api.load_settings(project)) as client:
        return api.unpause(dag_id, client=client)


@plain
def rollback(
    dag_id: str, digest: str | None = None, *, wait: bool = True, project: str | Path = "."
) -> Publication:
    """Let a DAG run an earlier version again.

    Of runs that go, what has not begun runs as that version; with target git they keep theirs.

    Args:
        dag_id: the DAG.
        digest: the version's, or how it begins; the version before where None.
        wait: until Airflow runs it, where one is in reach.
        project: a folder of the project, whose settings name the target.

    Returns:
        What came of it: `changed`, `digest`, and `live_after` in seconds.

    Raises:
        TargetError: no such DAG or version is there, or the target cannot be written.
        RemoteError: Airflow did not pick it up in time.

    Example:
        >>> import nbflow
        >>> done = nbflow.publish("train.ipynb")
        >>> nbflow.rollback("train", done.digest).changed
        False
    """
    current = api.load_settings(project)
    done = api.roll_back(dag_id, current=current, digest=digest, wait=wait, tell=tell)
    return Publication(done.published)


@plain
def unpublish(
    dag_id: str, *, force: bool = False, purge: bool = False, project: str | Path = "."
) -> tuple[Run, ...]:
    """Pause a DAG, then take it away. What its runs made stays, and so do its versions.

    Args:
        dag_id: the DAG.
        force: also while runs are going, which then may fail.
        purge: its versions go too; there is no way back.
        project: a folder of the project, whose settings name the target.

    Returns:
        The runs that are still going; none without `force`.

    Raises:
        TargetError: it is not there, or runs are still going (no new one begins).
        RemoteError: Airflow refuses to pause it.

    Example:
        >>> import nbflow
        >>> done = nbflow.publish("train.ipynb")
        >>> nbflow.unpublish("train")
        ()
        >>> [one.listing.dag_id for one in nbflow.published() if one.listing.digest]
        []
    """
    current = api.load_settings(project)
    done = api.unpublish(dag_id, current=current, force=force, purge=purge)
    for said in done.warnings:
        tell(f"warning: {said}")
    return tuple(executions.Run(one, current=current) for one in done.going)
