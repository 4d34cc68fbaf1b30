"""Know when published DAGs are live."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nbflow.errors import RemoteError
from nbflow.remote import reading
from nbflow.remote.failures import Refused
from nbflow.remote.paging import MOST_AT_ONCE, pages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from nbflow.remote.client import Airflow
    from nbflow.remote.connection import Connection
    from nbflow.remote.reading import ImportProblem

__all__ = ["NOT_TAKEN_UP", "Arrivals", "wait_for_dag", "wait_for_dags"]

NOT_TAKEN_UP = (
    "is the target the folder that this Airflow reads? it may also look for new files only every "
    "few minutes (`[dag_processor] refresh_interval`)"
)
"""What may help where a file is not taken up."""

_POLL = 0.5
_TOKENS = 4
"""DAGs that are asked for the place of their files."""
_ONE_BY_ONE = 3
"""Up to so many DAGs are asked for by their ids; more in lists."""
_CHARACTERS = 2000
"""Of ids in one request: proxies refuse addresses of more than 8 KiB or so."""

_UNSEEN = "waiting for Airflow to find the file"
_UNREAD = "waiting for Airflow to read version {}"


@dataclass(frozen=True)
class Arrivals:
    """How far DAGs have come that are waited for.

    Attributes:
        live: the seconds after which each was live.
        broken: why Airflow cannot import a file, by DAG.
        missing: what is missing still, in words, by DAG.
        paused: those of the live ones that Airflow lets begin no runs.
    """

    live: Mapping[str, float] = field(default_factory=dict)
    broken: Mapping[str, ImportProblem] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    paused: frozenset[str] = frozenset()


def wait_for_dags(
    airflow: Airflow,
    digests: Mapping[str, str],
    *,
    timeout: float = 120,
    observe: Callable[[Arrivals], None] = lambda _: None,
    beside: Sequence[str] = (),
    wanted: Callable[[], bool] = lambda: True,
) -> Arrivals:
    """Wait until Airflow's own copies of DAG files have these digests, all at once.

    Airflow is asked to look for changes at once. One file that it cannot import keeps no other
    from being waited for.

    Args:
        airflow: which one.
        digests: by DAG, a text that only this version of its file contains.
        timeout: seconds to wait while none arrives.
        observe: is told how far they have come, whenever that changes.
        beside: DAGs whose files lie in the same place.
        wanted: asked at each look; where it says no, nobody waits any longer.

    Returns:
        What has become of each; those that are `missing` did not come in time.
    """
    started = moved = time.monotonic()
    look = _Look(airflow.connection, digests)
    # An error that is there already may be one of the version before.
    before = look.problems(digests)
    live: dict[str, float] = {}
    broken: dict[str, ImportProblem] = {}
    told, asked = Arrivals(), False
    while True:
        waiting = [dag_id for dag_id in digests if dag_id not in {*live, *broken}]
        missing = look.missing(waiting)
        now = time.monotonic()
        if len(missing) < len(waiting):
            moved = now
        live |= {dag_id: now - started for dag_id in waiting if dag_id not in missing}
        if missing and not asked:
            asked = True
            _ask_to_parse(airflow.connection, (*digests, *beside))
        late = now - moved > timeout
        # A look that sees the error after one that did not see the digest: it may have come
        # between the two only when the digest's version is the one that fails.
        for dag_id, problem in look.problems(missing).items():
            if late or problem != before.get(dag_id):
                broken[dag_id] = problem
                del missing[dag_id]
        so_far = Arrivals(dict(live), dict(broken), missing, frozenset(look.paused))
        if so_far != told and (missing or told != Arrivals()):
            told = so_far
            observe(so_far)
        if late or not missing or not wanted():
            return so_far
        time.sleep(_POLL)


def wait_for_dag(
    airflow: Airflow,
    dag_id: str,
    *,
    digest: str,
    timeout: float,
    observe: Callable[[str], None] | None = None,
    beside: Sequence[str] = (),
) -> float:
    """As `wait_for_dags`, for one; returns the seconds that it took.

    Raises:
        RemoteError: Airflow cannot import the file, or time ran out.
    """

    def tell(so_far: Arrivals) -> None:
        if observe is not None and dag_id in so_far.missing:
            observe(so_far.missing[dag_id])

    digests = {dag_id: digest}
    done = wait_for_dags(airflow, digests, timeout=timeout, observe=tell, beside=beside)
    for problem in done.broken.values():
        raise RemoteError(
            f"Airflow cannot import {problem.file}:\n{problem.traceback}",
            hint=f"correct {dag_id} and publish it again; packages that the DAG file imports must "
            "be installed beside Airflow",
        )
    if done.missing:
        raise RemoteError(
            f"Airflow at {airflow.url} has not taken up {dag_id} after {timeout:g} s: "
            f"{done.missing[dag_id]}",
            hint=NOT_TAKEN_UP,
        )
    return done.live[dag_id]


class _Look:
    """Looks at Airflow again and again, with few requests each time."""

    def __init__(self, connection: Connection, digests: Mapping[str, str]) -> None:
        self._connection = connection
        self._digests = digests
        self._arrived: set[str] = set()
        self._read: dict[str, str] = {}
        self.paused: set[str] = set()

    def missing(self, dag_ids: Iterable[str]) -> dict[str, str]:
        """What is missing, in words, of each DAG that is not live."""
        wanted = list(dag_ids)
        found = self._one_by_one(wanted) if len(wanted) <= _ONE_BY_ONE else self._listed(wanted)
        situations = {one: self._situation(one, found.get(one)) for one in wanted}
        return {dag_id: said for dag_id, said in situations.items() if said is not None}

    def problems(self, dag_ids: Iterable[str]) -> dict[str, ImportProblem]:
        """The import errors that there are of these DAGs' files."""
        files = {f"{dag_id}.py": dag_id for dag_id in dag_ids}
        found: dict[str, ImportProblem] = {}
        for pattern in _patterns(files):
            listed = pages(
                self._connection,
                "/api/v2/importErrors",
                key="import_errors",
                doing="list import errors",
                order_by="-timestamp",
                filename_pattern=pattern,
            )
            for problem in map(reading.read_import_problem, listed):
                dag_id = files.get(PurePosixPath(problem.file).name)
                if dag_id is not None:
                    found.setdefault(dag_id, problem)
        return found

    def _one_by_one(self, dag_ids: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        found = {}
        for dag_id in dag_ids:
            path = f"/api/v2/dags/{quote(dag_id, safe='')}"
            dag = self._connection.find(path, doing=f"show {dag_id}")
            if dag is not None:
                found[dag_id] = dag
        return found

    def _listed(self, dag_ids: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        listed = (
            dag
            for pattern in _patterns(dag_ids)
            for dag in pages(
                self._connection,
                "/api/v2/dags",
                key="dags",
                doing="list DAGs",
                exclude_stale="false",
                dag_id_prefix_pattern=pattern,
            )
        )
        return {str(dag["dag_id"]): dag for dag in listed}

    def _situation(self, dag_id: str, dag: Mapping[str, Any] | None) -> str | None:
        if dag is None:
            return _UNSEEN
        arrived = self._has_arrived(dag_id, read=str(dag.get("last_parsed_time")))
        # A stale one it takes for removed until it has read the file again.
        if not arrived or dag.get("is_stale"):
            return _UNREAD.format(self._digests[dag_id])
        if dag.get("is_paused"):
            self.paused.add(dag_id)
        return None

    def _has_arrived(self, dag_id: str, *, read: str) -> bool:
        """Whether Airflow's copy has the digest; asked once for each time that it read the file."""
        if dag_id not in self._arrived and self._read.get(dag_id) != read:
            self._read[dag_id] = read
            path = f"/api/v2/dagSources/{quote(dag_id, safe='')}"
            source = self._connection.find(path, doing=f"show the source of {dag_id}") or {}
            if self._digests[dag_id] in (source.get("content") or ""):
                self._arrived.add(dag_id)
        return dag_id in self._arrived


def _patterns(names: Iterable[str]) -> Iterator[str]:
    """Names in few patterns, each for one request."""
    gathered: list[str] = []
    for name in names:
        full = len(gathered) == MOST_AT_ONCE
        if gathered and (full or sum(map(len, gathered)) + len(name) > _CHARACTERS):
            yield "|".join(gathered)
            gathered = []
        gathered.append(name)
    if gathered:
        yield "|".join(gathered)


def _ask_to_parse(connection: Connection, dag_ids: Sequence[str]) -> None:
    """Let Airflow look for changes at once where one of these is, not only in its own time.

    It looks through the whole DAG bundle then. The wait goes on where it cannot be asked.
    """
    for dag_id in dag_ids[:_TOKENS]:
        with suppress(Refused):
            doing = f"read the file of {dag_id}"
            path = f"/api/v2/dags/{quote(dag_id, safe='')}"
            token = connection.get(path, doing=doing)["file_token"]
            connection.put(f"/api/v2/parseDagFile/{token}", doing=doing)
            return
