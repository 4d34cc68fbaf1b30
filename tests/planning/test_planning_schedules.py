"""Schedules: what is accepted here loads in Airflow."""

from __future__ import annotations

import pytest
from croniter import croniter
from hypothesis import given
from hypothesis import strategies as st

from nbflow.errors import SettingsError
from nbflow.model import PipelineOptions
from nbflow.planning.schedules import PRESETS, check_schedule

GOOD = [
    "0 6 * * 1-5",
    "*/15 * * * *",
    "5,10-20/5 0-6 1 jan-mar,12 MON-FRI",
    "0 0 29 2 *",
    "0 0 * * 7",
    "30/10 * * * *",
]
BAD = [
    "",
    "every day",
    "* * *",
    "* * * * * *",
    "60 * * * *",
    "* 24 * * *",
    "* * 0 * *",
    "* * * 13 *",
    "* * * * 8",
    "*/0 * * * *",
    "5-1 * * * *",
    "*-5 * * * *",
    "1,,2 * * * *",
    "* * * foo *",
    "0 0 31 2,4 *",
    "@fortnightly",
    "{{ x }} * * * *",
]
numbers = st.integers(0, 60).map(str)
parts = st.one_of(
    st.just("*"),
    numbers,
    st.builds("{}-{}".format, numbers, numbers),
    st.builds("{}/{}".format, st.just("*") | numbers, numbers),
)
fields = st.lists(parts, min_size=1, max_size=3).map(",".join)


@pytest.mark.parametrize("schedule", [*GOOD, *PRESETS])
def test_what_airflow_reads_is_accepted(schedule: str) -> None:
    check_schedule(PipelineOptions(schedule=schedule))
    assert schedule in PRESETS or croniter.is_valid(schedule)


@pytest.mark.parametrize("schedule", BAD)
def test_what_airflow_would_not_read_is_refused(schedule: str) -> None:
    with pytest.raises(SettingsError, match="schedule"):
        check_schedule(PipelineOptions(schedule=schedule))


@given(st.tuples(fields, fields, fields, fields, fields).map(" ".join))
def test_what_is_accepted_is_a_cron_expression_that_comes(schedule: str) -> None:
    try:
        check_schedule(PipelineOptions(schedule=schedule))
    except SettingsError:
        return
    croniter(schedule).get_next()


def test_a_continuous_schedule_takes_one_run_at_a_time() -> None:
    with pytest.raises(SettingsError, match="max_active_runs"):
        check_schedule(PipelineOptions(schedule="@continuous", max_active_runs=2))
