from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.model import format_duration, parse_duration, parse_quantity


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("2", Decimal(2)),
        ("500m", Decimal("0.5")),
        ("64Gi", Decimal(64 * 2**30)),
        ("1.5G", Decimal(1_500_000_000)),
        ("1e3", Decimal(1000)),
        ("1E", Decimal(10**18)),
        ("1Ei", Decimal(2**60)),
        (".5", Decimal("0.5")),
        (4, Decimal(4)),
    ],
)
def test_a_quantity_has_the_amount_that_kubernetes_reads(text, amount):
    assert parse_quantity(text).amount == amount


@pytest.mark.parametrize(
    "text", ["", "Gi", "1 Gi", "1gb", "1Zi", "-1", "one", "1.2.3", "0x10", "1e999999999"]
)
def test_a_text_that_is_no_quantity_is_refused(text):
    with pytest.raises(ValueError, match=r"quantity|negative"):
        parse_quantity(text)


def test_a_quantity_is_written_as_its_author_wrote_it():
    assert str(parse_quantity("1024Mi")) == "1024Mi"


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("30m", timedelta(minutes=30)),
        ("1h30m", timedelta(minutes=90)),
        ("90", timedelta(seconds=90)),
        ("1.5h", timedelta(minutes=90)),
        ("2d", timedelta(days=2)),
        ("250ms", timedelta(milliseconds=250)),
    ],
)
def test_a_duration_is_read(text, duration):
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    "text", ["", "abc", "30 m", "m30", "0", "-5m", "5x", "1h 30m", "0s", "9" * 99]
)
def test_a_text_that_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match=r"duration|longer than nothing"):
        parse_duration(text)


@given(st.integers(min_value=1, max_value=10**10))
def test_a_duration_is_written_as_it_is_read(milliseconds):
    duration = timedelta(milliseconds=milliseconds)
    assert parse_duration(format_duration(duration)) == duration
