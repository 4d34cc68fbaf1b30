"""Start a run exactly once, with values that survive the way."""

from __future__ import annotations

import math
import secrets
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nbflow.errors import UsageError
from nbflow.remote.failures import Refused, Unreachable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.remote.connection import Connection

# Airflow's processes talk in MessagePack, which has no larger integers: the REST API takes them,
# and the task dies without a log.
_SMALLEST, _LARGEST = -(2**63), 2**64 - 1
_ATTEMPTS = 4


def new_run_id() -> str:
    """An id that sorts by time and can name a folder."""
    return f"nbflow-{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"


def trigger(
    connection: Connection,
    dag_id: str,
    *,
    parameters: Mapping[str, Any],
    run_id: str,
    note: str | None,
) -> Mapping[str, Any]:
    """Start a run; where the answer is lost, look whether the run is there before asking again.

    Raises:
        UsageError: a value cannot travel through Airflow.
        Refused: Airflow does not start it.
        Unreachable: nobody answers.
    """
    for name, value in parameters.items():
        refuse_unsendable(value, place=name)
    path = f"/api/v2/dags/{quote(dag_id, safe='')}/dagRuns"
    # A date is for runs of a schedule; it has to be named all the same.
    body: dict[str, Any] = {"dag_run_id": run_id, "conf": dict(parameters), "logical_date": None}
    if note is not None:
        body["note"] = note
    doing = f"start {dag_id}"
    lost: Unreachable | None = None
    for attempt in range(_ATTEMPTS):
        try:
            answer: Mapping[str, Any] = connection.post(path, body, doing=doing)
        except Unreachable as error:
            lost = error
        except Refused as error:
            if error.status == 409:
                raise _taken(dag_id, run_id) from error
            raise
        else:
            return answer
        found = _find(connection, f"{path}/{quote(run_id, safe='')}")
        if found is not None:
            return found
        time.sleep(0.5 * 2**attempt)
    assert lost is not None
    raise lost


def refuse_unsendable(value: Any, *, place: str) -> None:
    """Refuse what Airflow would take and lose.

    Raises:
        UsageError: the value holds an integer, a float or a text that cannot travel.
    """
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, dict):
        for key, item in value.items():
            refuse_unsendable(key, place=place)
            refuse_unsendable(item, place=f"{place}[{key!r}]")
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            refuse_unsendable(item, place=f"{place}[{index}]")
    elif isinstance(value, int):
        if not _SMALLEST <= value <= _LARGEST:
            raise _unsendable(place, "an integer of more than 64 bits", "give its digits as text")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise _unsendable(place, f"{value}, which JSON does not have", "give it as text")
    elif isinstance(value, str):
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise _unsendable(place, "a text with half a character (a lone surrogate)", "drop it")
    else:
        raise _unsendable(
            place, f"a {type(value).__name__}, which JSON does not have", "convert it"
        )


def _unsendable(place: str, what: str, fix: str) -> UsageError:
    return UsageError(f"{place}: {what} cannot be given to Airflow", hint=fix)


def _taken(dag_id: str, run_id: str) -> Refused:
    return Refused(
        f"{dag_id} has a run {run_id} already",
        status=409,
        hint="choose another run id, or leave it out",
    )


def _find(connection: Connection, path: str) -> Mapping[str, Any] | None:
    try:
        found: Mapping[str, Any] = connection.get(path, doing="look for the run")
    except (Refused, Unreachable):
        return None
    return found
