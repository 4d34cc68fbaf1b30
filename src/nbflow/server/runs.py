"""Endpoints about runs, here and in Airflow: list, look at, read, stop, go on."""

from __future__ import annotations

import json
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from nbflow import api
from nbflow.errors import UsageError
from nbflow.model import RunState
from nbflow.server.calls import Call, Endpoint, others
from nbflow.server.projects import IN_PROJECT, OF_PROJECT, in_contents
from nbflow.server.schemas import (
    FLAG,
    INTEGER,
    MOMENT,
    NAME,
    TEXT,
    VALUES,
    listing,
    nullable,
    record,
    reference,
    told,
)
from nbflow.server.shapes import failed_run_as_json, run_as_json
from nbflow.server.wording import in_jupyterlab

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbflow.model import Run
    from nbflow.remote import Airflow

__all__ = ["ENDPOINTS", "about_another_machine", "found_run"]


def runs(call: Call) -> dict[str, Any]:
    """Some runs, the newest first."""
    given = call.given
    states = [RunState(one) for one in (given.get("states") or "").split(",") if one]
    page = api.runs_page(
        call.settings,
        dag_id=given.get("dag_id"),
        states=states,
        limit=given["limit"],
        after=given.get("after"),
    )
    return {
        "runs": [run_as_json(one) for one in page.runs],
        "further": page.further,
        "unasked": page.unasked and in_jupyterlab(page.unasked),
    }


def run(call: Call) -> dict[str, Any]:
    """A run with its steps, how far they are and how long they usually take."""
    current = call.settings
    if _is_told_by_the_store(call):
        found = api.find_run_anywhere(_name(call), current=current)
        if _is_here(call):
            found = api.forecast(found, client=None, current=current)
        return failed_run_as_json(found)
    with call.look() as client:
        found = _explained_by(client, call)
        return failed_run_as_json(api.forecast(found, client=client, current=current))


def graph(call: Call) -> dict[str, Any]:
    """How the steps of a run hang together, and where the notebook is that they are of."""
    found = api.graph_of(found_run(call), current=call.settings)
    return {"steps": list(found.steps), "notebook": in_contents(found.notebook, call)}


def logs(call: Call) -> dict[str, Any]:
    """Lines of the log of a step's last try, from one on."""
    from nbflow.remote import LogLine

    first, step = call.given["after"], call.given["step"]
    part = slice(first, first + call.given["limit"])
    if _is_here(call):
        found = api.find_run_anywhere(_name(call), current=call.settings)
        api.require_step(found, step)
        texts = api.texts_of(found, current=call.settings, step=step)
        lines = [
            {"step": one.step, **LogLine(one.text, level=one.stream, cell=one.cell).as_json()}
            for one in islice(texts, part.start, part.stop)
        ]
    else:  # The store does not have it: while Airflow is away, that is told.
        with call.look() as client:
            found = api.find_run(_name(call), client=client)
            logged = api.log_lines(
                found,
                client=client,
                current=call.settings,
                step=step,
                everything=call.given["all"],
            )
            lines = [
                {"step": whose, **line.as_json()}
                for whose, line in islice(logged, part.start, part.stop)
            ]
    return {"lines": lines, "next": first + len(lines), "finished": found.state.finished}


def notebooks(call: Call) -> list[dict[str, Any]]:
    """The executed notebook of a run, or those of several; also while it goes."""
    found = _explained(call)
    with TemporaryDirectory() as folder:
        api.output_into(found, current=call.settings, to=Path(folder), header=call.given["header"])
        return [
            {"name": path.stem, "content": json.loads(path.read_text(encoding="utf-8"))}
            for path in sorted(Path(folder).glob("*.ipynb"))
        ]


def debug(call: Call) -> dict[str, Any]:
    """A notebook that brings back what a step was given, and ends with its failing cell."""
    with TemporaryDirectory() as folder:
        path = api.debug(
            _explained(call),
            step=call.given.get("step"),
            current=call.settings,
            to=Path(folder) / f"{call.given['dag_id']}-debug.ipynb",
        )
        return {"name": path.stem, "content": json.loads(path.read_text(encoding="utf-8"))}


def cancel(call: Call) -> dict[str, bool]:
    """End a run in Airflow."""
    with _in_airflow(call) as (found, client):
        return {"changed": api.cancel(found, client=client)}


def resume(call: Call) -> dict[str, Any]:
    """Run the failed steps of a run in Airflow again, and what follows them."""
    with _in_airflow(call) as (found, client):
        return {"steps": list(api.resume_run(found, client=client))}


def approve(call: Call) -> dict[str, str]:
    """Answer an approval that a run in Airflow waits for."""
    with _in_airflow(call) as (found, client):
        stage = api.approve(
            found,
            client=client,
            stage=call.given.get("stage"),
            approved=call.given["approved"],
        )
    return {"stage": stage}


def found_run(call: Call) -> Run:
    """The run as it is known where that is told soonest."""
    if _is_told_by_the_store(call):
        return api.find_run_anywhere(_name(call), current=call.settings)
    with call.look() as client:
        return api.find_run(_name(call), client=client)


def about_another_machine(call: Call) -> bool:
    """Whether a run is meant that this machine alone does not know of."""
    return not _is_here(call)


def _explained(call: Call) -> Run:
    """The run with what the store knows of it and why it failed."""
    if _is_told_by_the_store(call):
        return api.find_run_anywhere(_name(call), current=call.settings)
    with call.look() as client:
        return _explained_by(client, call)


