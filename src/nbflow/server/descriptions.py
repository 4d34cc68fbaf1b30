"""Endpoints about the server itself: its description, and the work that goes on in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow import api
from nbflow.server.calls import Call, Endpoint
from nbflow.server.openapi import openapi
from nbflow.server.schemas import (
    FLAG,
    INTEGER,
    NUMBER,
    TEXT,
    VALUES,
    choice,
    listing,
    nullable,
    record,
    reference,
    told,
)

if TYPE_CHECKING:
    from nbflow.server.jobs import Jobs

__all__ = ["ENDPOINTS"]


def vocabulary(_: Call) -> dict[str, Any]:
    """What an author may write."""
    return api.vocabulary()


def describe(_: Call) -> dict[str, Any]:
    """The description of all endpoints."""
    return openapi()


async def jobs(_: Call, known: Jobs) -> list[dict[str, Any]]:
    """All jobs that are known, the newest first."""
    return [one.as_json() for one in known.all()]


async def job(call: Call, known: Jobs) -> dict[str, Any]:
    """A job as it is now, or once it has changed."""
    found = known.find(call.given["job_id"])
    await found.changed(after=call.given["after"], wait=call.given["wait"])
    return found.as_json()


async def cancel_job(call: Call, known: Jobs) -> dict[str, Any]:
    """Let a job end; one that has ended stays as it is."""
    found = known.find(call.given["job_id"])
    found.cancel()
    return found.as_json()


_TAG = record(
    {
        "name": TEXT,
        "form": TEXT,
        "example": TEXT,
        "meaning": told(TEXT, "Markdown"),
        "argument": told(TEXT, "a regular expression; empty where the tag takes none"),
        "expects": told(TEXT, "the argument in words"),
        "about": choice("role", "step"),
        "repeatable": FLAG,
        "same_as": nullable(TEXT),
    }
)

ENDPOINTS = (
    Endpoint(
        name="openapi",
        method="GET",
        path="/openapi.json",
        summary="This description.",
        work=describe,
        answer=VALUES,
        about=None,
    ),
    Endpoint(
        name="vocabulary",
        method="GET",
        path="/vocabulary",
        summary="The tags that cells may have, and the schema of a notebook's options.",
        work=vocabulary,
        answer=record({"tags": listing(_TAG), "options": told(VALUES, "a JSON schema")}),
        about=None,
    ),
    Endpoint(
        name="jobs",
        method="GET",
        path="/jobs",
        summary="All jobs that are known, the newest first.",
        work=jobs,
        answer=listing(reference("Job")),
        about=None,
    ),
    Endpoint(
        name="job",
        method="GET",
        path="/jobs/{job_id}",
        summary="A job as it is now; with `wait`, once it has another version.",
        work=job,
        answer=reference("Job"),
        about=None,
        query=record(
            {},
            after=told(INTEGER, "a version that is known", default=-1),
            wait=told(NUMBER, "seconds at most", minimum=0, maximum=30, default=0),
        ),
    ),
    Endpoint(
        name="cancelJob",
        method="DELETE",
        path="/jobs/{job_id}",
        summary="Let a job end; what it has done stays.",
        work=cancel_job,
        answer=reference("Job"),
        action="execute",
        about=None,
    ),
)
