"""Endpoints about a notebook, saved or not: look at it, compare, publish, run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow import api
from nbflow.server.calls import NOTEBOOK, Call, Endpoint, others
from nbflow.server.schemas import (
    DIGEST,
    FLAG,
    TEXT,
    VALUES,
    listing,
    nullable,
    record,
    reference,
    told,
)
from nbflow.server.shapes import difference_as_json, failed_run_as_json
from nbflow.server.wording import numbered

if TYPE_CHECKING:
    from nbflow.server.jobs import Job

__all__ = ["ENDPOINTS"]

_PATH = told(TEXT, "the notebook's path in the server's contents", minLength=1)
_CONTENT = told(
    {"type": "object"}, "the notebook as it stands in the editor; the saved one otherwise"
)
_OPTIONS = told(VALUES, "a change of `metadata.nbflow` to try: null removes, objects are merged")


def _about_notebook(**more: Any) -> dict[str, Any]:
    return record({"path": _PATH}, content=_CONTENT, options=_OPTIONS, **more)


def inspect(call: Call) -> dict[str, Any]:
    """What a notebook means, and what is wrong with it."""
    inspected = call.inspected()
    described = api.describe(inspected)
    cells = (call.content or {}).get("cells", [])
    return {
        **described,
        "diagnostics": [numbered(one, cells) for one in described["diagnostics"]],
        "parameters": api.parameters_as_json(inspected.pipeline.parameters),
        "parameters_candidate": api.parameters_candidate(inspected),
        "notebook": call.given["path"],
        "team": inspected.pipeline.options.team,
        "saved": call.saved,
        "options": api.options_of(inspected),
        "ok": not inspected.errors,
    }


def change_options(call: Call) -> dict[str, Any]:
    """What `metadata.nbflow` becomes; the client writes it."""
    inspected = call.inspected()
    assert call.content is not None
    before = call.content.get("metadata", {}).get("nbflow")
    after = api.new_options(call.content, call.given["options"])
    return {
        "options": after,
        "changed": after != (before or {}),
        "diagnostics": api.diagnostics_as_json(inspected),
    }


def preflight(call: Call) -> dict[str, Any] | None:
    """What the cluster says of the notebook's pods; None where the settings speak of none."""
    (found,) = api.preflight([call.compiled()])
    return None if found is None else found.as_json()


def diff(call: Call) -> dict[str, Any]:
    """What publishing would change."""
    return difference_as_json(api.diff(call.compiled()))


def publish(call: Call, job: Job) -> dict[str, Any]:
    """Publish it, and wait until Airflow has it."""
    job.tell("Checking")
    compiled = call.compiled()
    asked = None
    if call.given["preflight"]:
        (asked,) = api.preflight([compiled])
        api.refuse_what_cannot_run([asked])
    job.tell("Publishing")
    (done,) = api.publish(
        [compiled],
        wait=call.given["wait"],
        force=call.given["force"],
        shown=call.given.get("shown"),
        tell=job.tell,
        wanted=lambda: job.wanted,
    )
    return api.published_as_json(done, preflight=asked)


def run(call: Call, job: Job) -> dict[str, Any]:
    """Run it on the server's machine."""
    compiled = call.compiled()
    given = call.given
    earlier = None
    if given.get("resume"):
        earlier = api.resume(compiled, reference=given["resume"], parameters=given["parameters"])
    stop = api.Stop()
    job.stopped_by(stop.ask)
    answer = given.get("approve")
    finished = api.run(
        compiled,
        parameters=given["parameters"],
        observe=job.show,
        resume=earlier,
        cache=given["cache"],
        limits=api.limits(compiled) if given["limits"] else None,
        stop=stop,
        approve=None if answer is None else lambda _stage, _asked: answer,
    )
    return failed_run_as_json(finished.run)


ENDPOINTS = (
    Endpoint(
        name="inspect",
        method="POST",
        path="/inspect",
        summary="What a notebook means: steps, edges with reasons, parameters, options, findings.",
        work=inspect,
        answer=reference("Inspected"),
        about=NOTEBOOK,
        body=_about_notebook(),
    ),
    Endpoint(
        name="changeOptions",
        method="POST",
        path="/options",
        summary="What a notebook's options become with a change; nothing is written.",
        work=change_options,
        answer=record(
            {
                "options": told(VALUES, "for `metadata.nbflow`; where empty it is removed"),
                "changed": FLAG,
                "diagnostics": listing(reference("Diagnostic")),
            }
        ),
        about=NOTEBOOK,
        body=record({"path": _PATH, "options": _OPTIONS}, content=_CONTENT),
    ),
    Endpoint(
        name="preflight",
        method="POST",
        path="/preflight",
        summary="Whether the cluster could run a notebook's steps; null where none is meant.",
        work=preflight,
        answer=nullable(reference("Preflight")),
        about=NOTEBOOK,
        body=_about_notebook(),
        asks=others,
    ),
    Endpoint(
        name="diff",
        method="POST",
        path="/diff",
        summary="What publishing a notebook would change; nothing is written.",
        work=diff,
        answer=reference("Difference"),
        about=NOTEBOOK,
        body=_about_notebook(),
        asks=others,
    ),
    Endpoint(
        name="publish",
        method="POST",
        path="/publish",
        summary="Publish a notebook, and wait until Airflow has it.",
        work=publish,
        answer=reference("Published"),
        action="write",
        about=NOTEBOOK,
        body=_about_notebook(
            wait=told(FLAG, "until Airflow has it", default=True),
            force=told(FLAG, "over another notebook's DAG, and versions not seen", default=False),
            shown=told(
                listing(DIGEST),
                "versions that whoever publishes has before their eyes: others are refused, "
                "whoever published them",
            ),
            preflight=told(FLAG, "ask the cluster before", default=True),
        ),
        job=True,
    ),
    Endpoint(
        name="run",
        method="POST",
        path="/run",
        summary="Run a notebook on the server's machine, each step in a process of its own.",
        work=run,
        answer=reference("Run"),
        action="execute",
        about=NOTEBOOK,
        body=_about_notebook(
            parameters=told(VALUES, "values by name; defaults for the others", default={}),
            cache=told(FLAG, "whether unchanged steps may be skipped", default=True),
            limits=told(FLAG, "give each step the memory of its profile", default=False),
            resume=told(TEXT, "id of an earlier run here to go on with"),
            approve=told(FLAG, "the answer to approvals of several notebooks"),
        ),
        job=True,
    ),
)
