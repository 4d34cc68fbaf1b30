"""A notebook, saved or as it stands in the editor: what it means, and what would become of it."""

import json
import re

import pytest
from commands import write_notebook

TRAIN = {"path": "work/train.ipynb"}


async def test_a_saved_notebook_is_told_with_graph_parameters_and_options(ask, root):
    answer = await ask("POST", "inspect", TRAIN)
    assert answer.status == 200, answer.json
    said = answer.json
    assert (said["name"], said["saved"], said["ok"]) == ("train", True, True)
    assert [step["name"] for step in said["steps"]] == ["load", "fit"]
    assert said["steps"][1]["needs"] == [
        {"step": "load", "because": [{"kind": "variables", "names": ["rows"]}]}
    ]
    trees, country = said["parameters"]
    assert (trees["default"], trees["help"]) == (10, "in the forest")
    assert (country["schema"], said["options"]) == ({"type": "string"}, {})


async def test_an_unsaved_notebook_is_told_as_it_stands(ask, root, content):
    content["cells"][1]["source"] = "rows = nothing_there"
    content["metadata"]["nbflow"] = {"schedule": "0 6 * * 1"}
    answer = await ask("POST", "inspect", {**TRAIN, "content": content})
    said = answer.json
    assert (said["saved"], said["ok"]) == (False, False)
    assert said["options"] == {"schedule": "0 6 * * 1"}
    (found,) = [one for one in said["diagnostics"] if one["severity"] == "error"]
    assert (found["cell"], "nothing_there" in found["message"]) == ("cell-2", True)
    new = await ask("POST", "inspect", {"path": "work/new.ipynb", "content": content})
    assert new.json["name"] == "new"
    wrong = await ask("POST", "diff", {**TRAIN, "content": content})
    assert (wrong.status, wrong.json["code"]) == (422, "check")
    assert found in wrong.json["diagnostics"]


async def test_of_a_notebook_without_parameters_it_is_told_which_cell_could_have_them(
    ask, root, content
):
    assert (await ask("POST", "inspect", TRAIN)).json["parameters_candidate"] is None
    del content["cells"][0]["metadata"]["tags"]
    said = (await ask("POST", "inspect", {**TRAIN, "content": content})).json
    assert (said["parameters"], said["parameters_candidate"]) == ([], content["cells"][0]["id"])


async def test_settings_and_files_beside_an_unsaved_notebook_count(ask, root, content):
    (root / "nbflow.yaml").write_text("profiles: {tiny: {cpu: 1, memory: 1Gi}}\n")
    (root / "work/helper.py").write_text("def rows(): return [1]\n")
    content["cells"][1]["source"] = "import helper\nrows = helper.rows()"
    content["cells"][1]["metadata"]["tags"] = ["step:load", "profile:tiny"]
    answer = await ask("POST", "inspect", {**TRAIN, "content": content})
    assert answer.json["diagnostics"] == []
    assert answer.json["steps"][0]["profile"] == "tiny"
    compared = await ask("POST", "diff", {**TRAIN, "content": content})
    assert {"part": "files", "name": "helper.py", "sort": "new", "details": []} in (
        compared.json["changes"]
    )


async def test_options_are_tried_without_being_written(ask, root):
    before = (root / "work/train.ipynb").read_bytes()
    tried = await ask("POST", "diff", {**TRAIN, "options": {"schedule": "@daily"}})
    assert [one["name"] for one in tried.json["changes"] if one["part"] == "schedule"] == ["@daily"]
    assert len(tried.json["next_runs"]) == 5
    wrong = await ask("POST", "inspect", {**TRAIN, "options": {"schedule": "every day"}})
    assert wrong.json["ok"] is False
    assert (root / "work/train.ipynb").read_bytes() == before


