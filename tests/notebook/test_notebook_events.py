from datetime import timedelta

import pytest
from written_notebooks import code, codes, outlined

from nbflow.model import Assets, Interval, Notices

A = code("", "step:a")
DAY = code("day = '2026-01-31'\ncount = 1", "parameters")


def said(**nbflow):
    return outlined(DAY, A, nbflow=nbflow)


def messages(found):
    return [one.message for one in found.diagnostics]


def test_assets_interval_and_notices_are_read() -> None:
    found = said(
        makes=["s3://lake/model"],
        waits_for=["s3://lake/orders", "gs://lake/prices"],
        schedule="@daily",
        interval={"start": "day"},
        notify={"failure": ["ops"], "late": {"after": "2h", "to": ["ops", "mail"]}},
    )
    assert codes(found) == []
    assert found.options.assets == Assets(
        ("s3://lake/model",), ("s3://lake/orders", "gs://lake/prices")
    )
    assert found.options.interval == Interval(start="day")
    assert found.options.notices == Notices(
        failure=("ops",), late=("ops", "mail"), late_after=timedelta(hours=2)
    )


def test_one_of_several_assets_may_be_enough() -> None:
    assert said(waits_for={"any": ["s3://a/b"]}).options.assets.either is True
    assert said(waits_for={"all": ["s3://a/b"]}).options.assets.either is False


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"makes": ["airflow://x"]}, ["metadata.nbflow.makes", "airflow://"]),
        ({"makes": ["s3:///orders"]}, ["metadata.nbflow.makes", "bucket"]),
        ({"makes": [" s3://a"]}, ["metadata.nbflow.makes", "characters"]),
        ({"makes": ["postgres://ann:pw@db/x"]}, ["metadata.nbflow.makes", "password"]),
        ({"makes": ["self"]}, ["metadata.nbflow.makes", "'self'"]),
        ({"makes": ["s3://[x"]}, ["metadata.nbflow.makes", "no URI"]),
        ({"makes": ["a" * 1501]}, ["metadata.nbflow.makes", "1501"]),
        ({"makes": []}, ["metadata.nbflow.makes", "fewer than 1"]),
        ({"makes": ["s3://a", "s3://a"]}, ["metadata.nbflow.makes", "twice"]),
        ({"makes": "s3://a"}, ["metadata.nbflow.makes", "not array"]),
        ({"waits_for": {}}, ["metadata.nbflow.waits_for", "nothing"]),
        ({"waits_for": {"any": ["a"], "all": ["b"]}}, ["metadata.nbflow.waits_for", "all and any"]),
        ({"waits_for": {"some": ["a"]}}, ["metadata.nbflow.waits_for.some", "known"]),
        ({"makes": ["s3://a"], "waits_for": ["s3://a"]}, ["without end", "makes", "waits_for"]),
        ({"waits_for": ["s3://a"], "schedule": "@once"}, ["metadata.nbflow.schedule", "waits_for"]),
        ({"interval": {"start": "dey"}, "schedule": "@daily"}, ["interval.start", "'dey'"]),
        ({"interval": {"end": "count"}, "schedule": "@daily"}, ["interval.end", "int", "text"]),
        ({"interval": {"end": "day"}}, ["metadata.nbflow.interval", "nothing gives"]),
        (
            {"interval": {"start": "day", "end": "day"}, "schedule": "@daily"},
            ["metadata.nbflow.interval", "twice"],
        ),
        ({"notify": {"late": {"after": "soon", "to": ["x"]}}}, ["notify.late.after", "soon"]),
        ({"notify": {"late": {"after": "0s", "to": ["x"]}}}, ["notify.late.after"]),
        ({"notify": {"late": {"to": ["x"]}}}, ["notify.late", "'after'"]),
        ({"notify": {"failures": ["x"]}}, ["notify.failures"]),
    ],
)
def test_what_makes_no_sense_is_told_with_its_option(wrong, words) -> None:
    found = said(**wrong)
    assert len(messages(found)) == 1, messages(found)
    for word in words:
        assert word in messages(found)[0]


def test_a_wrong_uri_is_told_without_its_password() -> None:
    (told,) = messages(said(makes=["postgres://ann:pw123@db/x"]))
    assert "pw123" not in told
