"""Values as source: they come back the same, and nothing breaks out."""

from __future__ import annotations

import ast
import math
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from bundle_layouts import ruff_format
from hypothesis import given
from hypothesis import strategies as st

from nbflow.bundles import literal
from nbflow.bundles.layout import Call, Code, assign, lay_out
from nbflow.bundles.literals import comment_text, jinja_text, text_block

text = st.text() | st.text("\"'\\\n\r\t{}%#\x00\u2028\ud800 a")
finite = (
    st.none()
    | st.booleans()
    | st.integers()
    | text
    | st.floats(allow_nan=False, allow_infinity=False)
)
values = st.recursive(
    finite,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(text | st.integers(), inner, max_size=4)
    ),
    max_leaves=12,
)


def same(left: Any, right: Any) -> bool:
    """Equal in value and type, signs of zero included."""
    if type(left) is not type(right):
        return False
    if isinstance(left, float):
        return repr(left) == repr(right)
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return same(list(left), list(right)) and same(list(left.values()), list(right.values()))
    return bool(left == right)


@given(values)
def test_a_value_comes_back_from_its_literal_with_its_type(value: Any) -> None:
    source = literal(value)
    assert "\n" not in source
    assert same(ast.literal_eval(source), value)


@given(values)
def test_a_laid_out_value_comes_back_too(value: Any) -> None:
    module = ast.parse(assign("VALUE", value))
    assert len(module.body) == 1
    assert same(ast.literal_eval(module.body[0].value), value)  # type: ignore[attr-defined]


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, [math.inf, (math.nan,)]])
def test_floats_that_have_no_literal_are_written_as_calls(value: Any) -> None:
    assert repr(eval(literal(value))) == repr(value)


@given(st.timedeltas())
def test_durations_are_written_in_their_largest_unit(value: timedelta) -> None:
    assert eval(literal(value), {"timedelta": timedelta}) == value


def test_durations_read_well() -> None:
    assert literal(timedelta(hours=1, minutes=30)) == "timedelta(minutes=90)"
    assert literal(timedelta(seconds=10)) == "timedelta(seconds=10)"


def test_integers_that_python_refuses_to_write_in_decimal_are_written_in_hexadecimal() -> None:
    big = 7**9000
    assert ast.literal_eval(literal(big)) == big


def test_a_value_without_literal_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="set"):
        literal({1, 2})


@given(text)
def test_a_block_of_text_comes_back(value: str) -> None:
    value += "\n"
    source = text_block(value)
    assert ast.literal_eval(source) == value


@given(text)
def test_a_comment_cannot_end_its_line_or_a_docstring(value: str) -> None:
    line = comment_text(value)
    assert len(f"# {line}".splitlines()) == 1
    assert ast.get_docstring(ast.parse(f'"""{line}"""\nx = 1'), clean=False) == line


@given(st.text("{}%#'\" ab\\").filter(lambda value: not value.endswith("\n")))
def test_text_in_a_template_field_renders_to_itself(value: str) -> None:
    from jinja2 import Environment

    assert Environment(autoescape=False).from_string(jinja_text(value)).render() == value


wide = st.text("aA\"'\\ \n\tü火🙂é\u0301\u202e", max_size=60)
leaves = st.none() | st.booleans() | st.integers() | wide | st.floats()
nested = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(wide, inner, max_size=3)
        | st.builds(
            Call,
            st.just("call"),
            st.lists(inner, max_size=2),
            st.dictionaries(st.sampled_from(["one", "two", "three"]), inner, max_size=3),
        )
    ),
    max_leaves=10,
)


@pytest.mark.slow
def test_what_is_laid_out_is_what_ruff_would_write() -> None:
    """Many expressions in one file, since starting ruff costs more than formatting."""
    sources: list[str] = []

    @given(st.lists(nested, min_size=1, max_size=10))
    def collect(expressions: list[Any]) -> None:
        sources.extend(lay_out(Call("call", [one])) for one in expressions)
        sources.extend(assign("NAME", one) for one in expressions)

    collect()
    module = "\n".join(sources) + "\n"
    assert len(sources) > 100
    formatted = ruff_format(module)
    assert formatted.splitlines() == module.splitlines()


def test_code_is_taken_as_it_is() -> None:
    assert lay_out({"a": Code("x.y")}) == '{"a": x.y}'


def test_importing_the_door_imports_nothing_slow() -> None:
    code = (
        "import sys, nbflow.bundles, nbflow.planning, nbflow.targets, nbflow.settings\n"
        "slow = {'jinja2', 'nbformat', 'jsonschema', 'pydantic', 'yaml', 'httpx', 'fsspec'}\n"
        "print(sorted(slow & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