async def test_a_change_of_options_is_answered_for_the_client_to_write(ask, root, content):
    content["metadata"]["nbflow"] = {"schedule": "@daily", "timezone": "Europe/Berlin"}
    answer = await ask(
        "POST",
        "options",
        {
            **TRAIN,
            "content": content,
            "options": {"schedule": None, "steps": {"fit": {"profile": "small"}}},
        },
    )
    assert answer.json["options"] == {
        "timezone": "Europe/Berlin",
        "steps": {"fit": {"profile": "small"}},
    }
    assert answer.json["changed"] is True
    same = await ask("POST", "options", {**TRAIN, "options": {}})
    assert (same.json["options"], same.json["changed"]) == ({}, False)
    wrong = await ask("POST", "options", {**TRAIN, "options": {"schedul": "@daily"}})
    assert (wrong.status, wrong.json["code"]) == (400, "usage")
    assert "schedul" in wrong.json["message"]


async def test_what_is_no_notebook_is_told(ask, root):
    missing = await ask("POST", "inspect", {"path": "work/none.ipynb"})
    assert (missing.status, missing.json["code"]) == (404, "not-found")
    broken = await ask("POST", "inspect", {**TRAIN, "content": {"nbformat": 4, "cells": 5}})
    assert (broken.status, broken.json["code"]) == (400, "notebook")
    (root / "work/nbflow.yaml").write_text("profile: {}\n")
    settings = await ask("POST", "inspect", TRAIN)
    assert (settings.status, settings.json["code"]) == (422, "settings")
    assert "nbflow.yaml" in settings.json["message"]


async def test_findings_name_cells_by_the_numbers_that_a_page_shows(ask, content):
    content["cells"][1]["source"] = "rows = (one for one in 'abc')"
    content["cells"][2]["source"] = "print(list(rows))"
    answer = await ask("POST", "inspect", {**TRAIN, "content": content})
    (found,) = [one for one in answer.json["diagnostics"] if one["code"] == "NB502"]
    assert found["cell"] == "cell-3"
    assert "from step load (cell 2)" in found["message"]
    assert found["hint"] == "Keep its items: `rows = list(...)` in cell 2."


async def test_a_pipeline_of_several_notebooks_is_told(ask, root):
    (root / "work/weekly.yaml").write_text(
        "stages:\n  train: {notebook: train.ipynb}\n"
        "  again: {notebook: train.ipynb, after: [train]}\n"
    )
    answer = await ask("POST", "inspect", {"path": "work/weekly.yaml"})
    assert answer.status == 200, answer.json
    assert [one["name"] for one in answer.json["stages"]] == ["train", "again"]


async def test_times_of_a_schedule_are_told_in_its_time_zone(ask):
    answer = await ask(
        "GET",
        "next-runs",
        schedule="30 2 * * *",
        timezone="Europe/Berlin",
        after="2026-03-28T12:00:00Z",
        count=2,
    )
    assert answer.json["times"] == ["2026-03-29T03:30:00+02:00", "2026-03-30T02:30:00+02:00"]
    for wrong in ({"schedule": "61 * * * *"}, {"timezone": "Mars/Base"}, {"after": "noon"}):
        answer = await ask("GET", "next-runs", **{"schedule": "@daily", **wrong})
        assert (answer.status, answer.json["code"]) == (400, "usage")
    naive = await ask("GET", "next-runs", schedule="@daily", after="2026-03-28T12:00:00")
    assert "no time zone" in naive.json["message"]


async def test_the_tags_are_told_with_expressions_that_their_examples_match(ask):
    said = (await ask("GET", "vocabulary")).json
    tags = {one["name"]: one for one in said["tags"]}
    assert {"parameters", "step", "prev", "profile", "skip"} <= set(tags)
    for one in said["tags"]:
        pattern = one["argument"].replace("(?<", "(?P<")
        _, _, argument = one["example"].partition(":")
        assert re.fullmatch(pattern, argument), one
    assert "schedule" in said["options"]["properties"]


