"""Parameters on their way to Airflow: JSON values under a JSON schema."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError

from nbflow.bundles import (
    parameter_description,
    parameter_schema,
    read_value,
    to_wire,
    wire_default,
)
from nbflow.bundles.parameters import FLOAT_PATTERN
from nbflow.errors import UsageError
from nbflow.model import Parameter, ParameterKind

K = ParameterKind
BIG = 2**70
TEXT_OF_A_FLOAT = {"type": "string", "pattern": FLOAT_PATTERN}
ANYTHING = ["null", "boolean", "number", "string", "array", "object"]
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
VALUES = {
    K.BOOL: st.booleans(),
    K.INT: st.integers(),
    K.FLOAT: st.floats(),
    K.STR: st.text(),
    K.LIST: st.lists(json_values),
    K.TUPLE: st.lists(json_values).map(tuple),
    K.DICT: st.dictionaries(st.text(), json_values),
    K.ANY: json_values,
    K.NONE: json_values,
}


@pytest.mark.parametrize(
    ("parameter", "schema"),
    [
        (Parameter("p", K.BOOL, True), {"type": "boolean"}),
        (Parameter("p", K.STR, "a"), {"type": "string"}),
        (Parameter("p", K.STR, "a\nb"), {"type": "string", "format": "multiline"}),
        (Parameter("p", K.LIST, []), {"type": "array", "items": {"type": ANYTHING}}),
        (Parameter("p", K.TUPLE, [1]), {"type": "array", "items": {"type": ANYTHING}}),
        (
            Parameter("p", K.LIST, ["a"], constraints={"items": {"type": "string"}}),
            {"type": "array", "items": {"type": "string"}},
        ),
        (Parameter("p", K.DICT, {}), {"type": "object"}),
        (
            Parameter("p", K.FLOAT, 0.5, constraints={"maximum": 1}),
            {"anyOf": [{"type": "number"}, TEXT_OF_A_FLOAT], "maximum": 1},
        ),
        (
            Parameter("p", K.FLOAT, None, nullable=True),
            {"anyOf": [{"type": "number"}, TEXT_OF_A_FLOAT, {"type": "null"}]},
        ),
        (Parameter("p", K.STR, None, nullable=True), {"type": ["string", "null"]}),
        (
            Parameter("p", K.STR, None, computed=True, source="f()"),
            {"type": ["string", "null"]},
        ),
    ],
)
def test_a_schema_says_what_the_kind_says(parameter: Parameter, schema: dict[str, Any]) -> None:
    assert parameter_schema(parameter) == schema


@pytest.mark.parametrize("kind", [K.ANY, K.NONE])
def test_a_parameter_of_no_known_type_takes_any_json(kind: ParameterKind) -> None:
    schema = parameter_schema(Parameter("p", kind, None))
    assert schema == {"type": ANYTHING}


def test_integers_that_a_browser_would_change_travel_as_digits() -> None:
    parameter = Parameter("p", K.INT, BIG)
    schema = parameter_schema(parameter)
    assert wire_default(parameter) == str(BIG)
    assert "type" not in schema, "Airflow's form shows a field of JSON for several types"
    assert to_wire(parameter, 2**53 - 1) == 2**53 - 1
    assert to_wire(parameter, 2**53) == "9007199254740992"
    with pytest.raises(ValidationError):
        Draft202012Validator(schema).validate(2**53)


@given(st.sampled_from(list(VALUES)).flatmap(lambda kind: st.tuples(st.just(kind), VALUES[kind])))
def test_what_travels_is_json_under_the_schema_and_loses_nothing(pair: tuple[K, Any]) -> None:
    kind, value = pair
    parameter = Parameter("p", kind, None if kind in {K.ANY, K.NONE} else value)
    wire = json.loads(json.dumps(to_wire(parameter, value), allow_nan=False))
    Draft202012Validator(parameter_schema(parameter)).validate(wire)
    if kind is K.INT:
        assert int(wire) == value
    elif kind is K.FLOAT:
        assert repr(float(wire)) == repr(value)
    elif kind is K.TUPLE:
        assert tuple(wire) == value
    else:
        assert wire == value
        assert type(wire) is type(value)


@given(st.sampled_from(list(VALUES)).flatmap(lambda kind: st.tuples(st.just(kind), VALUES[kind])))
def test_a_default_travels_as_a_given_value_does(pair: tuple[K, Any]) -> None:
    kind, value = pair
    stored = list(value) if kind is K.TUPLE else value
    parameter = Parameter("p", kind, stored)
    assert wire_default(parameter) == to_wire(parameter, value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (K.BOOL, 1),
        (K.BOOL, "true"),
        (K.INT, True),
        (K.INT, 1.0),
        (K.INT, "1.5"),
        (K.INT, "1\n"),
        (K.INT, "٣"),
        (K.FLOAT, "fast"),
        (K.FLOAT, False),
        (K.FLOAT, 10**400),
        (K.STR, 7),
        (K.STR, None),
        (K.LIST, "ab"),
        (K.LIST, {1}),
        (K.DICT, []),
        (K.DICT, {"a": {1}}),
        (K.LIST, [math.inf]),
        (K.ANY, b"x"),
    ],
)
def test_a_value_of_another_type_is_refused(kind: ParameterKind, value: Any) -> None:
    with pytest.raises(UsageError, match="parameter 'p'"):
        to_wire(Parameter("p", kind, None, source="0"), value)


@pytest.mark.parametrize(
    ("constraints", "kind", "value"),
    [
        ({"minimum": 1}, K.INT, 0),
        ({"maximum": 1}, K.FLOAT, 1.5),
        ({"pattern": "^x"}, K.STR, "y"),
        ({"maxItems": 1}, K.LIST, [1, 2]),
    ],
)
def test_a_value_against_a_constraint_is_refused(
    constraints: dict[str, Any], kind: ParameterKind, value: Any
) -> None:
    with pytest.raises(UsageError, match="parameter 'p'") as caught:
        to_wire(Parameter("p", kind, None, constraints=constraints), value)
    assert next(iter(constraints)) in str(caught.value.hint)


@pytest.mark.parametrize(
    ("kind", "text", "wire"),
    [
        (K.STR, "007", "007"),
        (K.STR, "None", "None"),
        (K.STR, "{{ x }}", "{{ x }}"),
        (K.STR, " O'Brien\n", " O'Brien\n"),
        (K.INT, "007", 7),
        (K.INT, " -3 ", -3),
        (K.INT, str(BIG), str(BIG)),
        (K.FLOAT, "1", 1.0),
        (K.FLOAT, "1e400", "Infinity"),
        (K.FLOAT, "-inf", "-Infinity"),
        (K.FLOAT, "nan", "NaN"),
        (K.BOOL, "Yes", True),
        (K.BOOL, "0", False),
        (K.LIST, "[1, [2.5]]", [1, [2.5]]),
        (K.LIST, "['a', None, True]", ["a", None, True]),
        (K.TUPLE, "(1, 'a')", [1, "a"]),
        (K.DICT, '{"a": null}', {"a": None}),
        (K.ANY, "5", 5),
        (K.ANY, "five", "five"),
    ],
)
def test_text_from_a_command_line_is_read_by_kind(
    kind: ParameterKind, text: str, wire: Any
) -> None:
    found = read_value(Parameter("p", kind, None), text)
    assert (found, type(found)) == (wire, type(wire))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (K.INT, "1.5"),
        (K.INT, ""),
        (K.FLOAT, "fast"),
        (K.BOOL, "maybe"),
        (K.LIST, "1,2"),
        (K.LIST, "{}"),
        (K.DICT, "[" * 10000),
        (K.DICT, "__import__('os')"),
    ],
)
def test_text_that_is_no_value_of_the_kind_is_refused(kind: ParameterKind, text: str) -> None:
    with pytest.raises(UsageError, match="is not a value of type"):
        read_value(Parameter("p", kind, None), text)


def test_none_is_said_only_where_it_is_allowed() -> None:
    assert read_value(Parameter("p", K.STR, None, nullable=True), "None") is None
    assert read_value(Parameter("p", K.INT, None, nullable=True), "None") is None
    with pytest.raises(UsageError):
        read_value(Parameter("p", K.INT, 1), "None")


def test_a_computed_parameter_says_how_it_is_computed() -> None:
    parameter = Parameter("p", K.ANY, None, computed=True, source="date.today()", help="the day")
    assert parameter_description(parameter) == "the day; computed in the notebook: date.today()"
    assert parameter_description(Parameter("p", K.INT, 1)) is None


@pytest.mark.parametrize(
    "text", ["0", "-1.5", "1e10", "2.", "1E-3", "Infinity", "-Infinity", "NaN"]
)
def test_a_float_may_come_as_text(text: str) -> None:
    assert to_wire(Parameter("p", K.FLOAT, None, nullable=True), float(text)) is not None
    Draft202012Validator(parameter_schema(Parameter("p", K.FLOAT, 1.0))).validate(text)
    float(text)


@pytest.mark.parametrize("text", ["", "one", "1,5", "0x1", "1e", "--1", "inf", " 1"])
def test_what_is_no_float_is_refused_as_text(text: str) -> None:
    with pytest.raises(ValidationError):
        Draft202012Validator(parameter_schema(Parameter("p", K.FLOAT, 1.0))).validate(text)