def _explained_by(client: Airflow, call: Call) -> Run:
    found = api.find_run(_name(call), client=client)
    return api.explain(api.enrich(found, current=call.settings), client=client)


def _name(call: Call) -> str:
    return f"{call.given['dag_id']}/{call.given['run_id']}"


def _is_here(call: Call) -> bool:
    return api.is_local(call.given["run_id"])


def _is_told_by_the_store(call: Call) -> bool:
    return _is_here(call) or not api.in_reach(call.settings)


@contextmanager
def _in_airflow(call: Call) -> Iterator[tuple[Run, Airflow]]:
    """The run, which only Airflow can do something with, and that Airflow."""
    if _is_here(call):
        raise UsageError(
            f"{_name(call)} is a run on the server's machine",
            hint="Cancel its job; go on with it by running the notebook with `resume`.",
        )
    with api.connect(call.settings) as client:
        yield api.find_run(_name(call), client=client), client


_STATES = ",".join(RunState)
_NOTEBOOK = record({"name": TEXT, "content": told(VALUES, "of nbformat 4.5")})
_LINE = record(
    {
        "step": TEXT,
        "cell": told(nullable(TEXT), "id of the cell that wrote it, of a run here"),
        "moment": nullable(MOMENT),
        "level": told(nullable(TEXT), "`info`, `error`, …; of a run here its stream"),
        "text": TEXT,
    }
)

ENDPOINTS = (
    Endpoint(
        name="runs",
        method="GET",
        path="/runs",
        summary="Runs on the server's machine and in Airflow, the newest first, page by page.",
        work=runs,
        answer=record(
            {
                "runs": listing(reference("Run")),
                "further": told(nullable(TEXT), "`after` of the next page; null on the last"),
                "unasked": told(nullable(TEXT), "why Airflow's are missing"),
            }
        ),
        query=record(
            {},
            **IN_PROJECT,
            dag_id=told(NAME, "of this pipeline alone"),
            states=told(
                TEXT,
                f"in one of these, with commas between: {_STATES}",
                pattern=f"^(({'|'.join(RunState)})(,|$))*$",
            ),
            limit=told(INTEGER, "how many", minimum=1, maximum=100, default=50),
            after=told(TEXT, "`further` of the page before"),
        ),
        asks=others,
    ),
    Endpoint(
        name="getRun",
        method="GET",
        path="/runs/{dag_id}/{run_id}",
        summary="A run with its steps, their progress in cells, and its failure.",
        work=run,
        answer=reference("Run"),
        query=OF_PROJECT,
        asks=about_another_machine,
    ),
    Endpoint(
        name="graph",
        method="GET",
        path="/runs/{dag_id}/{run_id}/graph",
        summary="What the steps of a run need of each other, and the notebook that they are of.",
        work=graph,
        answer=reference("Graph"),
        query=OF_PROJECT,
        asks=about_another_machine,
    ),
    Endpoint(
        name="logs",
        method="GET",
        path="/runs/{dag_id}/{run_id}/logs",
        summary="Lines of the log of a step's last try, from one on.",
        work=logs,
        answer=record(
            {
                "lines": listing(_LINE),
                "next": told(INTEGER, "`after` of the next ones"),
                "finished": told(FLAG, "whether the run has ended"),
            }
        ),
        query=record(
            {"step": told(TEXT, "the step's name")},
            **IN_PROJECT,
            after=told(INTEGER, "how many lines are known", minimum=0, default=0),
            limit=told(INTEGER, "how many", minimum=1, maximum=10000, default=2000),
            all=told(FLAG, "also what Airflow says of its own work", default=False),
        ),
        asks=about_another_machine,
    ),
    Endpoint(
        name="outputNotebooks",
        method="GET",
        path="/runs/{dag_id}/{run_id}/notebooks",
        summary="A run's executed notebook, or those of several; also while it goes.",
        work=notebooks,
        answer=listing(_NOTEBOOK),
        query=record(
            {}, **IN_PROJECT, header=told(FLAG, "with a cell about the run", default=True)
        ),
        asks=about_another_machine,
    ),
    Endpoint(
        name="debugNotebook",
        method="GET",
        path="/runs/{dag_id}/{run_id}/debug",
        summary="A notebook that brings back what a step was given, up to its failing cell.",
        work=debug,
        answer=_NOTEBOOK,
        query=record({}, **IN_PROJECT, step=told(TEXT, "the one that failed otherwise")),
        asks=about_another_machine,
    ),
    Endpoint(
        name="cancelRun",
        method="POST",
        path="/runs/{dag_id}/{run_id}/cancel",
        summary="End a run in Airflow: steps that run are stopped.",
        work=cancel,
        answer=record({"changed": told(FLAG, "false where it had ended")}),
        action="execute",
        query=OF_PROJECT,
        asks=about_another_machine,
    ),
    Endpoint(
        name="resumeRun",
        method="POST",
        path="/runs/{dag_id}/{run_id}/resume",
        summary="Run the failed steps of a run in Airflow again, and what follows them.",
        work=resume,
        answer=record({"steps": listing(TEXT)}),
        action="execute",
        query=OF_PROJECT,
        asks=about_another_machine,
    ),
    Endpoint(
        name="approve",
        method="POST",
        path="/runs/{dag_id}/{run_id}/approve",
        summary="Answer an approval that a run in Airflow waits for.",
        work=approve,
        answer=record({"stage": TEXT}),
        action="execute",
        query=OF_PROJECT,
        body=record(
            {"approved": told(FLAG, "false refuses: what comes behind it is skipped")},
            stage=told(TEXT, "which one, where several wait"),
        ),
        asks=about_another_machine,
    ),
)
