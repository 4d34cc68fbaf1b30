"""Faults that a healthy Airflow does not show, played by a small server on a real socket."""

from __future__ import annotations

import socket
from datetime import UTC, datetime

import pytest
from stages import HANG_UP, RUNS, run_data

from nbflow import remote
from nbflow.errors import RemoteError, SettingsError, UsageError
from nbflow.model import RunState

VERSION = "GET /api/v2/version"


def test_a_question_is_asked_again_while_a_gateway_has_no_airflow(stage, client):
    stage.answers[VERSION] = [(502, "Bad"), HANG_UP, (503, {}), (200, {"version": "3.3.2"})]
    assert client.version() == "3.3.2"
    assert stage.lines() == [VERSION] * 4


def test_after_some_attempts_the_gateway_is_an_error(stage, client):
    stage.answers[VERSION] = [(504, "Gateway Timeout")]
    with pytest.raises(remote.Unreachable, match="not ready: status 504") as caught:
        client.version()
    assert caught.value.hint is not None
    assert caught.value.exit_status == 6
    assert len(stage.seen) == 5


@pytest.mark.parametrize("patience", [remote.ONCE, remote.BRIEF], ids=["once", "brief"])
def test_who_only_looks_asks_once(stage, patience):
    stage.answers[VERSION] = [HANG_UP]
    with (
        remote.Airflow.connect(stage.url, token="t", patience=patience) as client,
        pytest.raises(remote.Unreachable),
    ):
        client.version()
    assert len(stage.seen) == 1


def test_nobody_there_is_an_error_that_says_how_to_start_one():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    with (
        remote.Airflow.connect(url, token="t") as client,
        pytest.raises(remote.Unreachable) as caught,
    ):
        client.runs()
    assert url in caught.value.message
    assert "nbflow airflow up" in str(caught.value.hint)


def test_a_token_that_expired_is_replaced_by_signing_in_again(stage):
    stage.answers["POST /auth/token"] = [
        (201, {"access_token": "first"}),
        (201, {"access_token": "second"}),
    ]
    stage.answers[VERSION] = [(401, {"detail": "expired"}), (200, {"version": "3.3.2"})]
    with remote.Airflow.connect(stage.url, user="u", password="p") as client:
        assert client.version() == "3.3.2"
    assert [sent for line, _, sent, _ in stage.seen if line == VERSION] == [
        "Bearer first",
        "Bearer second",
    ]
    assert stage.seen[0][1] == {"username": "u", "password": "p"}


def test_a_token_that_was_given_and_expired_is_an_error(stage, client):
    stage.answers[VERSION] = [(401, {"detail": "Token Expired"})]
    with pytest.raises(remote.Refused, match="Token Expired") as caught:
        client.version()
    assert caught.value.status == 401
    assert "token" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("status", "detail", "words"),
    [
        (403, "Forbidden", "Forbidden"),
        (500, {"message": "disk full"}, "disk full"),
        (422, [{"loc": ["body", "conf"], "msg": "Field required"}], "conf: Field required"),
        (400, "Invalid input for param n: 'x' is no int", "param n: 'x' is no int"),
    ],
)
def test_a_refusal_carries_the_words_of_airflow_and_a_hint(stage, client, status, detail, words):
    stage.answers[f"POST {RUNS}"] = [(status, {"detail": detail})]
    with pytest.raises(remote.Refused) as caught:
        client.trigger("d")
    assert words in caught.value.message
    assert caught.value.status == status
    assert caught.value.hint


def test_a_server_that_is_not_airflow_is_noticed(stage, client):
    stage.answers[VERSION] = [(404, "<html>nginx</html>")]
    with pytest.raises(remote.Refused, match="nginx") as caught:
        client.version()
    assert "does not look like Airflow 3" in str(caught.value.hint)
    stage.answers[VERSION] = [(200, "<html>welcome</html>")]
    with pytest.raises(remote.Refused, match="not JSON"):
        client.version()


def test_a_run_is_started_once_though_the_answer_was_lost(stage, client):
    stage.answers[f"POST {RUNS}"] = [HANG_UP]
    stage.answers[f"GET {RUNS}/r"] = [(200, run_data("queued"))]
    run = client.trigger("d", run_id="r")
    assert run.state is RunState.QUEUED
    assert stage.lines() == [f"POST {RUNS}", f"GET {RUNS}/r"]


