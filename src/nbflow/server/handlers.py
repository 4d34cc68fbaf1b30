"""The handler of all endpoints: who asks, what is asked, an answer or an error, all as JSON."""

from __future__ import annotations

import asyncio
import inspect
import json
import math
from functools import partial
from typing import TYPE_CHECKING, Any

from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import ensure_async
from tornado import web

from nbflow.errors import NbflowError
from nbflow.server import failures
from nbflow.server.calls import NOTEBOOK, PROJECT, Call, Endpoint
from nbflow.server.contents import Contents
from nbflow.server.requests import read_body, read_path, read_query

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.server.jobs import Jobs
    from nbflow.server.threads import Threads

__all__ = ["EndpointHandler"]

RESOURCE = "nbflow"
"""What the server's authorizer is asked about."""


class EndpointHandler(APIHandler):
    """Answers at one path, by each method that an endpoint has there."""

    auth_resource = RESOURCE

    def initialize(
        self, *, endpoints: Mapping[str, Endpoint], jobs: Jobs, threads: Threads
    ) -> None:
        """As Tornado gives what the route says.

        Args:
            endpoints: of this path, by method.
            jobs: the server's.
            threads: the server's.
        """
        self._endpoints, self._jobs, self._threads = endpoints, jobs, threads
        self._looking: asyncio.Future[Any] | None = None

    @web.authenticated
    async def get(self, **named: str) -> None:
        """Answer."""
        await self._answer(named)

    @web.authenticated
    async def post(self, **named: str) -> None:
        """Answer."""
        await self._answer(named)

    @web.authenticated
    async def delete(self, **named: str) -> None:
        """Answer."""
        await self._answer(named)

    def on_connection_close(self) -> None:
        """Take back what has not begun and nobody reads any more.

        What changes something is done all the same: whoever asked for it may have seen no answer.
        """
        if self._looking is not None:
            self._looking.cancel()

    def write_error(self, status_code: int, **told: Any) -> None:
        """An error that is not nbflow's, in the same shape."""
        error = (told.get("exc_info") or (None, None, None))[1]
        message = self._reason
        if isinstance(error, web.HTTPError) and error.log_message:
            message = error.log_message % error.args if error.args else error.log_message
        said = failures.refusal(status_code, message)
        if error is not None and not isinstance(error, web.HTTPError):
            said = failures.as_json(error)  # its traceback is in the log
        self._send(status_code, said)

    async def _answer(self, named: Mapping[str, str]) -> None:
        endpoint = self._endpoints.get(self.request.method or "")
        if endpoint is None:
            self.set_header("Allow", ", ".join(self._endpoints))
            message = f"{self.request.method} is not answered here"
            return self._send(405, failures.refusal(405, message))
        await self._require(endpoint.action, RESOURCE)
        if endpoint.writes:
            await self._require("write", "contents")
        try:
            call = await self._read(endpoint, named)
            if endpoint.job:
                about = str(named.get("dag_id") or call.given.get("path") or "")
                work = partial(endpoint.work, call)
                job = self._jobs.start(endpoint.name, about, work)
                self.set_header("Location", f"{self.base_url}nbflow/api/jobs/{job.id}")
                self._send(202, job.as_json())
            elif inspect.iscoroutinefunction(endpoint.work):
                self._send(200, await endpoint.work(call, self._jobs))
            else:
                self._write(200, await self._worked(endpoint, call))
        except NbflowError as error:
            self._send(error.http_status, failures.as_json(error))

    async def _require(self, action: str, resource: str) -> None:
        """Raise 403 where the server's authorizer says no."""
        asked = self.authorizer.is_authorized(self, self.current_user, action, resource)
        if not await ensure_async(asked):
            raise web.HTTPError(403, f"you are not allowed to {action} {resource}")

    async def _read(self, endpoint: Endpoint, named: Mapping[str, str]) -> Call:
        sent = {name: self.get_query_argument(name) for name in self.request.query_arguments}
        given = read_path(named)
        threads = self._threads
        if endpoint.query is not None:
            given |= read_query(sent, endpoint.query)
        if endpoint.body is not None:
            work = partial(read_body, self.request.body, endpoint.body)
            given |= await threads.begin(work, asks=False)
        contents = Contents(self.contents_manager, root=self.serverapp.root_dir)
        if endpoint.about == PROJECT:
            folder = await contents.folder(given["project"])
            return Call(given, folder=folder, contents=contents, threads=threads)
        if endpoint.about != NOTEBOOK:
            return Call(given)
        place = contents.place(given["path"])
        content, saved = given.pop("content", None), False
        if content is None:
            await self._require("read", "contents")
            content, saved = await contents.notebook(given["path"]), True
        return Call(given, folder=place.parent, path=place, content=content, saved=saved)

    async def _worked(self, endpoint: Endpoint, call: Call) -> str:
        """The answer, made in a thread: big ones take their time to be written down, too."""
        work = self._threads.begin(lambda: _dumped(endpoint.work(call)), asks=endpoint.asks(call))
        if endpoint.action == "read":
            self._looking = work
        try:
            return await work
        except asyncio.CancelledError:
            if work.cancelled():
                raise web.Finish from None
            raise

    def _send(self, status: int, answer: Any) -> None:
        self._write(status, _dumped(answer))

    def _write(self, status: int, text: str) -> None:
        self.set_header("Content-Type", "application/json; charset=UTF-8")
        self.set_status(status, failures.STATUS_WORDS.get(status, "nbflow"))
        # What a cell or a program wrote may be half a character, which becomes JSON's own escape.
        self.finish(text.encode("utf-8", "backslashreplace"))


def _dumped(answer: Any) -> str:
    try:
        return json.dumps(answer, ensure_ascii=False, allow_nan=False)
    except ValueError:
        return json.dumps(_plain(answer), ensure_ascii=False)


def _plain(value: Any) -> Any:
    """Numbers that JSON has no word for, which metrics may be, as text."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
