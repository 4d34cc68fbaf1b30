"""When a schedule runs next, as Airflow itself counts it."""

from datetime import UTC, datetime

import pytest

from nbflow.planning import last_interval, next_runs

SPRING = datetime(2026, 3, 28, 22, tzinfo=UTC)
AUTUMN = datetime(2026, 10, 24, 21, 17, tzinfo=UTC)


@pytest.mark.parametrize("schedule", [None, "@once", "@continuous"])
def test_what_has_no_times_has_no_next_one(schedule):
    assert next_runs(schedule, after=SPRING) == ()


def test_times_are_told_in_the_schedules_own_zone():
    found = next_runs("30 9 * * 1-5", timezone="Asia/Kathmandu", after=SPRING, count=2)
    assert [one.isoformat() for one in found] == [
        "2026-03-30T09:30:00+05:45",
        "2026-03-31T09:30:00+05:45",
    ]


@pytest.mark.parametrize("count", [1, 7])
def test_as_many_are_told_as_are_asked_for(count):
    assert len(next_runs("@hourly", after=SPRING, count=count)) == count


@pytest.mark.airflow
@pytest.mark.parametrize("after", [SPRING, AUTUMN, datetime(2026, 10, 25, 0, 40, tzinfo=UTC)])
@pytest.mark.parametrize(
    "zone", ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/St_Johns"]
)
@pytest.mark.parametrize(
    "schedule",
    ["30 2 * * *", "*/15 * * * *", "0 * * * *", "0 */2 * * *", "15 1,2,3 * * *", "@daily"],
)
def test_where_clocks_change_times_are_those_of_airflow(schedule, zone, after):
    from airflow.timetables.trigger import CronTriggerTimetable
    from pendulum import instance

    table = CronTriggerTimetable(schedule, timezone=zone)
    expected, now = [], instance(after)
    for _ in range(8):
        now = table._get_next(now)
        expected.append(now.astimezone(UTC))
    found = next_runs(schedule, timezone=zone, after=after, count=8)
    assert [one.astimezone(UTC) for one in found] == expected


@pytest.mark.parametrize("schedule", [None, "@once", "@continuous"])
def test_what_has_no_times_has_no_interval(schedule):
    assert last_interval(schedule, before=SPRING) is None


@pytest.mark.airflow
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Australia/Lord_Howe"])
@pytest.mark.parametrize(
    "schedule", ["30 2 * * *", "*/15 * * * *", "0 0 29 2 *", "0 6 * * 1-5", "@monthly", "@yearly"]
)
def test_the_last_interval_is_the_one_that_airflow_runs_first(schedule, zone, monkeypatch):
    from airflow.timetables import interval
    from airflow.timetables.base import TimeRestriction
    from pendulum import datetime as moment
    from pendulum import instance

    table = interval.CronDataIntervalTimetable(schedule, timezone=zone)
    past = TimeRestriction(earliest=moment(2001, 1, 1), latest=None, catchup=False)
    for now in (SPRING, AUTUMN, datetime(2026, 11, 29, tzinfo=UTC)):
        monkeypatch.setattr(interval, "utcnow", lambda now=now: instance(now))
        first = table.next_dagrun_info(last_automated_data_interval=None, restriction=past)
        found = last_interval(schedule, timezone=zone, before=now)
        assert found == (first.data_interval.start, first.data_interval.end)
