"""Know when a published DAG is live."""

from __future__ import annotations

import difflib
import time
from contextlib import suppress
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import quote

from nbflow.errors import RemoteError
from nbflow.remote.failures import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbflow.remote.client import Airflow
    from nbflow.remote.reading import ImportProblem

_POLL = 0.5
_TOKENS = 4
"""DAGs that are asked for the place of their files."""


def wait_for_dag(
    airflow: Airflow,
    dag_id: str,
    *,
    digest: str,
    timeout: float,
    observe: Callable[[str], None],
    beside: Sequence[str] = (),
) -> float:
    """Wait until Airflow's own copy of the DAG file has the digest; return the seconds it took.

    Raises:
        RemoteError: Airflow cannot import the file, or time ran out.
    """
    started = time.monotonic()
    # An error that is there already may be one of the edition before.
    before = _import_problem(airflow, dag_id)
    told = ""
    asked = False
    while True:
        situation = _situation(airflow, dag_id, digest=digest)
        waited = time.monotonic() - started
        if situation is None:
            return waited
        if not asked:
            asked = True
            _ask_to_parse(airflow, (dag_id, *beside))
        if situation != told:
            told = situation
            observe(situation)
        problem = _import_problem(airflow, dag_id)
        late = waited > timeout
        # A look that sees the error after one that did not see the digest: it may have come
        # between the two only when the digest's edition is the one that fails.
        if problem is not None and (late or problem != before):
            raise _import_failed(dag_id, problem)
        if late:
            raise RemoteError(
                f"Airflow at {airflow.url} has not taken up {dag_id} after {timeout:g} s: {told}",
                hint="is the target the folder that this Airflow reads? it may also look for "
                "new files only every few minutes (`[dag_processor] refresh_interval`)",
            )
        time.sleep(_POLL)


def _ask_to_parse(airflow: Airflow, dag_ids: Sequence[str]) -> None:
    """Let Airflow look for changes at once where one of these is, not only in its own time.

    It looks through the whole DAG bundle then. The wait goes on where it cannot be asked.
    """
    for dag_id in dag_ids[:_TOKENS]:
        with suppress(Refused):
            doing = f"read the file of {dag_id}"
            path = f"/api/v2/dags/{quote(dag_id, safe='')}"
            token = airflow.connection.get(path, doing=doing)["file_token"]
            airflow.connection.put(f"/api/v2/parseDagFile/{token}", doing=doing)
            return


def unknown_dag(dag_id: str, known: Sequence[str]) -> Refused:
    """The error for a DAG that Airflow does not have."""
    near = difflib.get_close_matches(dag_id, known, n=3, cutoff=0.5) or list(known[:10])
    listed = f"; it has {', '.join(near)}" if near else "; it has none at all"
    return Refused(
        f"Airflow has no DAG {dag_id}{listed}",
        status=404,
        hint="publish it first: nbflow publish NOTEBOOK",
    )


def _situation(airflow: Airflow, dag_id: str, *, digest: str) -> str | None:
    """What is missing, in words; None when the DAG is live."""
    name = quote(dag_id, safe="")
    try:
        dag = airflow.connection.get(f"/api/v2/dags/{name}", doing=f"show {dag_id}")
        source = airflow.connection.get(
            f"/api/v2/dagSources/{name}", doing=f"show the source of {dag_id}"
        )
    except Refused as error:
        if error.status != 404 or error.foreign:
            raise
        return "Airflow has not seen the file yet"
    if digest not in (source.get("content") or ""):
        return "Airflow still has the edition before"
    if dag.get("is_stale"):
        return "Airflow takes the DAG for removed and has to read it again"
    return None


def _import_problem(airflow: Airflow, dag_id: str) -> ImportProblem | None:
    name = f"{dag_id}.py"
    return next(
        (found for found in airflow.import_errors() if PurePosixPath(found.file).name == name),
        None,
    )


def _import_failed(dag_id: str, problem: ImportProblem) -> RemoteError:
    return RemoteError(
        f"Airflow cannot import {problem.file}:\n{problem.traceback}",
        hint=f"correct {dag_id} and publish it again; packages that the DAG file imports must be "
        "installed beside Airflow",
    )
