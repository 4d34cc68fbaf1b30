"""Endpoints about a project: its schedules in words, its profiles, its settings, its Airflow."""

from __future__ import annotations

import os
import posixpath
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from nbflow import api
from nbflow.errors import UsageError
from nbflow.server.calls import Call, Endpoint, others
from nbflow.server.schemas import FLAG, INTEGER, MOMENT, TEXT, listing, record, reference, told
from nbflow.server.wording import spoken

if TYPE_CHECKING:
    from nbflow.server.jobs import Job

__all__ = ["ENDPOINTS", "IN_PROJECT", "OF_PROJECT", "in_contents", "project_in_contents"]

IN_PROJECT: dict[str, Any] = {
    "project": told(TEXT, "a folder of the project, in the server's contents", default="")
}
"""The value of a query that says which project is meant."""
OF_PROJECT = record({}, **IN_PROJECT)
"""A query that says nothing else."""


def in_contents(path: str | None, call: Call) -> str | None:
    """Where in the server's contents a path within the project is; None where it is not there."""
    if path is None or call.folder is None:
        return None
    place = os.path.relpath(call.settings.root / path, call.folder.resolve())
    found = posixpath.normpath(f"{call.given['project']}/{PurePath(place).as_posix()}").lstrip("/")
    return None if found.startswith("..") else found


def project_in_contents(call: Call) -> str:
    """The project's own folder in the server's contents; the nearest to it that is shown there."""
    assert call.contents is not None
    given = [part for part in call.given["project"].split("/") if part]
    above = ("/".join(given[:count]) for count in range(len(given) + 1))
    # Whether a folder belongs to the project is not in its name: a link may lead to another one.
    return next(one for one in above if _is_within(call, one))


def _is_within(call: Call, folder: str) -> bool:
    assert call.contents is not None
    return call.contents.place(folder).resolve().is_relative_to(call.settings.root)


def next_runs(call: Call) -> dict[str, Any]:
    """The next times of a schedule."""
    after = call.given.get("after")
    try:
        moment = None if after is None else datetime.fromisoformat(after)
    except ValueError as error:
        raise UsageError(f"after: {error}", hint="Write 2026-11-28T16:05:00+00:00.") from None
    if moment is not None and moment.tzinfo is None:
        raise UsageError(f"after: {after} has no time zone", hint="End it with Z or +01:00.")
    found = api.coming_runs(
        call.given["schedule"],
        timezone=call.given["timezone"],
        after=moment,
        count=call.given["count"],
    )
    return {"times": [one.isoformat() for one in found]}


def profiles(call: Call) -> list[dict[str, Any]]:
    """All profiles, and which of them a team may use."""
    allowed = api.allowed_profiles(call.settings, team=call.given.get("team"))
    return [
        {**one, "allowed": one["name"] in allowed} for one in api.describe_profiles(call.settings)
    ]


def settings(call: Call) -> dict[str, Any]:
    """What the settings say, in short, and how Airflow is."""
    current = call.settings
    return {
        "root": str(current.root),
        "folder": project_in_contents(call),
        "files": [str(path) for path in current.files],
        "store": current.store_address,
        "target": current.target.kind,
        "backend": current.backend,
        "default_profile": current.default_profile,
        "teams": list(current.teams),
        "channels": list(current.channels),
        "airflow": spoken(api.reach(current).as_json()),
    }


def airflow(call: Call) -> dict[str, Any]:
    """How the project's Airflow is."""
    return spoken(api.reach(call.settings).as_json())


def airflow_up(call: Call, job: Job) -> dict[str, Any]:
    """Start the private Airflow."""
    api.airflow_up(call.settings, tell=job.tell)
    return spoken(api.reach(call.settings).as_json())


def airflow_down(call: Call, job: Job) -> dict[str, Any]:
    """Stop the private Airflow."""
    job.tell("Stopping Airflow")
    return {"stopped": api.airflow_down(call.settings)}


ENDPOINTS = (
    Endpoint(
        name="nextRuns",
        method="GET",
        path="/next-runs",
        summary="The next times of a cron expression or preset in a time zone.",
        work=next_runs,
        answer=record({"times": told(listing(MOMENT), "in the time zone")}),
        about=None,
        query=record(
            {"schedule": told(TEXT, "five fields, or a preset such as @daily")},
            timezone=told(TEXT, "its IANA name", default="UTC"),
            after=told(TEXT, "a moment with its time zone; now otherwise"),
            count=told(INTEGER, "how many", minimum=1, maximum=100, default=5),
        ),
    ),
    Endpoint(
        name="profiles",
        method="GET",
        path="/profiles",
        summary="The profiles with sizes and prices, and which of them a team may use.",
        work=profiles,
        answer=listing(reference("Profile")),
        query=record({}, **IN_PROJECT, team=told(TEXT, "whose; nobody's otherwise")),
    ),
    Endpoint(
        name="settings",
        method="GET",
        path="/settings",
        summary="What the settings of a project say, in short, and how its Airflow is.",
        work=settings,
        answer=record(
            {
                "root": told(TEXT, "the project's folder on the server's machine"),
                "folder": told(
                    TEXT, "the project's folder in the server's contents, or what is shown of it"
                ),
                "files": listing(TEXT),
                "store": TEXT,
                "target": told(TEXT, "its kind"),
                "backend": TEXT,
                "default_profile": TEXT,
                "teams": listing(TEXT),
                "channels": listing(TEXT),
                "airflow": reference("Airflow"),
            }
        ),
        query=OF_PROJECT,
        asks=others,
    ),
    Endpoint(
        name="airflow",
        method="GET",
        path="/airflow",
        summary="How the project's Airflow is, and why it is not in reach.",
        work=airflow,
        answer=reference("Airflow"),
        query=OF_PROJECT,
        asks=others,
    ),
    Endpoint(
        name="airflowUp",
        method="POST",
        path="/airflow/up",
        summary="Start the project's private Airflow.",
        work=airflow_up,
        answer=reference("Airflow"),
        action="execute",
        query=OF_PROJECT,
        job=True,
    ),
    Endpoint(
        name="airflowDown",
        method="POST",
        path="/airflow/down",
        summary="Stop the project's private Airflow, with every task that runs in it.",
        work=airflow_down,
        answer=record({"stopped": told(FLAG, "false where none ran")}),
        action="execute",
        query=OF_PROJECT,
        job=True,
    ),
)
