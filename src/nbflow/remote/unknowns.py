"""What an Airflow does not have, with what may have been meant."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from nbflow.model import did_you_mean, known_names
from nbflow.remote.failures import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbflow.remote.client import Airflow

__all__ = ["known_dag", "known_run"]

_LATEST = 100
"""Runs among which the one is looked for that was meant."""


@contextmanager
def known_dag(airflow: Airflow, dag_id: str | None) -> Iterator[None]:
    """Turn `no such DAG` into an error that lists those that there are."""
    try:
        yield
    except Refused as error:
        if error.missing and dag_id is not None:
            known = airflow.dag_ids()
            if dag_id not in known:
                raise _unknown_dag(dag_id, known) from error
        raise


@contextmanager
def known_run(airflow: Airflow, dag_id: str, run_id: str) -> Iterator[None]:
    """Turn `no such run` into an error that names one like it; or `no such DAG`, see there."""
    try:
        yield
    except Refused as error:
        if error.missing:
            latest = [run.run_id for run in airflow.runs(dag_id, limit=_LATEST)]
            if run_id not in latest:
                raise _unknown_run(dag_id, run_id, latest) from error
        raise


def _unknown_dag(dag_id: str, known: Sequence[str]) -> Refused:
    """The error for a DAG that Airflow does not have.

    Args:
        dag_id: the DAG.
        known: those that it has.
    """
    there = known_names("its DAGs", dag_id, known) if known else "it has none at all"
    return Refused(
        f"Airflow has no DAG {dag_id}",
        status=404,
        hint=f"{there}; `nbflow publish NOTEBOOK` publishes one",
    )


def _unknown_run(dag_id: str, run_id: str, known: Sequence[str]) -> Refused:
    """The error for a run that Airflow does not have of a DAG.

    Args:
        dag_id: the DAG.
        run_id: the run.
        known: its latest runs.
    """
    return Refused(
        f"Airflow has no run {run_id!r} of {dag_id}",
        status=404,
        hint=f"{did_you_mean(run_id, known)}`nbflow runs {dag_id}` lists the runs.",
    )
