"""What publishing would change: the cells that are written otherwise, and the times of runs."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "cli"))

from commands import write_notebook

from nbflow import api
from nbflow.targets.folders import FolderTree

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
PARAMETERS, LOAD, REPORT = (
    ("parameters", "year = 2026"),
    ("step:load", "import math\n\n\nrows = [1]\nmore = 2\nlast = 3\n\nend = 4"),
    ("step:report", "print(rows, year)"),
)


@pytest.fixture
def diff(tmp_path):
    """What changes where these cells are published and then those are to be."""

    def differ(before, after, *, old=None, new=None):
        path = tmp_path / "sales.ipynb"
        write_notebook(path, *before, nbflow=old or {})
        api.publish([api.compile(path)], wait=False, tell=print)
        write_notebook(path, *after, nbflow=new or {})
        return api.diff(api.compile(path), now=NOW)

    return differ


def of_cells(found):
    return [(one.sort, one.cell, one.index, one.step) for one in found.cells]


def test_the_code_of_a_changed_cell_is_shown_as_a_unified_diff(diff):
    other = (LOAD[0], LOAD[1].replace("more = 2", "more = 20"))
    found = diff([PARAMETERS, LOAD, REPORT], [PARAMETERS, other, REPORT])
    assert of_cells(found) == [("changed", "cell-2", 2, "load")]
    assert found.cells[0].text.splitlines() == [
        "@@ -3,5 +3,5 @@",
        " ",
        " rows = [1]",
        "-more = 2",
        "+more = 20",
        " last = 3",
        " ",
    ]
    assert found.as_json()["cells"][0]["text"] == found.cells[0].text


def test_new_cells_and_those_that_are_gone_are_shown_whole(diff):
    found = diff([PARAMETERS, LOAD, REPORT], [PARAMETERS, LOAD])
    assert of_cells(found) == [("gone", "cell-3", 3, "report")]
    assert found.cells[0].text == "@@ -1 +0,0 @@\n-print(rows, year)"
    back = diff([PARAMETERS, LOAD], [PARAMETERS, LOAD, REPORT])
    assert of_cells(back) == [("new", "cell-3", 3, "report")]
    assert back.cells[0].text == "@@ -0,0 +1 @@\n+print(rows, year)"


def test_a_cell_under_another_id_is_as_it_was(diff):
    """Ids that count the cells are others for all that stand behind a new one."""
    last = ("step:report", "print(rows)")
    found = diff([LOAD, last], [PARAMETERS, LOAD, ("step:load", ""), last])
    assert of_cells(found) == [("new", "cell-1", 1, None)]
    assert of_cells(diff([PARAMETERS, LOAD, last], [LOAD, PARAMETERS, last])) == []


def test_parameters_belong_to_no_step_and_change_none(diff):
    found = diff([PARAMETERS, LOAD, REPORT], [("parameters", "year = 2027"), LOAD, REPORT])
    assert of_cells(found) == [("changed", "cell-1", 1, None)]
    assert [(one.part, one.name) for one in found.changes] == [("parameters", "year")]


def test_the_first_version_has_no_cells_that_are_otherwise(tmp_path):
    path = write_notebook(tmp_path / "sales.ipynb", LOAD)
    assert api.diff(api.compile(path)).cells == ()


def test_of_a_bundle_whose_notebook_was_lost_no_cells_are_shown(diff, tmp_path):
    first = diff([LOAD], [LOAD, ("step:report", "print(rows)")])
    kept = tmp_path / ".nbflow/dags/sales" / first.published.digest / "notebook.ipynb"
    kept.write_text("damaged")
    assert api.diff(api.compile(tmp_path / "sales.ipynb")).cells == ()
    kept.unlink()
    assert api.diff(api.compile(tmp_path / "sales.ipynb")).cells == ()


def test_of_a_schedule_that_is_another_one_both_times_and_zones_are_told(diff):
    old = {"schedule": "30 6 * * *", "timezone": "Europe/Paris"}
    found = diff(
        [LOAD], [LOAD], old=old, new={"schedule": "0 7 * * *", "timezone": "Europe/Berlin"}
    )
    (change,) = [one for one in found.changes if one.part == "schedule"]
    assert (change.mark, change.name) == ("~", "0 7 * * *")
    assert change.details == (
        "at: 30 6 * * * → 0 7 * * *",
        "timezone: Europe/Paris → Europe/Berlin",
    )


def test_old_run_times_stand_beside_the_new_ones(diff):
    old = {"schedule": "30 6 * * *", "timezone": "Europe/Berlin"}
    found = diff([LOAD], [LOAD], old=old, new={"schedule": "0 7 * * *"})
    assert [f"{one:%d %H:%M %Z}" for one in found.previous_runs[:2]] == [
        "30 06:30 CET",
        "01 06:30 CET",
    ]
    assert [f"{one:%d %H:%M %Z}" for one in found.next_runs[:2]] == ["30 07:00 UTC", "01 07:00 UTC"]
    assert found.as_json()["previous_runs"][0] == "2026-11-30T06:30:00+01:00"


def test_a_schedule_has_no_times_before_its_start(diff):
    new = {"schedule": "0 7 * * *", "timezone": "Europe/Berlin", "start": "2027-03-01T07:00:00"}
    found = diff([LOAD], [LOAD], new=new)
    assert found.previous_runs == ()
    assert [one.isoformat() for one in found.next_runs[:2]] == [
        "2027-03-01T07:00:00+01:00",
        "2027-03-02T07:00:00+01:00",
    ]


def test_of_several_notebooks_cells_are_named_with_their_stage(tmp_path):
    write_notebook(tmp_path / "one.ipynb", ("step:load", "rows = 1"), ("setup", "import os"))
    write_notebook(tmp_path / "two.ipynb", ("step:fit", "model = 1"))
    path = tmp_path / "weekly.yaml"
    stages = {"first": {"notebook": "one.ipynb"}, "second": {"notebook": "two.ipynb"}}
    path.write_text(json.dumps({"name": "weekly", "stages": stages}))
    api.publish([api.compile(path)], wait=False, tell=print)
    write_notebook(tmp_path / "one.ipynb", ("step:load", "rows = 2"), ("setup", "import sys"))
    found = api.diff(api.compile(path)).cells
    assert [(one.stage, one.step, one.cell) for one in found] == [
        ("first", "first.load", "cell-1"),
        ("first", None, "cell-2"),
    ]


# What Airflow runs at once


OF_DAY = [("parameters", "day = '2000-01-01'"), ("step:load", "print(day)")]
DAILY = {"schedule": "30 6 * * *", "timezone": "Europe/Berlin", "interval": {"start": "day"}}


@pytest.mark.parametrize(
    ("old", "new", "interval"),
    [
        ({}, DAILY, "28 06:30 29 06:30"),
        (
            {"schedule": DAILY["schedule"], "timezone": DAILY["timezone"]},
            DAILY,
            "28 06:30 29 06:30",
        ),
        (DAILY, DAILY, None),
        (DAILY, {**DAILY, "schedule": "@hourly"}, "29 12:00 29 13:00"),
        (DAILY, {**DAILY, "retries": 3}, None),
        ({}, {**DAILY, "start": "2026-11-28"}, "28 06:30 29 06:30"),
        ({}, {**DAILY, "start": "2026-11-29"}, None),
        ({}, {**DAILY, "start": "2026-11-01", "catchup": True}, None),
        ({}, {"schedule": "@daily"}, None),
    ],
)
def test_the_interval_that_airflow_runs_at_once_is_told(diff, old, new, interval):
    found = diff(OF_DAY, [*OF_DAY, "1"], old=old, new=new)
    told = found.at_once and " ".join(f"{one:%d %H:%M}" for one in found.at_once)
    assert told == interval
    assert ("as soon as it has it" in found.first_run) is (interval is not None)


def test_publishing_tells_of_it_before_it_writes(tmp_path):
    write_notebook(tmp_path / "sales.ipynb", *OF_DAY, nbflow=DAILY)
    told = []

    def tell(text):
        told.append((text, (tmp_path / ".nbflow/dags/sales.py").exists()))

    compiled = api.compile(tmp_path / "sales.ipynb")
    for _ in range(2):
        api.publish([compiled], wait=False, tell=tell)
    ((text, written),) = told
    assert text.startswith("sales: Airflow runs the last interval, ")
    assert text.endswith(" unless its schedule has had a run for that end or later")
    assert not written


def test_publishing_looks_as_often_at_the_target_for_many_as_for_one(tmp_path, monkeypatch):
    looks = []
    look = FolderTree.view
    monkeypatch.setattr(FolderTree, "view", lambda tree: looks.append(1) or look(tree))
    for name in "abcd":
        write_notebook(tmp_path / f"{name}.ipynb", *OF_DAY, nbflow=DAILY)
    told = []
    api.publish([api.compile(tmp_path / "a.ipynb")], wait=False, tell=told.append)
    of_one = len(looks)
    three = [api.compile(tmp_path / f"{name}.ipynb") for name in "bcd"]
    api.publish(three, wait=False, tell=told.append)
    assert len(looks) - of_one == of_one
    assert [text.partition(":")[0] for text in told] == [*"abcd"]
