"""Given values become what the notebook's parameters are."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.errors import UsageError
from nbflow.runtime import ParameterOrder, conform, from_wire
from nbflow.runtime.parameters import given_values, is_default

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("kind", "default", "wire", "value"),
    [
        ("int", 1, 5, 5),
        ("int", 1, 5.0, 5),
        ("int", 1, "123456789012345678901", 123456789012345678901),
        ("int", 1, "-3", -3),
        ("float", 0.5, 1, 1.0),
        ("float", 0.5, "Infinity", math.inf),
        ("float", 0.5, "-Infinity", -math.inf),
        ("str", "a", "007", "007"),
        ("str", "a", "None", "None"),
        ("bool", True, False, False),
        ("list", [0.1, 1.0], [1, 2, 3], [1.0, 2.0, 3.0]),
        ("list", [1, 2.0], [1, 2], [1, 2.0]),
        ("tuple", [1, 2], [3, 4], (3, 4)),
        (
            "dict",
            {"a": 1.0, "b": {"c": [1.0]}},
            {"a": 2, "b": {"c": [3]}},
            {"a": 2.0, "b": {"c": [3.0]}},
        ),
        ("none", None, {"x": 1}, {"x": 1}),
        ("any", None, "text", "text"),
    ],
)
def test_a_value_comes_back_in_its_type(kind, default, wire, value):
    found = from_wire("p", wire, order=ParameterOrder(kind, default=default))
    assert found == value
    assert repr(found) == repr(value)


@pytest.mark.parametrize(
    ("kind", "wire"),
    [
        ("int", "x"),
        ("int", 1.5),
        ("int", True),
        ("float", "1,5"),
        ("float", False),
        ("str", 7),
        ("bool", 1),
        ("list", {}),
        ("tuple", "ab"),
        ("dict", []),
        ("int", None),
        ("float", 10**400),
    ],
)
def test_a_value_of_another_type_is_an_error_that_names_the_parameter(kind, wire):
    with pytest.raises(UsageError, match="parameter 'p'"):
        from_wire("p", wire, order=ParameterOrder(kind, default=0))


def test_none_means_none_or_not_given():
    assert from_wire("p", None, order=ParameterOrder("int", nullable=True, default=3)) is None
    assert from_wire("p", None, order=ParameterOrder("none")) is None
    computed = {"p": ParameterOrder("any", computed=True)}
    assert given_values('{"p": null}', computed) == {}
    assert given_values('{"p": 4}', computed) == {"p": 4}


@pytest.mark.parametrize(
    ("kind", "default", "wire", "alike"),
    [
        ("float", 1.0, 1, True),
        ("float", "NaN", "NaN", True),
        ("any", 1, 1.0, True),
        ("any", 1, True, False),
        ("any", [0, {"a": 1}], [0, {"a": 1.0}], True),
        ("any", {"a": 1, "b": 2}, {"b": 2, "a": 1}, False),
        ("tuple", [1, 2], [1, 2], True),
        ("tuple", [1, 2], [1], False),
        ("int", "100000000000000000000", 10**20, True),
        ("none", None, None, True),
        ("none", None, 0, False),
        ("str", "1", "2", False),
    ],
)
def test_a_value_equal_to_the_default_is_told_from_another(kind, default, wire, alike):
    order = ParameterOrder(kind, default=default)
    assert is_default("p", from_wire("p", wire, order=order), order=order) is alike
    assert not is_default("p", default, order=ParameterOrder(kind, computed=True))


def test_an_unknown_parameter_is_an_error_that_lists_the_known():
    with pytest.raises(UsageError, match="unknown parameter 'c'") as caught:
        given_values('{"c": 1}', {"b": ParameterOrder(), "a": ParameterOrder()})
    assert caught.value.hint == "known parameters: a, b"
    for text in ("{", "[]"):
        with pytest.raises(UsageError, match="JSON"):
            given_values(text, {})


@given(JSON)
def test_a_default_that_nobody_touched_stays_what_it_was(value):
    wire = json.loads(json.dumps(value))
    assert repr(conform(wire, like=value)) == repr(value)


@given(
    st.recursive(
        st.floats(-1e6, 1e6) | st.text(), lambda i: st.lists(i) | st.dictionaries(st.text(), i)
    )
)
def test_a_browser_may_write_whole_floats_as_ints(value):
    def browser(item):
        if isinstance(item, float) and item.is_integer():
            return int(item)
        if isinstance(item, list):
            return [browser(one) for one in item]
        if isinstance(item, dict):
            return {key: browser(one) for key, one in item.items()}
        return item

    assert conform(browser(value), like=value) == value
