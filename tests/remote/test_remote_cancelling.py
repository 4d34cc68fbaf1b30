"""A run that was cancelled, as Airflow tells of it, and going on with it."""

from __future__ import annotations

from datetime import datetime

import pytest
from stages import RUNS, run_data

from nbflow.model import RunState

NOTE = "cancelled by nbflow"


def ended(task_id, state, second, began=1):
    at = "2026-11-29T00:19:{:06.3f}Z".format
    return {
        "task_id": task_id,
        "state": state,
        "try_number": 1,
        "map_index": -1,
        "start_date": at(began),
        "end_date": at(second),
    }


def play_cancelled(stage, note, *tasks):
    """A run that was cancelled at second 52.342."""
    end = {"end_date": "2026-11-29T00:19:52.342Z", "note": note}
    stage.answers[f"GET {RUNS}/r"] = [(200, run_data("failed", **end))]
    stage.answers[f"PATCH {RUNS}/r"] = [(200, {})]
    stage.answers[f"GET {RUNS}/r/taskInstances"] = [
        (200, {"task_instances": tasks, "total_entries": len(tasks)})
    ]


CANCELLED = (
    ended("load", "success", 40),
    ended("bad", "failed", 46.228),
    ended("unwanted", "skipped", 47, began=47),
    ended("long", "failed", 52.353),
    ended("after", "skipped", 52.34, began=52.34),
)


def test_a_run_is_cancelled_with_a_note_that_leaves_the_one_that_was_there(stage, client):
    play_cancelled(stage, "mine")
    client.cancel("d", "r")
    line, body, _, path = stage.seen[-1]
    assert line == f"PATCH {RUNS}/r"
    assert body == {"state": "failed", "note": "mine\ncancelled by nbflow"}
    assert path.endswith("?update_mask=state&update_mask=note")


def test_of_a_stages_items_those_that_go_on_are_ended_alone(stage, client):
    states = ["success", "running", "deferred", "failed", None]
    items = [{**ended("fit", state, 40), "map_index": i} for i, state in enumerate(states)]
    others = [{**ended("score", "running", 40), "map_index": 0}, ended("long", "running", 40)]
    play_cancelled(stage, None, *items, *others)
    stage.answers[f"PATCH {RUNS}/r/taskInstances/fit/1"] = [(200, {})]
    stage.answers[f"PATCH {RUNS}/r/taskInstances/fit/2"] = [(409, {"detail": "already failed"})]
    client.cancel("d", "r")
    changed = {line: body for line, body, *_ in stage.seen if line.startswith("PATCH")}
    assert changed == {
        f"PATCH {RUNS}/r/taskInstances/fit/1": {"new_state": "failed", "note": NOTE},
        f"PATCH {RUNS}/r/taskInstances/fit/2": {"new_state": "failed", "note": NOTE},
        f"PATCH {RUNS}/r": {"state": "failed", "note": NOTE},
    }
    item = {**ended("fit", "failed", 50), "map_index": 1, "note": NOTE}
    play_cancelled(stage, NOTE, {**ended("fit", "success", 40), "map_index": 0}, item)
    assert [step.state.value for step in client.run("d", "r").steps] == ["success", "cancelled"]


def test_what_failed_before_a_run_was_cancelled_is_told_from_what_was_stopped(stage, client):
    play_cancelled(stage, "mine\ncancelled by nbflow", *CANCELLED)
    run = client.run("d", "r")
    assert run.state is RunState.CANCELLED
    states = {step.name: step.state.value for step in run.steps}
    assert states == {
        "load": "success",
        "bad": "failed",
        "unwanted": "skipped",
        "long": "cancelled",
        "after": "cancelled",
    }
    assert run.failed_step.name == "bad"
    play_cancelled(stage, None, *CANCELLED)
    assert client.run("d", "r").state is RunState.FAILED


