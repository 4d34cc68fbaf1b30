import asyncio
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import pytest
from pytest_jupyter.jupyter_server import *  # noqa: F403
from tornado.httpclient import HTTPClientError

from nbflow.server import openapi
from nbflow.server.table import ENDPOINTS

# Notebooks are written as those of the command line's tests are.
sys.path.insert(0, str(Path(__file__).parent.parent / "cli"))

from commands import write_notebook

CELLS = (
    ("parameters", "trees = 10  # in the forest\ncountry = 'de'"),
    ("step:load", "rows = list(range(trees))\nprint('read', len(rows))"),
    ("step:fit", "accuracy = len(rows) / 20\nprint('fitting')"),
    ("", "assert trees < 100, 'too many'"),
    ("pipeline-metrics", "accuracy"),
)


@dataclass(frozen=True)
class Answer:
    """What the server answered."""

    status: int
    json: object
    headers: dict


@pytest.fixture
def jp_server_config():
    """A server with the extension."""
    return {"ServerApp": {"jpserver_extensions": {"nbflow.server": True}}}


@pytest.fixture
def root(jp_root_dir, monkeypatch):
    """The server's root with `train.ipynb` of two steps in the folder `work`."""
    monkeypatch.delenv("NBFLOW_CONFIG", raising=False)
    folder = jp_root_dir / "work"
    folder.mkdir()
    write_notebook(folder / "train.ipynb", *CELLS)
    return jp_root_dir


@pytest.fixture
def content(root):
    """The content of `work/train.ipynb`, to be changed and sent."""
    return json.loads((root / "work/train.ipynb").read_text())


@pytest.fixture
def ask(jp_fetch):
    """Asks the server; what it answers is held to its own description."""
    description = openapi()

    async def ask(method, path, body=None, *, headers=None, **params):
        sent = None if body is None else json.dumps(body)
        try:
            found = await jp_fetch(
                *f"nbflow/api/{path}".split("/"),
                method=method,
                body="" if sent is None and method == "POST" else sent,
                params=params,
                headers=dict(headers or {}),
                request_timeout=120,
            )
        except HTTPClientError as error:
            found = error.response
        answer = Answer(found.code, json.loads(found.body), dict(found.headers))
        _check(answer, method, path, description)
        return answer

    return ask


@pytest.fixture
def done(ask):
    """Waits until a job has ended; its result is held to its description."""
    description = openapi()

    async def done(started, seconds=240):
        assert started.status == 202, started.json
        job, end = started.json, time.monotonic() + seconds
        while job["state"] in {"queued", "running"}:
            assert time.monotonic() < end, job
            job = (await ask("GET", f"jobs/{job['id']}", after=job["version"], wait=5)).json
            await asyncio.sleep(0)
        if job["state"] == "success":
            endpoint = next(one for one in ENDPOINTS if one.name == job["kind"])
            _hold(job["result"], endpoint.answer, description)
        return job

    return done


def _check(answer, method, path, description):
    said = _operation(method, path, description)
    responses = said["responses"] if said else {}
    response = responses.get(str(answer.status)) or responses.get("default")
    schema = {"$ref": "#/components/schemas/Error"}
    if response is not None:
        schema = response["content"]["application/json"]["schema"]
    _hold(answer.json, schema, description)


def _operation(method, path, description):
    parts = path.split("/")
    for template, operations in description["paths"].items():
        named = template.strip("/").split("/")
        if len(named) == len(parts) and all(
            one == other or one.startswith("{") for one, other in zip(named, parts, strict=True)
        ):
            return operations.get(method.lower())
    return None


def _hold(value, schema, description):
    jsonschema.validate(value, {**schema, "components": description["components"]})
