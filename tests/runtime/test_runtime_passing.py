"""Values that one notebook passes on to others: JSON, small, and else an error with a way out."""

import numpy as np
import pandas as pd
import pytest

from nbflow.errors import StoreError
from nbflow.runtime.passing import LARGEST, values_to_pass


def passed(value):
    return values_to_pass(("x",), {"x": value}, step="fit")["x"]


@pytest.mark.parametrize(
    ("value", "json"),
    [
        (None, None),
        (True, True),
        (2**70, 2**70),
        (0.1, 0.1),
        ("text", "text"),
        ((1, [2]), [1, [2]]),
        ({"a": {"b": (1,)}}, {"a": {"b": [1]}}),
        (np.float32(0.5), 0.5),
        (np.arange(3), [0, 1, 2]),
        ({"n": np.int64(3)}, {"n": 3}),
    ],
)
def test_what_json_can_say_is_passed_on(value, json):
    found = passed(value)
    assert found == json
    assert type(found) is type(json)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (pd.DataFrame({"a": [1]}), "DataFrame"),
        ({"deep": [pd.DataFrame()]}, "a dict with a pandas"),
        (float("nan"), "float nan"),
        ({1: 2}, "keys are not all text"),
        (object(), "object"),
        ("x" * LARGEST, "bytes as JSON"),
    ],
)
def test_what_it_cannot_say_is_an_error_that_names_variable_type_and_way_out(value, words):
    with pytest.raises(StoreError) as raised:
        passed(value)
    assert "step 'fit'" in raised.value.message
    assert "'x'" in raised.value.message
    assert words in raised.value.message
    assert "file in the store" in raised.value.hint


def test_a_variable_without_a_value_is_an_error():
    with pytest.raises(StoreError, match="has no value"):
        values_to_pass(("x",), {}, step="fit")
