"""What nbflow asks of a running Airflow."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

from nbflow.remote import arrival, cancelling, logs, reading, triggering, watching
from nbflow.remote.credentials import open_connection
from nbflow.remote.paging import pages
from nbflow.remote.patience import PATIENT, Patience
from nbflow.remote.unknowns import known_dag, known_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from types import TracebackType

    from nbflow.model import Failure, Run
    from nbflow.remote.connection import Connection
    from nbflow.remote.reading import ImportProblem, LogLine


@dataclass(frozen=True)
class Airflow:
    """A running Airflow; use it in a `with` statement, it keeps sockets open.

    Every method raises `Refused` where Airflow says no and `Unreachable` where nobody answers,
    both of them `RemoteError`s.
    """

    connection: Connection

    @classmethod
    def connect(
        cls,
        url: str,
        *,
        token: str | None = None,
        user: str | None = None,
        password: str | None = None,
        token_env: str | None = None,
        password_env: str | None = None,
        environ: Mapping[str, str] = os.environ,
        patience: Patience = PATIENT,
    ) -> Self:
        """Prepare to talk; the first request signs in.

        Args:
            url: Airflow's address.
            token: bearer token.
            user: to sign in with where there is no token.
            password: of that user.
            token_env: environment variable that holds the token.
            password_env: environment variable that holds the password.
            environ: where those are looked up.
            patience: how long answers are waited for.

        Raises:
            SettingsError: a variable is not set, or a password is missing.
        """
        return cls(
            open_connection(
                url,
                token=token,
                user=user,
                password=password,
                token_env=token_env,
                password_env=password_env,
                environ=environ,
                patience=patience,
            )
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all sockets."""
        self.connection.close()

    @property
    def url(self) -> str:
        """Airflow's address without a slash at the end."""
        return self.connection.url

    def version(self) -> str:
        """Airflow's version."""
        answer = self.connection.get("/api/v2/version", doing="tell its version")
        return str(answer["version"])

    def health(self) -> dict[str, str]:
        """The status of each component: `healthy`, `unhealthy` or, where none runs, `none`."""
        answer = self.connection.get("/api/v2/monitor/health", doing="tell its health")
        return {
            name: str(part.get("status") or "none").lower()
            for name, part in answer.items()
            if isinstance(part, dict)
        }

    def import_errors(self) -> tuple[ImportProblem, ...]:
        """The DAG files that Airflow cannot import, newest first."""
        found = self._pages(
            "/api/v2/importErrors",
            key="import_errors",
            order_by="-timestamp",
            doing="list import errors",
        )
        return tuple(reading.read_import_problem(item) for item in found)

    def dag_ids(self) -> tuple[str, ...]:
        """The ids of all DAGs that are not stale, sorted."""
        found = self._pages("/api/v2/dags", key="dags", doing="list DAGs")
        return tuple(sorted(str(dag["dag_id"]) for dag in found))

    def has_dag(self, dag_id: str) -> bool:
        """Whether there is a DAG of this id."""
        path = f"/api/v2/dags/{_quoted(dag_id)}"
        return self.connection.find(path, doing=f"look for {dag_id}") is not None

    def wait_for_dag(
        self,
        dag_id: str,
        *,
        digest: str,
        timeout: float = 120,
        observe: Callable[[str], None] | None = None,
        beside: Sequence[str] = (),
    ) -> float:
        """Wait until the DAG with this digest in its source is live.

        Airflow is asked to read the file at once.

        Args:
            dag_id: the DAG.
            digest: text that only this version of the DAG file contains.
            timeout: seconds to wait.
            observe: is told in a few words what is waited for, when that changes.
            beside: DAGs whose files lie in the same place.

        Returns:
            Seconds that it took.

        Raises:
            RemoteError: Airflow cannot import the file (the message has its traceback), or
                time ran out.
        """
        return arrival.wait_for_dag(
            self, dag_id, digest=digest, timeout=timeout, observe=observe, beside=beside
        )

    def pause(self, dag_id: str) -> None:
        """Start no new runs of the DAG."""
        self._patch_dag(dag_id, paused=True)

    def unpause(self, dag_id: str) -> None:
        """Let the DAG run."""
        self._patch_dag(dag_id, paused=False)

    def trigger(
        self,
        dag_id: str,
        *,
        parameters: Mapping[str, Any] | None = None,
        run_id: str | None = None,
        note: str | None = None,
    ) -> Run:
        """Start a run.

        Args:
            dag_id: the DAG.
            parameters: values as JSON has them. Airflow checks types of those it knows, and
                takes unknown names without a word: check them before.
            run_id: unique within the DAG; made where none is given.
            note: a remark for people.

        Raises:
            UsageError: a value cannot travel through Airflow.
        """
        with known_dag(self, dag_id):
            data = triggering.trigger(
                self.connection,
                dag_id,
                parameters=parameters or {},
                run_id=run_id or triggering.new_run_id(),
                note=note,
            )
        return reading.read_run(data, url=self.url)

    def runs(
        self, dag_id: str | None = None, *, limit: int | None = 20, states: Sequence[str] = ()
    ) -> tuple[Run, ...]:
        """The latest runs of one DAG or of all, newest first, without their steps.

        Args:
            dag_id: the DAG; all where None.
            limit: how many; all where None.
            states: Airflow's names of the states that they are in; any where none is named.
        """
        query = {"state": list(states)} if states else {}
        with known_dag(self, dag_id):
            found = self._pages(
                f"/api/v2/dags/{_quoted(dag_id or '~')}/dagRuns",
                key="dag_runs",
                limit=limit,
                name=_run_name,
                order_by="-run_after",
                doing=f"list the runs of {dag_id or 'all DAGs'}",
                **query,
            )
            return tuple(reading.read_run(item, url=self.url) for item in found)

    def find_runs(self, run_id: str) -> tuple[Run, ...]:
        """The runs of any DAG that have this id, without their steps."""
        found = self._pages(
            "/api/v2/dags/~/dagRuns",
            key="dag_runs",
            order_by="run_id",  # of all ids that begin so, the shortest comes first
            run_id_prefix_pattern=run_id,
            doing=f"look for the run {run_id}",
        )
        same = takewhile(lambda item: item["dag_run_id"] <= run_id, found)
        return tuple(
            reading.read_run(item, url=self.url) for item in same if item["dag_run_id"] == run_id
        )

    def parameters(self, dag_id: str) -> dict[str, dict[str, Any]]:
        """A DAG's parameters by name, each with `value`, `schema` and `description`."""
        with known_dag(self, dag_id):
            path = f"/api/v2/dags/{_quoted(dag_id)}/details"
            details = self.connection.get(path, doing=f"read the parameters of {dag_id}")
        return dict(details.get("params") or {})

    def is_paused(self, dag_id: str) -> bool:
        """Whether runs of the DAG wait until somebody lets it run."""
        with known_dag(self, dag_id):
            path = f"/api/v2/dags/{_quoted(dag_id)}"
            return bool(self.connection.get(path, doing=f"show {dag_id}").get("is_paused"))

    def run(self, dag_id: str, run_id: str, *, order: Sequence[str] = ()) -> Run:
        """A run with its steps; those named in `order` come first, in its order."""
        path = reading.run_path(dag_id, run_id)
        with known_run(self, dag_id, run_id):
            data = self.connection.get(path, doing=f"show the run {run_id} of {dag_id}")
            tasks = tuple(
                self._pages(
                    f"{path}/taskInstances",
                    key="task_instances",
                    name=_task_name,
                    doing=f"list the steps of the run {run_id}",
                )
            )
        return reading.read_run(data, url=self.url, tasks=tasks, order=order)

    def durations(
        self,
        dag_id: str,
        *,
        limit: int,
        without: str | None = None,
        before: datetime | None = None,
    ) -> dict[str, tuple[float, ...]]:
        """Seconds that steps of a DAG took when they went well, by step, the latest first.

        Read are at most `limit` executions of steps; those of the run `without` do not count, nor
        what began after `before`.
        """
        found = self._pages(
            f"/api/v2/dags/{_quoted(dag_id)}/dagRuns/~/taskInstances",
            key="task_instances",
            limit=limit,
            state=["success"],
            order_by="-start_date",
            **({} if before is None else {"start_date_lte": before.isoformat()}),
            doing=f"list how long the steps of {dag_id} took",
        )
        return reading.read_durations(tuple(found), without=without)

    def cancel(self, dag_id: str, run_id: str) -> None:
        """End a run: steps that run are stopped, others do not begin.

        Airflow calls it failed; a note at the run says that it was cancelled.
        """
        with known_dag(self, dag_id):
            cancelling.cancel(self.connection, dag_id, run_id)

    def resume(self, dag_id: str, run_id: str, *, as_begun: bool = False) -> tuple[str, ...]:
        """Run the failed steps of a run again, and what follows; the names of all that will.

        Of a run that was cancelled these are all that have not gone well. They run as the DAG is
        published now, or as it was when the run began.

        Raises:
            UsageError: Airflow has not kept how it was.
        """
        with known_dag(self, dag_id):
            return cancelling.resume(self.connection, dag_id, run_id, as_begun=as_begun)

    def dag_url(self, dag_id: str) -> str:
        """The page of a DAG in Airflow's web pages."""
        return reading.dag_url(self.url, dag_id=dag_id)

    def run_url(self, dag_id: str, run_id: str) -> str:
        """The page of a run in Airflow's web pages."""
        return reading.run_url(self.url, dag_id=dag_id, run_id=run_id)

    def logs(self, dag_id: str, run_id: str, task: str, *, attempt: int = 1) -> tuple[LogLine, ...]:
        """The log of one attempt (counted from 1) of a task."""
        entries = logs.entries(self.connection, dag_id, run_id, task, attempt)
        return tuple(reading.read_log_line(entry) for entry in logs.lines(entries))

    def failure(self, dag_id: str, run_id: str, task: str, *, attempt: int = 1) -> Failure | None:
        """The last exception in the log of an attempt, or None."""
        entries = logs.entries(self.connection, dag_id, run_id, task, attempt)
        found = map(reading.read_failure, reversed(entries))
        return next(filter(None, found), None)

    def watch(
        self,
        dag_id: str,
        run_id: str,
        *,
        observe: Callable[[Run], None] | None = None,
        enrich: Callable[[Run], Run] | None = None,
        order: Sequence[str] = (),
        poll: float = 1.0,
        patience: float = 60.0,
    ) -> Run:
        """Follow a run until it has finished.

        Args:
            dag_id: the DAG.
            run_id: the run.
            observe: is given the run whenever it differs from what it was given before.
            enrich: adds to a run what Airflow does not know, such as progress in cells.
            order: the steps' order.
            poll: seconds between two looks.
            patience: seconds that Airflow may be away without the watch ending.

        Raises:
            Unreachable: Airflow was away for longer than that.
        """
        return watching.watch(
            lambda: self.run(dag_id, run_id, order=order),
            observe=observe or (lambda _: None),
            enrich=enrich or (lambda run: run),
            poll=poll,
            patience=patience,
        )

    def _patch_dag(self, dag_id: str, *, paused: bool) -> None:
        doing = f"{'pause' if paused else 'unpause'} {dag_id}"
        with known_dag(self, dag_id):
            self.connection.patch(
                f"/api/v2/dags/{_quoted(dag_id)}",
                {"is_paused": paused},
                doing=doing,
                update_mask="is_paused",
            )

    def _pages(self, path: str, *, key: str, doing: str, **query: Any) -> Iterator[Any]:
        return pages(self.connection, path, key=key, doing=doing, **query)


def _quoted(text: str) -> str:
    return quote(text, safe="~")


def _run_name(run: Mapping[str, Any]) -> tuple[Any, Any]:
    return run["dag_id"], run["dag_run_id"]


def _task_name(task: Mapping[str, Any]) -> tuple[Any, Any]:
    return task["task_id"], task.get("map_index")
