"""Endpoints about what is published: list it, hold it, start it, go back, take it away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow import api
from nbflow.server.calls import Call, Endpoint, others
from nbflow.server.projects import IN_PROJECT, OF_PROJECT, in_contents
from nbflow.server.schemas import (
    DIGEST,
    FLAG,
    INTEGER,
    MOMENT,
    NAME,
    TEXT,
    VALUES,
    choice,
    listing,
    nullable,
    record,
    reference,
    told,
)
from nbflow.server.shapes import difference_as_json, run_as_json
from nbflow.server.wording import in_jupyterlab

if TYPE_CHECKING:
    from nbflow.server.jobs import Job

__all__ = ["ENDPOINTS"]


def pipelines(call: Call) -> dict[str, Any]:
    """What is published, with its state in Airflow and its newest run."""
    given = call.given
    page = api.pipelines_page(
        call.settings,
        contains=given["contains"],
        dag_id=given.get("dag_id"),
        state=given.get("state"),
        limit=given["limit"],
        offset=given["offset"],
    )
    return {
        "total": page.total,
        "unasked": page.unasked and in_jupyterlab(page.unasked),
        "pipelines": [
            {
                "dag_id": one.published.listing.dag_id,
                "digest": one.published.listing.digest,
                "notebook": one.published.listing.notebook,
                "path": in_contents(one.published.listing.notebook, call),
                "by": one.published.listing.current.by,
                "in_airflow": one.airflow is not None,
                "paused": None if one.airflow is None else one.airflow.paused,
                "broken": None if one.airflow is None else one.airflow.broken,
                "owners": [] if one.airflow is None else list(one.airflow.owners),
                "next_run": one.airflow
                and one.airflow.next_run
                and one.airflow.next_run.isoformat(),
                "url": one.airflow and one.airflow.url,
                "latest": one.latest and run_as_json(one.latest),
            }
            for one in page.pipelines
        ],
    }


def pipeline(call: Call) -> dict[str, Any]:
    """One that is published, with its versions."""
    (found, *_) = api.published(call.settings, dag_id=call.given["dag_id"])
    return api.publication_as_json(found)


def parameters(call: Call) -> list[dict[str, Any]]:
    """Its parameters as Airflow has them."""
    with call.look() as client:
        return api.parameters_as_json(api.parameters_of(call.given["dag_id"], client=client))


def trigger(call: Call) -> dict[str, Any]:
    """Start a run in Airflow."""
    dag_id = call.given["dag_id"]
    with api.connect(call.settings) as client:
        run = api.trigger(dag_id, client=client, parameters=call.given["parameters"])
        return {"run": run_as_json(run), "paused": client.is_paused(dag_id)}


def pause(call: Call) -> dict[str, bool]:
    """Let no new runs begin."""
    with api.connect(call.settings) as client:
        return {"changed": api.pause(call.given["dag_id"], client=client)}


def unpause(call: Call) -> dict[str, bool]:
    """Let runs begin again."""
    with api.connect(call.settings) as client:
        return {"changed": api.unpause(call.given["dag_id"], client=client)}


def diff_back(call: Call) -> dict[str, Any]:
    """What going back to an earlier version would change."""
    given = call.given
    found = api.diff_back(given["dag_id"], current=call.settings, digest=given.get("digest"))
    return difference_as_json(found)


def roll_back(call: Call, job: Job) -> dict[str, Any]:
    """Let it run an earlier version."""
    done = api.roll_back(
        call.given["dag_id"],
        current=call.settings,
        digest=call.given.get("digest"),
        wait=call.given["wait"],
        tell=job.tell,
    )
    return {
        "published": api.published_as_json(done.published),
        "was": done.was.digest or None,
    }


def unpublish(call: Call, job: Job) -> dict[str, Any]:
    """Take it away."""
    given = call.given
    job.tell("Taking it away")
    done = api.unpublish(
        given["dag_id"], current=call.settings, force=given["force"], purge=given["purge"]
    )
    return {
        "dag_id": given["dag_id"],
        "digest": done.listing.digest,
        "going": [run_as_json(one) for one in done.going],
    }


_LISTED = record(
    {
        "dag_id": TEXT,
        "digest": TEXT,
        "notebook": told(TEXT, "within its project"),
        "path": told(nullable(TEXT), "the same in the server's contents; null: it is not there"),
        "by": told(nullable(TEXT), "who published it last"),
        "in_airflow": told(FLAG, "whether Airflow knows it"),
        "paused": nullable(FLAG),
        "broken": told(nullable(FLAG), "whether Airflow cannot import it"),
        "owners": listing(TEXT),
        "next_run": nullable(MOMENT),
        "url": nullable(TEXT),
        "latest": nullable(reference("Run")),
    }
)
_CHANGED = record({"changed": told(FLAG, "false where it was so already")})

ENDPOINTS = (
    Endpoint(
        name="pipelines",
        method="GET",
        path="/pipelines",
        summary="What is published, by name, with its state in Airflow and its newest run.",
        work=pipelines,
        answer=record(
            {
                "total": told(INTEGER, "how many match"),
                "unasked": told(nullable(TEXT), "why nothing of Airflow's is there"),
                "pipelines": listing(_LISTED),
            }
        ),
        query=record(
            {},
            **IN_PROJECT,
            contains=told(TEXT, "in name or notebook", default=""),
            dag_id=told(NAME, "this one alone"),
            state=told(
                choice(*api.PIPELINE_STATES),
                "those that are paused in Airflow, or whose newest run is so",
            ),
            limit=told(INTEGER, "how many", minimum=1, maximum=100, default=50),
            offset=told(INTEGER, "how many before them", minimum=0, default=0),
        ),
        asks=others,
    ),
    Endpoint(
        name="pipeline",
        method="GET",
        path="/pipelines/{dag_id}",
        summary="One that is published, with the versions of it that are kept.",
        work=pipeline,
        answer=reference("Publication"),
        query=OF_PROJECT,
        asks=others,
    ),
    Endpoint(
        name="parameters",
        method="GET",
        path="/pipelines/{dag_id}/parameters",
        summary="The parameters of what is published, as Airflow has them.",
        work=parameters,
        answer=listing(reference("Parameter")),
        query=OF_PROJECT,
        asks=others,
    ),
    Endpoint(
        name="trigger",
        method="POST",
        path="/pipelines/{dag_id}/trigger",
        summary="Start a run in Airflow.",
        work=trigger,
        answer=record(
            {"run": reference("Run"), "paused": told(FLAG, "it begins when the DAG is let run")}
        ),
        action="execute",
        query=OF_PROJECT,
        body=record({}, parameters=told(VALUES, "values by name", default={})),
        asks=others,
    ),
    Endpoint(
        name="pause",
        method="POST",
        path="/pipelines/{dag_id}/pause",
        summary="Let no new runs begin; runs that go go on.",
        work=pause,
        answer=_CHANGED,
        action="write",
        query=OF_PROJECT,
        asks=others,
    ),
    Endpoint(
        name="unpause",
        method="POST",
        path="/pipelines/{dag_id}/unpause",
        summary="Let runs begin again.",
        work=unpause,
        answer=_CHANGED,
        action="write",
        query=OF_PROJECT,
        asks=others,
    ),
    Endpoint(
        name="diffBack",
        method="GET",
        path="/pipelines/{dag_id}/diff",
        summary="What going back to an earlier version would change; nothing is written.",
        work=diff_back,
        answer=reference("Difference"),
        query=record(
            {},
            **IN_PROJECT,
            digest=told(DIGEST, "the version's, or how it begins; the one before otherwise"),
        ),
        asks=others,
    ),
    Endpoint(
        name="rollBack",
        method="POST",
        path="/pipelines/{dag_id}/rollback",
        summary="Let it run an earlier version, the one before where none is named.",
        work=roll_back,
        answer=record({"published": reference("Published"), "was": nullable(TEXT)}),
        action="write",
        query=OF_PROJECT,
        body=record(
            {},
            digest=told(DIGEST, "the version's, or how it begins"),
            wait=told(FLAG, "until Airflow runs it", default=True),
        ),
        job=True,
    ),
    Endpoint(
        name="unpublish",
        method="POST",
        path="/pipelines/{dag_id}/unpublish",
        summary="Pause it, then take it away; what its runs made stays.",
        work=unpublish,
        answer=record(
            {"dag_id": TEXT, "digest": TEXT, "going": listing(reference("Run"))},
        ),
        action="write",
        query=OF_PROJECT,
        body=record(
            {},
            force=told(FLAG, "also while runs are going", default=False),
            purge=told(FLAG, "its versions go too; there is no way back", default=False),
        ),
        job=True,
    ),
)