def test_a_run_whose_request_was_lost_is_asked_for_again(stage, client):
    stage.answers[f"POST {RUNS}"] = [HANG_UP, (200, run_data("queued"))]
    assert client.trigger("d", run_id="r").run_id == "r"
    assert stage.lines() == [f"POST {RUNS}", f"GET {RUNS}/r", f"POST {RUNS}"]
    assert stage.seen[0][1] == {"dag_run_id": "r", "conf": {}, "logical_date": None}


def test_a_watch_outlives_a_restart_of_airflow(stage, client):
    away = [(503, {})] * 7
    stage.answers[f"GET {RUNS}/r"] = [
        (200, run_data()),
        *away,
        (200, run_data()),
        (200, run_data("success")),
    ]
    stage.answers[f"GET {RUNS}/r/taskInstances"] = [
        (200, {"task_instances": [], "total_entries": 0})
    ]
    observed = []
    run = client.watch("d", "r", observe=observed.append, poll=0.01)
    assert run.state is RunState.SUCCESS
    # The second look at the same state tells nothing new.
    assert [run.state for run in observed] == [RunState.RUNNING, RunState.SUCCESS]


def test_a_watch_ends_when_airflow_stays_away(stage, client):
    stage.answers[f"GET {RUNS}/r"] = [(503, {})]
    with pytest.raises(remote.Unreachable):
        client.watch("d", "r", poll=0.01, patience=0.1)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("scheduled", RunState.QUEUED),
        ("deferred", RunState.RUNNING),
        ("up_for_retry", RunState.RETRYING),
        ("restarting", RunState.RETRYING),
        ("upstream_failed", RunState.UPSTREAM_FAILED),
        ("skipped", RunState.SKIPPED),
        ("removed", RunState.CANCELLED),
        ("a state of the future", RunState.RUNNING),
        (None, RunState.QUEUED),
    ],
)
def test_states_of_tasks_have_our_names(stage, client, given, shown):
    task = {"task_id": "t", "state": given, "try_number": 0, "map_index": -1}
    stage.answers[f"GET {RUNS}/r"] = [(200, run_data())]
    stage.answers[f"GET {RUNS}/r/taskInstances"] = [
        (200, {"task_instances": [task], "total_entries": 1})
    ]
    (step,) = client.run("d", "r").steps
    assert (step.state, step.attempt) == (shown, 1)


def test_a_task_that_never_began_was_cancelled_when_its_run_is_over(stage, client):
    task = {"task_id": "t", "state": None, "try_number": 0, "map_index": -1}
    stage.answers[f"GET {RUNS}/r"] = [(200, run_data("failed"))]
    stage.answers[f"GET {RUNS}/r/taskInstances"] = [
        (200, {"task_instances": [task], "total_entries": 1})
    ]
    assert client.run("d", "r").steps[0].state is RunState.CANCELLED


@pytest.mark.parametrize(
    ("state", "given_up", "moments"),
    [
        ("upstream_failed", "2026-11-28T16:00:05+00:00", 0),
        ("skipped", "2026-11-28T16:00:00+00:00", 0),
        ("skipped", "2026-11-28T16:00:05+00:00", 2),
        ("success", "2026-11-28T16:00:00+00:00", 2),
    ],
)
def test_of_a_task_that_was_never_reached_no_time_is_told(stage, client, state, given_up, moments):
    task = {"task_id": "t", "state": state, "try_number": 0, "map_index": -1}
    times = {"start_date": "2026-11-28T16:00:00+00:00", "end_date": given_up}
    stage.answers[f"GET {RUNS}/r"] = [(200, run_data("failed"))]
    stage.answers[f"GET {RUNS}/r/taskInstances"] = [
        (200, {"task_instances": [{**task, **times}], "total_entries": 1})
    ]
    (step,) = client.run("d", "r").steps
    assert [step.started, step.ended].count(None) == 2 - moments


def test_durations_are_asked_of_what_began_before_a_moment(stage, client):
    task = {"task_id": "load", "dag_run_id": "before", "duration": 3.0, "state": "success"}
    stage.answers[f"GET {RUNS}/~/taskInstances"] = [
        (200, {"task_instances": [task], "total_entries": 1})
    ]
    moment = datetime(2026, 11, 28, 16, tzinfo=UTC)
    assert client.durations("d", limit=9, before=moment) == {"load": (3.0,)}
    assert "start_date_lte=2026-11-28T16%3A00%3A00%2B00%3A00" in stage.seen[-1][-1]


