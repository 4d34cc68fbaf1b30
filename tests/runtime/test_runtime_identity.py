"""What is found by identity, and what frames and arrays show of each other, after a cut."""

import math

import numpy as np
import pandas as pd
import pytest

from nbflow.runtime import groups, pickles


def crossed(**values):
    """The variables as a later step has them, and the groups that they travelled in."""
    found = {}
    made = groups.group(values, names=pickles.Names({}, {}), step="here")
    for one in made:
        data, *buffers = one.pickled.segments()
        found |= pickles.load(data, [memoryview(bytearray(buffer)) for buffer in buffers])
    return found, [tuple(one.values) for one in made]


def test_the_nan_of_a_library_stays_that_object_wherever_it_is():
    values = {"a": ["x", np.nan], "b": {np.nan: -1}, "c": np.nan, "d": (math.nan,)}
    found, _ = crossed(**values)
    assert np.nan in found["a"]
    assert found["b"][np.nan] == -1
    assert found["c"] is np.nan
    assert found["d"][0] is math.nan
    series, _ = crossed(s=pd.Series(["a", np.nan], dtype=object), levels={np.nan, 1.0})
    assert series["s"].iloc[1] is np.nan
    assert np.nan in series["levels"]


def test_a_nan_of_ones_own_is_one_object_for_all_that_hold_it():
    own, other = float("nan"), -float("nan")
    found, _ = crossed(pair=[own, own, {own: 1}, other, 1.5, float("inf")])
    first, second, table, last, *rest = found["pair"]
    assert first is second
    assert table[first] == 1
    assert first is not last
    assert math.copysign(1, last) == math.copysign(1, other)
    assert rest == [1.5, float("inf")]


def test_text_that_looks_like_a_nan_in_a_pickle_is_left_as_it_is():
    found, _ = crossed(text="G\x7f", data=b"G\x7f\xf8\0\0\0\0\0\0", number=2.5)
    assert (found["text"], found["data"], found["number"]) == (
        "G\x7f", b"G\x7f\xf8\0\0\0\0\0\0", 2.5,
    )  # fmt: skip


@pytest.mark.parametrize("take", [lambda f: f["x"].values, lambda f: f["x"].to_numpy()])
def test_an_array_that_looks_into_a_frame_sees_what_is_changed_there(take):
    frame = pd.DataFrame({"x": [1, 2, 3], "y": [4, 5, 6]})
    base = take(frame)
    found, made = crossed(frame=frame, base=base)
    assert made == [("frame", "base")]
    for one, array in ((frame, base), (found["frame"], found["base"])):
        one.iloc[1, 0] = 8
        assert list(array) == [1, 8, 3]
    assert found["base"].flags.writeable == base.flags.writeable


def test_frames_that_share_memory_until_one_is_changed_stay_apart():
    frame = pd.DataFrame({"x": [1, 2, 3]})
    column = frame["x"]
    base = frame["x"].values
    found, _ = crossed(frame=frame, column=column, base=base)
    for one, series, array in ((frame, column, base), (*(found[n] for n in found),)):
        one.iloc[1, 0] = 8
        assert (list(series), list(array)) == ([1, 2, 3], [1, 2, 3])
