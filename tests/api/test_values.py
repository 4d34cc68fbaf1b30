import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.api.values import parameter_from_schema, parse_assignments, resolve
from nbflow.bundles import parameter_schema, wire_default
from nbflow.errors import UsageError
from nbflow.model import Parameter, ParameterKind

PARAMETERS = (
    Parameter("lr", ParameterKind.FLOAT, 0.1, source="0.1", help="learning rate"),
    Parameter("epochs", ParameterKind.INT, 3, source="3", constraints={"minimum": 1}),
    Parameter("name", ParameterKind.STR, "a", source="'a'"),
    Parameter("fast", ParameterKind.BOOL, default=True, source="True"),
    Parameter("sizes", ParameterKind.LIST, [1, 2], source="[1, 2]"),
    Parameter("options", ParameterKind.DICT, {}, source="{}"),
    Parameter("limit", ParameterKind.INT, None, nullable=True, source="None"),
    Parameter("anything", ParameterKind.NONE, None, source="None"),
    Parameter("when", ParameterKind.ANY, None, computed=True, source="now()"),
)


def parse(*texts):
    return parse_assignments(texts, parameters=PARAMETERS)


@pytest.mark.parametrize("text", ["007", "None", "{{ x }}", "O'Brien\n", "true", "", "a=b", "ü"])
def test_a_string_is_taken_as_it_stands(text):
    assert parse(f"name={text}") == {"name": text}


@pytest.mark.parametrize(
    ("assignment", "value"),
    [
        ("lr=1e400", "Infinity"),
        ("lr=3", 3.0),
        ("epochs=1180591620717411303424", str(2**70)),
        ("fast=no", False),
        ("fast=True", True),
        ("sizes=[1, [2.5]]", [1, [2.5]]),
        ('options={"a": null}', {"a": None}),
        ("limit=None", None),
        ("limit=5", 5),
        ("anything=5", 5),
        ("anything=five", "five"),
        ("anything:=null", None),
        ('name:="x"', "x"),
        ("sizes:=[]", []),
    ],
)
def test_a_value_is_read_by_its_type_and_travels_as_json(assignment, value):
    (found,) = parse(assignment).values()
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    "assignment", ["lr=fast", "epochs=1.5", "fast=maybe", "sizes={}", "options=[]", "sizes=1,2"]
)
def test_an_ill_typed_value_is_refused_with_the_type(assignment):
    with pytest.raises(UsageError, match=r"not a value of type"):
        parse(assignment)


def test_an_unknown_parameter_is_refused_with_the_nearest_and_all_known():
    with pytest.raises(UsageError, match="no parameter 'epoch'") as caught:
        parse("epoch=3")
    assert "Did you mean 'epochs'?" in caught.value.hint
    assert "lr: float = 0.1  # learning rate" in caught.value.hint


@pytest.mark.parametrize("text", ["name", "", "-p"])
def test_an_argument_without_an_equals_sign_is_refused(text):
    with pytest.raises(UsageError, match="not NAME=VALUE"):
        parse(text)


def test_json_that_is_none_is_refused():
    with pytest.raises(UsageError, match="is not JSON"):
        parse("name:=abc")


@pytest.mark.parametrize(
    "given_values",
    [{"epochs": 0}, {"epochs": "many"}, {"name": 7}, {"fast": "yes"}, {"sizes": 1}, {"name": None}],
)
def test_a_value_against_its_schema_is_refused_before_anything_runs(given_values):
    with pytest.raises(UsageError, match="parameter"):
        resolve(given_values, parameters=PARAMETERS)


@pytest.mark.parametrize("name", ["profile.eat", "mode"])
def test_a_value_that_is_no_choice_is_told_with_the_nearest_and_all_of_them(name):
    schema = {"type": "string", "enum": ["default", "highmem", "small"], "section": "Profiles"}
    choice = parameter_from_schema(name, schema=schema, default="small")
    with pytest.raises(UsageError) as caught:
        parse_assignments([f"{name}=hihgmem"], parameters=[choice])
    error = caught.value
    assert error.message == f"parameter {name!r}: 'hihgmem' is none of its choices"
    assert error.hint == f"did you mean 'highmem'? {name} may be: default, highmem, small"


def test_words_for_a_form_are_no_part_of_what_a_parameter_expects():
    schema = {"type": "integer", "minimum": 1, "section": "Sizes", "title": "How many"}
    number = parameter_from_schema("n", schema=schema, default=1)
    with pytest.raises(UsageError) as caught:
        parse_assignments(["n=0"], parameters=[number])
    assert "minimum 1" in caught.value.hint
    assert "Sizes" not in caught.value.hint
    assert "How many" not in caught.value.hint


def test_a_big_integer_travels_as_digits():
    wire = resolve({"epochs": 2**70}, parameters=PARAMETERS)
    assert wire == {"epochs": str(2**70)}


@given(st.text())
def test_any_text_reaches_a_string_parameter_unchanged(text):
    values = parse(f"name={text}")
    assert json.loads(json.dumps(resolve(values, parameters=PARAMETERS)))["name"] == text


@pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda parameter: parameter.name)
def test_a_parameter_is_known_again_from_its_schema(parameter):
    again = parameter_from_schema(
        parameter.name,
        schema=parameter_schema(parameter),
        default=wire_default(parameter),
        about=parameter.help,
    )
    same_kind = again.kind is parameter.kind or parameter.kind in {"none", "any", "tuple"}
    assert same_kind
    assert again.constraints.keys() >= parameter.constraints.keys()
    assert "pattern" not in again.constraints