def test_a_cancelled_run_goes_on_with_what_has_not_gone_well_and_loses_its_note(stage, client):
    play_cancelled(stage, "cancelled by nbflow", *CANCELLED)
    clear = "POST /api/v2/dags/d/clearTaskInstances"
    names = ["bad", "unwanted", "long", "after"]
    stage.answers[clear] = [(200, {"task_instances": [{"task_id": name} for name in names]})]
    assert client.resume("d", "r") == ("after", "bad", "long", "unwanted")
    bodies = {line: body for line, body, *_ in stage.seen}
    assert bodies[clear]["task_ids"] == names
    assert bodies[f"PATCH {RUNS}/r"] == {"note": None}


AT = "2026-11-29T00:19:0{}+00:00".format
CLEAR = "POST /api/v2/dags/d/clearTaskInstances"


@pytest.mark.parametrize(
    ("note", "written"),
    [
        (None, f"resumed by nbflow; begun {AT(1)}"),
        ("mine", f"mine\nresumed by nbflow; begun {AT(1)}"),
        (f"mine\nresumed by nbflow; begun {AT(0)}", None),
        ("m" * 990, None),
    ],
)
def test_when_a_run_began_first_is_written_down_as_it_goes_on(stage, client, note, written):
    play_cancelled(stage, note, *CANCELLED)
    stage.answers[f"GET {RUNS}/r"][0][1]["start_date"] = AT(1)
    stage.answers[CLEAR] = [(200, {"task_instances": [{"task_id": "bad"}]})]
    client.resume("d", "r")
    (patched,) = [body for line, body, *_ in stage.seen if line.startswith("PATCH")] or [None]
    assert patched == (written and {"note": written})


def test_a_run_that_went_on_tells_when_it_began_first_and_when_it_went_on(stage, client):
    later = {"queued_at": "2026-11-29T00:20:00Z", "start_date": "2026-11-29T00:20:02Z"}
    noted = run_data("success", note=f"resumed by nbflow; begun {AT(1)}", **later)
    stage.answers["GET /api/v2/dags/d/dagRuns"] = [(200, {"dag_runs": [noted], "total_entries": 1})]
    (listed,) = client.runs("d")
    assert (listed.started, listed.resumed) == tuple(
        map(datetime.fromisoformat, (AT(1), later["start_date"]))
    )
    waiting = run_data("queued", note=noted["note"], queued_at=later["queued_at"])
    stage.answers["GET /api/v2/dags/d/dagRuns"] = [
        (200, {"dag_runs": [waiting], "total_entries": 1})
    ]
    assert client.runs("d")[0].resumed == datetime.fromisoformat(later["queued_at"])
    torn = run_data("success", note="resumed by nbflow; begun once", **later)
    stage.answers["GET /api/v2/dags/d/dagRuns"] = [(200, {"dag_runs": [torn], "total_entries": 1})]
    assert client.runs("d")[0].resumed is None


def test_the_steps_that_were_kept_tell_when_a_run_began_that_went_on_by_airflows_pages(
    stage, client
):
    tasks = [ended("load", "success", 40), ended("bad", "success", 50, began=45)]
    play_cancelled(stage, None, *tasks)
    # As it is where a task alone was cleared while the run went on: it did not begin again.
    for start, resumed in [("00:20:02", "00:20:02"), ("00:19:00", None)]:
        times = {"queued_at": "2026-11-29T00:20:00Z", "start_date": f"2026-11-29T{start}Z"}
        stage.answers[f"GET {RUNS}/r"] = [(200, run_data("success", **times))]
        run = client.run("d", "r")
        assert f"{run.started:%T}" == ("00:19:01" if resumed else start)
        assert (run.resumed and f"{run.resumed:%T}") == resumed


@pytest.mark.parametrize("state", ["skipped", None])
def test_a_run_that_failed_without_a_failed_step_goes_on_with_those_that_did_not_run(
    stage, client, state
):
    play_cancelled(stage, None, ended("load", "success", 40), {**CANCELLED[-1], "state": state})
    clear = "POST /api/v2/dags/d/clearTaskInstances"
    stage.answers[clear] = [(200, {"task_instances": [{"task_id": "after"}]})]
    assert client.resume("d", "r") == ("after",)
    assert stage.seen[-1][1]["task_ids"] == ["after"]


def test_nothing_is_cleared_where_all_steps_have_gone_well(stage, client):
    play_cancelled(stage, None, ended("load", "success", 40))
    assert client.resume("d", "r") == ()
