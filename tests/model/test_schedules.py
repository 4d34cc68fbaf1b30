"""Schedules: what is accepted here loads in Airflow."""

from __future__ import annotations

import pytest
from croniter import croniter
from hypothesis import given
from hypothesis import strategies as st

from nbflow.model import PRESETS, schedule_fault

GOOD = [
    "0 6 * * 1-5",
    "*/15 * * * *",
    "5,10-20/5 0-6 1 jan-mar,12 MON-FRI",
    "0 0 29 2 *",
    "0 0 * * 7",
    "30/10 * * * *",
    "0 0 L * *",
    "0 9 * * mon#2",
    "0 9 * * L5",
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
    st.sampled_from(["L", "1#2", "L5"]),
)
fields = st.lists(parts, min_size=1, max_size=3).map(",".join)


@pytest.mark.parametrize("schedule", [*GOOD, *PRESETS])
def test_what_airflow_reads_is_accepted(schedule: str) -> None:
    assert schedule_fault(schedule) is None
    assert schedule in PRESETS or croniter.is_valid(schedule)


@pytest.mark.parametrize("schedule", BAD)
def test_what_airflow_would_not_read_is_refused(schedule: str) -> None:
    fault = schedule_fault(schedule)
    assert fault is not None
    assert repr(schedule) in fault


@given(st.tuples(fields, fields, fields, fields, fields).map(" ".join))
def test_what_is_accepted_is_a_cron_expression_that_comes(schedule: str) -> None:
    if schedule_fault(schedule) is None:
        croniter(schedule).get_next()
