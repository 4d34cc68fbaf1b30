"""What was meant by a name that is not known."""

import pytest

from nbflow.model import did_you_mean, known_names, nearest


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [("lod", "load"), ("LOAD", "load"), ("Reprot", "report"), ("xyz", None), ("", None)],
)
def test_the_nearest_name_is_found_whatever_its_capitals(wrong, meant):
    assert nearest(wrong, ["load", "report"]) == meant


def test_a_guess_stands_before_a_hint():
    assert did_you_mean("lod", ["load"]) + "Steps: load." == "Did you mean 'load'? Steps: load."
    assert did_you_mean("xyz", ["load"]) == ""
    assert did_you_mean("xyz", []) == ""


def test_known_names_are_listed_with_the_nearest_first():
    assert known_names("the steps", "lod", {"report", "load"}) == (
        "did you mean 'load'? the steps are: load, report"
    )
    assert known_names("the steps", "lod", []) == "the steps are: none"


def test_of_many_names_the_first_are_listed():
    hint = known_names("the DAGs", "dag-777", [f"dag-{number:03}" for number in range(1000)])
    assert hint.startswith("did you mean 'dag-777'? the DAGs are: dag-000, dag-001, ")
    assert hint.endswith("dag-019 and 980 more")