def test_all_pages_are_read_up_to_the_limit(stage, client):
    pages = [
        {"dag_runs": [run_data(dag_run_id=f"r{n}") for n in page], "total_entries": 250}
        for page in (range(100), range(100, 200), range(200, 230))
    ]
    stage.answers[f"GET {RUNS}"] = [(200, page) for page in pages]
    assert len(client.runs("d", limit=230)) == 230
    assert [path.partition("?")[2] for *_, path in stage.seen] == [
        "limit=100&offset=0&order_by=-run_after",
        "limit=100&offset=100&order_by=-run_after",
        "limit=30&offset=200&order_by=-run_after",
    ]


def test_a_log_is_read_to_its_end(stage, client):
    path = f"GET {RUNS}/r/taskInstances/t/logs/2"
    stage.answers[path] = [
        (200, {"content": [{"event": "one", "level": "info"}], "continuation_token": "a"}),
        (200, {"content": ["plain"], "continuation_token": "b"}),
        (200, {"content": [], "continuation_token": "c"}),
    ]
    lines = client.logs("d", "r", "t", attempt=2)
    assert [line.text for line in lines] == ["one", "plain"]
    assert [line.level for line in lines] == ["info", None]


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (2**64, "more than 64 bits"),
        ({"a": [-(2**63) - 1]}, "more than 64 bits"),
        ([float("nan")], "nan"),
        (float("inf"), "inf"),
        ("\ud800", "surrogate"),
        ({"\udfff": 1}, "surrogate"),
        ({1, 2}, "a set"),
        (b"bytes", "a bytes"),
    ],
)
def test_what_airflow_would_lose_is_refused_before_it_is_sent(stage, client, value, what):
    with pytest.raises(UsageError, match=what) as caught:
        client.trigger("d", parameters={"fine": 1, "p": value})
    assert caught.value.message.startswith("p")
    assert stage.seen == []


def test_names_with_slashes_stay_one_part_of_the_address(stage, client):
    stage.answers["GET /api/v2/dags/a%2Fb/dagRuns/r%2B1%3Ax"] = [(200, run_data())]
    stage.answers["GET /api/v2/dags/a%2Fb/dagRuns/r%2B1%3Ax/taskInstances"] = [
        (200, {"task_instances": [], "total_entries": 0})
    ]
    client.run("a/b", "r+1:x")
    assert client.run_url("a/b", "r+1:x") == f"{stage.url}/dags/a%2Fb/runs/r%2B1%3Ax"


def test_credentials_come_from_the_environment(stage):
    stage.answers[VERSION] = [(200, {"version": "3.3.2"})]
    environ = {"TOKEN": "secret\n"}
    with remote.Airflow.connect(stage.url + "/", token_env="TOKEN", environ=environ) as client:
        client.version()
        assert "secret" not in repr(client)
    assert stage.seen[0][2] == "Bearer secret"


@pytest.mark.parametrize(
    "options",
    [
        {"token_env": "MISSING"},
        {"user": "u", "password_env": "MISSING"},
        {"user": "u"},
    ],
)
def test_missing_credentials_are_an_error_of_the_settings(options):
    with pytest.raises(SettingsError) as caught:
        remote.Airflow.connect("http://127.0.0.1:9", **options, environ={})
    assert caught.value.hint


def test_an_address_without_a_scheme_is_an_error_of_the_settings():
    with pytest.raises(SettingsError, match="'airflow:8080' is not the address"):
        remote.Airflow.connect("airflow:8080", token="t")


def test_signing_in_without_getting_a_token_is_an_error(stage):
    stage.answers["POST /auth/token"] = [(201, {"token": "misnamed"})]
    with (
        remote.Airflow.connect(stage.url, user="u", password="p") as signing,
        pytest.raises(RemoteError, match="gave no token"),
    ):
        signing.version()


@pytest.mark.parametrize("paused", [True, False])
def test_a_dag_that_is_live_is_known_to_be_paused_or_not(stage, client, paused):
    dag = {"dag_id": "d", "is_paused": paused, "is_stale": False, "last_parsed_time": "1"}
    stage.answers["GET /api/v2/dags/d"] = [(200, dag)]
    stage.answers["GET /api/v2/dagSources/d"] = [(200, {"content": "digest"})]
    stage.answers["GET /api/v2/importErrors"] = [(200, {"import_errors": [], "total_entries": 0})]
    assert remote.wait_for_dags(client, {"d": "digest"}).paused == ({"d"} if paused else set())
