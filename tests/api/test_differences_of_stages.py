"""What publishing would change of stages, of whose a pipeline is, and of when it runs."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "cli"))

from commands import write_notebook

from nbflow import api
from nbflow.api.commits import describe_publication

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
WEEKLY = {
    "name": "weekly",
    "owner": "ada",
    "parameters": {"least": 0.5},
    "stages": {
        "ingest": {"notebook": "ingest.ipynb"},
        "train": {
            "notebook": "train.ipynb",
            "foreach": {"region": ["eu", "us"]},
            "parameters": {"rows": "${ingest.rows}"},
            "parallel": 2,
        },
        "release": {
            "approve": "Release it?",
            "message": "Look first.",
            "timeout": "1d",
            "when": "${ingest.rows} > 1",
            "after": ["train"],
        },
        "report": {
            "notebook": "report.ipynb",
            "when": "${ingest.rows} > ${least}",
            "after": ["release"],
        },
    },
}


@pytest.fixture
def weekly(tmp_path):
    """Write the pipeline with other values in its stages; the bundle that it makes."""
    write_notebook(tmp_path / "ingest.ipynb", ("step:stats", "rows = 3"))
    given = ("parameters", "region = 'eu'\nrows = 0")
    write_notebook(tmp_path / "train.ipynb", given, ("step:fit", "print(region, rows)"))
    write_notebook(tmp_path / "report.ipynb", ("step:write", "print(1)"))

    def written(changed=None, **whole):
        stages = json.loads(json.dumps(WEEKLY["stages"]))
        for name, values in (changed or {}).items():
            stages[name].update(values)
        path = tmp_path / "weekly.yaml"
        path.write_text(json.dumps({**WEEKLY, "stages": stages, **whole}))
        return api.compile(path)

    return written


@pytest.fixture
def changes(weekly):
    """What changes where the pipeline is published and then changed so."""

    def changing(changed=None, **whole):
        api.publish([weekly()], wait=False, tell=print)
        return told(weekly(changed, **whole))

    return changing


def told(compiled):
    found = api.diff(compiled, now=NOW).changes
    return {f"{one.part} {one.mark} {one.name}": list(one.details) for one in found}


@pytest.mark.parametrize(
    ("stage", "values", "details"),
    [
        (
            "report",
            {"when": "${ingest.rows} > 2"},
            ["when: ${ingest.rows} > ${least} → ${ingest.rows} > 2"],
        ),
        (
            "train",
            {"foreach": {"region": ["eu", "us", "asia"]}},
            ['foreach: region in ["eu", "us"] → region in ["eu", "us", "asia"]'],
        ),
        ("train", {"parallel": 1}, ["parallel: 2 → 1"]),
        (
            "train",
            {"parameters": {"rows": 7}},
            ["parameters.rows: ${ingest.rows} → 7"],
        ),
        (
            "release",
            {"approve": "Now?", "message": "Look.", "timeout": "2h", "approvers": ["grace"]},
            [
                "approve: Release it? → Now?",
                "message: Look first. → Look.",
                'approvers: none → ["grace"]',
                "timeout: 1d → 2h",
            ],
        ),
    ],
)
def test_what_changes_of_a_stage_is_told_under_its_name(changes, stage, values, details):
    assert changes({stage: values})[f"stages ~ {stage}"] == details


def test_the_longest_time_of_a_stage_is_told_with_its_steps(changes):
    found = changes({"report": {"timeout": "5m"}})
    assert found == {"resources ~ report.write": ["timeout: none → 5m"]}


def test_the_first_version_has_its_approvals_among_stages_and_edges(weekly):
    found = told(weekly())
    assert found["stages + release"] == [
        "approve: Release it?",
        "when: ${ingest.rows} > 1",
        "message: Look first.",
        "timeout: 1d",
    ]
    assert found["stages + train"] == [
        "notebook: train.ipynb",
        "parallel: 2",
        'foreach: region in ["eu", "us"]',
        "parameters.rows: ${ingest.rows}",
    ]
    assert found["edges + train → release"] == ["declared: release"]
    assert found["edges + ingest → release"] == ["variables: rows"]
    assert "edges + release → report.write" in found


def test_a_changed_owner_is_told_and_a_long_description_only_named(changes):
    found = changes(owner="grace", description="# Weekly\n\nMore.")
    assert found["options ~ owner"] == ["ada → grace"]
    assert found["options + description"] == []


def test_of_a_new_schedule_zone_start_and_interval_are_told(changes):
    parameters = {**WEEKLY["parameters"], "day": "2026-01-01"}
    found = changes(
        schedule="0 6 * * 1",
        timezone="Europe/Berlin",
        start="2027-01-01",
        interval={"start": "day"},
        parameters=parameters,
    )
    assert found["schedule + 0 6 * * 1"] == [
        "timezone: Europe/Berlin",
        "start: 2027-01-01",
        'interval: {"day": "start"}',
    ]


def test_a_commit_says_that_a_stage_has_changed(weekly):
    api.publish([weekly()], wait=False, tell=print)
    changed = weekly({"report": {"when": "${ingest.rows} > 2"}}, owner="grace")
    from nbflow import targets

    there = targets.find_target(changed.inspected.settings).edition("weekly")
    said = describe_publication(changed.bundle, there)
    assert said.summary == "1 stage changed, owner changed"
    assert "  ~ report (when: ${ingest.rows} > ${least} → ${ingest.rows} > 2)" in said.lines


def test_of_what_an_earlier_manifest_did_not_say_nothing_is_told(weekly, tmp_path):
    api.publish([weekly()], wait=False, tell=print)
    [file] = (tmp_path / ".nbflow/dags/weekly").glob("*/manifest.json")
    manifest = json.loads(file.read_text())
    kept = ("name", "notebook", "needs", "foreach", "when", "approve")
    manifest["stages"] = [{key: one[key] for key in kept} for one in manifest["stages"]]
    del manifest["owner"], manifest["description"], manifest["tags"]
    file.write_text(json.dumps(manifest))
    found = told(weekly({"report": {"when": "true"}}))
    assert found["stages ~ report"] == ["when: ${ingest.rows} > ${least} → true"]
    assert [one for one in found if one.startswith(("stages", "options"))] == ["stages ~ report"]