async def test_profiles_are_told_with_what_a_team_may_use(ask, root):
    (root / "nbflow.yaml").write_text(
        "profiles: {big: {cpu: 8, memory: 64Gi, price: 1.5}}\n"
        "teams: {churn: {profiles: [small, big]}}\n"
    )
    every = {one["name"]: one for one in (await ask("GET", "profiles")).json}
    assert every["big"]["memory"] == {"request": "64Gi", "limit": "64Gi"}
    assert all(one["allowed"] for one in every.values())
    own = (await ask("GET", "profiles", project="work", team="churn")).json
    assert [one["name"] for one in own if one["allowed"]] == ["big", "small"]
    unknown = await ask("GET", "profiles", team="chrn")
    assert (unknown.status, unknown.json["code"]) == (422, "settings")


async def test_settings_say_why_airflow_is_not_in_reach(ask, root):
    said = (await ask("GET", "settings", project="work")).json
    assert (said["root"], said["target"]) == (str(root / "work"), "folder")
    assert (said["airflow"]["embedded"], said["airflow"]["state"] in {"stopped", "missing"}) == (
        True,
        True,
    )
    assert said["airflow"]["reason"]
    assert said["airflow"]["hint"]
    (root / "nbflow.yaml").write_text("airflow: {url: 'http://127.0.0.1:9', token_env: NO_TOKEN}\n")
    assert (await ask("GET", "airflow")).json["state"] == "refused"
    (root / "nbflow.yaml").write_text(
        "airflow: {url: 'http://127.0.0.1:9', user: a, password_env: HOME}\n"
    )
    away = (await ask("GET", "airflow")).json
    assert (away["state"], away["url"]) == ("unreachable", "http://127.0.0.1:9")
    gone = await ask("GET", "settings", project="nowhere")
    assert (gone.status, gone.json["code"]) == (400, "usage")


@pytest.mark.parametrize("begins", ["nbflow.yaml", ".nbflow"])
async def test_settings_say_which_folder_is_the_projects(ask, root, begins):
    async def folder(project):
        return (await ask("GET", "settings", project=project)).json["folder"]

    (root / "made/deep/er").mkdir(parents=True)
    (root / "other").mkdir()
    (root / "other/made").symlink_to(root / "made/deep")
    assert await folder("/made/deep/er/") == "made/deep/er"
    (root / "made" / begins).mkdir() if begins == ".nbflow" else (root / "made" / begins).touch()
    assert [await folder(one) for one in ("made/deep/er", "made", "")] == ["made", "made", ""]
    assert await folder("other/made/er") == "other/made"
    (root.parent / "nbflow.yaml").touch()
    (root / "made/nbflow.yaml").unlink(missing_ok=True)
    assert await folder("made/deep") == ""


@pytest.fixture
def elsewhere(tmp_path, jp_server_config):
    """A server whose contents are not files."""
    jp_server_config["ServerApp"]["contents_manager_class"] = "contents_elsewhere.Elsewhere"
    return tmp_path


async def test_contents_that_are_no_files_here_are_read_through_their_manager(
    elsewhere, ask, done, jp_serverapp, tmp_path
):
    write_notebook(tmp_path / "kept.ipynb", ("step:one", "x = 1"), ("step:two", "print(x)"))
    jp_serverapp.contents_manager.kept = {
        "far/away.ipynb": json.loads((tmp_path / "kept.ipynb").read_text())
    }
    answer = await ask("POST", "inspect", {"path": "far/away.ipynb"})
    assert answer.status == 200, answer.json
    assert [one["name"] for one in answer.json["steps"]] == ["one", "two"]
    job = await done(await ask("POST", "publish", {"path": "far/away.ipynb"}))
    assert (job["state"], job["result"]["dag_id"]) == ("success", "away")
    several = await ask("POST", "inspect", {"path": "far/weekly.yaml"})
    assert (several.status, several.json["code"]) == (400, "notebook")
