"""Endpoints about the files that a run's notebook left beside itself: list, save."""

from __future__ import annotations

import asyncio
import posixpath
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from nbflow import api
from nbflow.errors import UsageError
from nbflow.model import did_you_mean
from nbflow.server.calls import AlreadyThere, Call, Endpoint, UnknownFile
from nbflow.server.projects import OF_PROJECT, in_contents, project_in_contents
from nbflow.server.runs import about_another_machine, found_run
from nbflow.server.schemas import FLAG, TEXT, listing, record, reference, told

if TYPE_CHECKING:
    from nbflow.api import RunFile
    from nbflow.model import Run
    from nbflow.server.contents import Contents
    from nbflow.server.jobs import Jobs

__all__ = ["ENDPOINTS"]

_NAMED = 20
"""Files that a hint names."""


def files(call: Call) -> list[dict[str, Any]]:
    """What a run's steps that have ended left; but what the server's contents would not show."""
    return [
        {"name": one.name, "size": one.size, "step": one.step}
        for one in _left(found_run(call), call)
    ]


async def save_files(call: Call, _: Jobs) -> dict[str, Any]:
    """Write files of a run into the server's contents.

    That is no job: jobs wait for each other, and so it would for runs here to end.
    """
    contents = _contents(call)
    assert call.threads is not None
    asks = about_another_machine(call)
    chosen, notebook = await call.threads.begin(partial(_meant, call), asks=asks)
    folder = await _folder(call, notebook)
    places = {posixpath.join(folder, one.name): one for one in chosen}
    same = {
        path: await contents.holds(path, size=one.size, sha256=one.sha256)
        for path, one in places.items()
    }
    others = [places[path].name for path, is_same in same.items() if is_same is False]
    if others and not call.given["replace"]:
        hint = "With `replace` they are written over; or name another `folder`."
        raise AlreadyThere(others, folder=folder, hint=hint)
    for path, one in places.items():
        if not same[path]:
            await contents.write(path, one.fetch)
    return {"folder": folder, "files": list(places)}


def _contents(call: Call) -> Contents:
    assert call.contents is not None
    return call.contents


def _left(run: Run, call: Call) -> list[RunFile]:
    """The files of a run that can be in the server's contents."""
    contents = _contents(call)
    found = api.files_of(run, current=call.settings)
    return [one for one in found if contents.may_have(one.name)]


def _meant(call: Call) -> tuple[list[RunFile], str | None]:
    """The files that are named, and where in the contents their notebook is or was."""
    run = found_run(call)
    found = {one.name: one for one in _left(run, call)}
    names = call.given.get("names", list(found))
    for name in names:
        if name not in found:
            listed = ", ".join([*islice(found, _NAMED), *(["…"] if len(found) > _NAMED else [])])
            raise UnknownFile(
                f"the run has left no file {name!r}",
                hint=f"{did_you_mean(name, found)}Its files: {listed or 'none yet'}.",
            )
    if not names:
        raise UsageError("the run has left no files", hint="Has a step ended?")
    notebook = api.graph_of(run, current=call.settings).notebook
    return [found[name] for name in dict.fromkeys(names)], in_contents(notebook, call)


async def _folder(call: Call, notebook: str | None) -> str:
    """The folder that is named, else the notebook's, else the project's."""
    contents = _contents(call)
    named: str | None = call.given.get("folder")
    if named is None:
        named = await asyncio.to_thread(project_in_contents, call)
        if notebook is not None and await contents.has_folder(posixpath.dirname(notebook)):
            named = posixpath.dirname(notebook)
    await contents.folder(named)
    return "/".join(part for part in named.split("/") if part)


ENDPOINTS = (
    Endpoint(
        name="runFiles",
        method="GET",
        path="/runs/{dag_id}/{run_id}/files",
        summary="The files that a run's notebook wrote beside itself, as they were at last.",
        work=files,
        answer=told(listing(reference("RunFile")), "by name; hidden ones where the server does"),
        query=OF_PROJECT,
        asks=about_another_machine,
    ),
    Endpoint(
        name="saveRunFiles",
        method="POST",
        path="/runs/{dag_id}/{run_id}/files",
        summary="Write files of a run into a folder of the server's contents.",
        work=save_files,
        answer=record(
            {
                "folder": told(TEXT, "in the server's contents"),
                "files": told(listing(TEXT), "their paths there, also of those that were the same"),
            }
        ),
        action="write",
        query=OF_PROJECT,
        body=record(
            {},
            names=told(listing(TEXT), "which of them; all otherwise", minItems=1),
            folder=told(
                TEXT, "in the server's contents; otherwise the notebook's, else the project's"
            ),
            replace=told(FLAG, "write over files that are there and differ", default=False),
        ),
        writes=True,
    ),
)
