"""What an endpoint is given, and what it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from nbflow.errors import NbflowError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from nbflow.api import Compiled, Inspected
    from nbflow.remote import Airflow
    from nbflow.server.contents import Contents
    from nbflow.server.schemas import Schema
    from nbflow.server.threads import Threads
    from nbflow.settings import Settings

__all__ = [
    "NOTEBOOK",
    "PROJECT",
    "AlreadyThere",
    "Call",
    "Endpoint",
    "TooManyJobs",
    "UnknownFile",
    "UnknownJob",
    "nobody",
    "others",
]

NOTEBOOK, PROJECT = "notebook", "project"
"""What an endpoint is about, which the server's contents manager has."""


class UnknownJob(NbflowError):
    """There is no job of this id, or it is forgotten."""

    code = "unknown-job"
    http_status = 404


class TooManyJobs(NbflowError):
    """As many jobs are waiting as may."""

    code = "too-many-jobs"
    http_status = 429


class UnknownFile(NbflowError):
    """A run has left no file of this name."""

    code = "unknown-file"
    http_status = 404


class AlreadyThere(NbflowError):
    """Other files are where some would be written; `files` says which would be.

    It is done all the same where somebody insists.
    """

    code = "already-there"
    http_status = 409

    def __init__(self, files: Sequence[str], *, folder: str, hint: str) -> None:
        more = f" and {len(files) - 1} more are" if len(files) > 1 else " is"
        first = f"{folder}/{files[0]}".lstrip("/")
        super().__init__(f"{first}{more} there already, and not the same", hint=hint)
        self.files = tuple(files)

    def as_json(self) -> dict[str, Any]:
        """The error with the files, and that somebody may insist."""
        return {**super().as_json(), "forcible": True, "files": list(self.files)}


@dataclass(frozen=True)
class Call:
    """What one request asks.

    Attributes:
        given: the values of path, query and body by name.
        folder: the project's folder on this machine, or the notebook's.
        path: the notebook on this machine, where it lies or would lie; None where none is meant.
        content: the notebook; None where its file is to be read.
        saved: whether that is the notebook as it is saved.
        contents: the server's; None where nothing there is meant.
        threads: the server's, for work in the event loop; None where no project is meant.
    """

    given: Mapping[str, Any]
    folder: Path | None = None
    path: Path | None = None
    content: Mapping[str, Any] | None = None
    saved: bool = True
    contents: Contents | None = None
    threads: Threads | None = None

    @cached_property
    def settings(self) -> Settings:
        """Those that hold in the folder.

        Raises:
            SettingsError: they cannot be understood.
        """
        from nbflow import api

        assert self.folder is not None
        return api.load_settings(self.folder)

    def inspected(self) -> Inspected:
        """The notebook with what is wrong with it, with the options that are tried.

        Raises:
            NotebookError, SettingsError: it cannot be read, or its settings cannot.
        """
        from nbflow import api

        assert self.path is not None
        if self.content is None:
            return api.inspect(self.path)
        return api.inspect_content(self.content, path=self.path, patch=self.given.get("options"))

    def compiled(self) -> Compiled:
        """The notebook's bundle.

        Raises:
            NbflowError: as `api.compile`.
        """
        from nbflow import api

        return api.compile(self.inspected())

    def look(self) -> Airflow:
        """A client of the project's Airflow that asks once: who only looks will look again.

        Raises:
            RemoteError, SettingsError: as `api.connect`.
        """
        from nbflow import api
        from nbflow.remote import ONCE

        return api.connect(self.settings, patience=ONCE)


def nobody(_: Call) -> bool:
    """The work of an endpoint is done on this machine."""
    return False


def others(_: Call) -> bool:
    """The work of an endpoint asks others: Airflow, a target, a store elsewhere, a cluster."""
    return True


@dataclass(frozen=True)
class Endpoint:
    """One thing that can be asked.

    Attributes:
        name: unique; what a client's function is called.
        method: of HTTP.
        path: below `/nbflow/api`, with `{names}`.
        summary: one sentence.
        work: does it. It is given the call, and where it is a job the job; it runs in a thread,
            and in the event loop where it is a coroutine function, which is given the jobs.
        answer: the schema of what it returns.
        action: what the user must be allowed: `read`, `write` or `execute`.
        about: what is looked up in the contents first: a notebook, a project's folder, or nothing.
        query: the schema of the query, as a record; None where there is none.
        body: the schema of the body; None where there is none.
        job: whether it takes long: a job is answered, and what is returned is its result.
        asks: whether its work asks others, who may let it wait: it has threads apart then.
        writes: whether it writes into the server's contents, which the user must be allowed, too.
    """

    name: str
    method: Literal["GET", "POST", "DELETE"]
    path: str
    summary: str
    work: Callable[..., Any]
    answer: Schema
    action: Literal["read", "write", "execute"] = "read"
    about: str | None = PROJECT
    query: Schema | None = None
    body: Schema | None = None
    job: bool = False
    asks: Callable[[Call], bool] = nobody
    writes: bool = False
