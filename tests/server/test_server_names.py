"""Names in a request mean one DAG, one run, one step, and lead nowhere else."""

import json
from urllib.parse import quote, urlencode

import pytest

from nbflow.host.ledgers import Recorder
from nbflow.model import Run, RunState
from nbflow.server import openapi

ENDS = ("", "/graph", "/logs", "/notebooks", "/debug", "/files")


def leave(project, name):
    """A run in the store of a project."""
    folder = project / ".nbflow/store/default" / name
    folder.mkdir(parents=True)
    run = Run(*name.split("/"), RunState.SUCCESS, parameters={"password": "hunter2"})
    Recorder(folder, source="train.ipynb", digest="d")(run)
    executed = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "load").mkdir()
    (folder / "load/try-1.ipynb").write_text(json.dumps(executed))


@pytest.fixture
def fetch(root, jp_serverapp, jp_base_url, http_server_client):
    """Asks for a path that is sent as it is; two runs are there, one of them outside the root."""
    leave(root / "work", "train/local__1")
    leave(root.parent / "other", "secret/local__2")
    token = jp_serverapp.identity_provider.token

    async def fetch(path, **query):
        found = await http_server_client.fetch(
            f"{jp_base_url}nbflow/api/{path}?{urlencode({'project': 'work', **query})}",
            headers={"Authorization": f"token {token}"},
            raise_error=False,
        )
        return found.code, json.loads(found.body)

    return fetch


UP = "../../../../../other/.nbflow/store/default/secret"


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(
    ("dag_id", "run_id"),
    [
        (UP, "local__2"),
        (UP, "local__*"),
        ("train", "../../../../../../other/.nbflow/store/default/secret/local__2"),
        ("..", "local__1"),
        (".", "local__1"),
        ("train\0", "local__1"),
    ],
)
async def test_no_name_of_a_run_leads_out_of_its_store(fetch, dag_id, run_id, end):
    query = {"step": "load"} if end == "/logs" else {}
    status, said = await fetch(
        f"runs/{quote(dag_id, safe='')}/{quote(run_id, safe='')}{end}", **query
    )
    assert (status, said["code"]) == (400, "request"), said
    assert said["hint"]


@pytest.mark.parametrize(("dag_id", "run_id"), [("*", "local__1"), ("train", "local__[1]")])
async def test_no_name_of_a_run_means_several(fetch, dag_id, run_id):
    status, said = await fetch(f"runs/{quote(dag_id, safe='')}/{quote(run_id, safe='')}")
    assert (status, said["code"]) == (502, "store"), said


@pytest.mark.parametrize(("dag_id", "status"), [(UP, 400), ("*", 200), ("trai?", 200)])
async def test_no_runs_are_listed_but_those_of_the_one_that_is_named(fetch, dag_id, status):
    told, said = await fetch("runs", dag_id=dag_id)
    assert (told, said.get("runs", [])) == (status, [])


async def test_a_folder_of_the_server_is_no_run(fetch, root, monkeypatch):
    monkeypatch.chdir(root.parent / "other/.nbflow/store/default")
    status, said = await fetch("runs/secret/local__2/debug")
    assert (status, said["code"]) == (502, "store"), said


@pytest.mark.parametrize(
    "run_id",
    ["manual__2026-01-01T00:00:00+00:00", "scheduled__2026-01-01T00:00:00.5+00:00", "a.b~c-1"],
)
async def test_ids_as_airflow_makes_them_are_looked_for(fetch, root, run_id):
    leave(root / "work", f"größe.täglich/{run_id}")
    name = f"runs/{quote('größe.täglich')}/{quote(run_id, safe='')}"
    status, said = await fetch(name)
    assert (status, said.get("run_id")) == (200, run_id), said


def test_the_description_says_what_names_are():
    for path in openapi()["paths"].values():
        for operation in path.values():
            for one in operation["parameters"]:
                named = one["in"] == "path" or one["name"] == "dag_id"
                assert ("pattern" in one["schema"]) or not named
