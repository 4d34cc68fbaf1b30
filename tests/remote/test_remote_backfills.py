"""Backfills whose answers get lost, and those that Airflow refuses."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from stages import HANG_UP

from nbflow import remote
from nbflow.errors import UsageError

LIST, START, DRY = (
    "GET /api/v2/backfills",
    "POST /api/v2/backfills",
    "POST /api/v2/backfills/dry_run",
)
ASKED = remote.Backfill(
    "d",
    start=datetime(2026, 1, 1, tzinfo=UTC),
    end=datetime(2026, 1, 2, tzinfo=UTC),
    reprocess="failed",
    max_active=2,
    parameters={"n": 1},
)
NONE, SIXTH = (200, {"backfills": []}), (200, {"backfills": [{"id": 6}]})


@pytest.fixture
def connection(client):
    return client.connection


def test_a_backfill_is_started_once_though_the_answer_was_lost(stage, connection):
    stage.answers[LIST] = [NONE, SIXTH]
    stage.answers[START] = [HANG_UP]
    assert remote.start_backfill(connection, ASKED) == 6
    assert stage.lines() == [LIST, START, LIST]


def test_a_backfill_whose_request_was_lost_is_asked_for_again(stage, connection):
    stage.answers[LIST] = [SIXTH]
    stage.answers[START] = [(503, {"detail": "Database is locked."}), (200, {"id": 7})]
    assert remote.start_backfill(connection, ASKED) == 7
    _, body, *_ = stage.seen[1]
    assert body == {
        "dag_id": "d",
        "from_date": "2026-01-01T00:00:00+00:00",
        "to_date": "2026-01-02T00:00:00+00:00",
        "reprocess_behavior": "failed",
        "max_active_runs": 2,
        "dag_run_conf": {"n": 1},
    }


def test_a_second_backfill_is_refused_with_what_to_do(stage, connection):
    stage.answers[LIST] = [NONE]
    stage.answers[START] = [(409, {"detail": "There is already a running backfill for dag d"})]
    with pytest.raises(remote.Refused, match="already a running backfill") as caught:
        remote.start_backfill(connection, ASKED)
    assert "nbflow runs d" in str(caught.value.hint)


def test_what_cannot_travel_is_refused_before_anything_is_asked(stage, connection):
    asked = remote.Backfill("d", ASKED.start, ASKED.end, parameters={"n": 2**70})
    with pytest.raises(UsageError, match="64 bits"):
        remote.missing_runs(connection, asked)
    assert stage.seen == []


def test_missing_runs_are_aware_times(stage, connection):
    stage.answers[DRY] = [(200, {"backfills": [{"logical_date": "2026-01-01T00:00:00Z"}]})]
    assert remote.missing_runs(connection, ASKED) == (datetime(2026, 1, 1, tzinfo=UTC),)


def test_runs_of_a_schedule_are_found_by_their_times(stage, connection):
    there = {
        "dag_run_id": "backfill__2026-01-02T00:00:00+00:00",
        "logical_date": "2026-01-01T00:00:00Z",
        "data_interval_start": "2026-01-01T00:00:00Z",
        "data_interval_end": "2026-01-02T00:00:00Z",
    }
    other = {**there, "dag_run_id": "by hand", "logical_date": "2026-01-01T07:00:00Z"}
    answer = {"dag_runs": [there, other], "total_entries": 2}
    stage.answers["GET /api/v2/dags/d/dagRuns"] = [(200, answer)]
    times = [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2)]
    run = remote.DatedRun("backfill__2026-01-02T00:00:00+00:00", *times)
    assert remote.dated_runs(connection, "d", times) == {times[0]: run}


def test_for_no_times_nothing_is_asked(stage, connection):
    assert remote.dated_runs(connection, "d", ()) == {}
    assert stage.seen == []
