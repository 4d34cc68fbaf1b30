"""Groups, previews, metrics and fingerprints, without a kernel."""

import functools
import math
import subprocess
import sys
from collections import defaultdict, deque
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from sklearn.tree import DecisionTreeClassifier

from nbflow.errors import NotebookError, StoreError
from nbflow.runtime import (
    DefinitionOrder,
    Orders,
    ParameterOrder,
    arrays,
    groups,
    pickles,
    previews,
)
from nbflow.runtime.comparison import same
from nbflow.runtime.fingerprints import fingerprint


def grouped(**values):
    names = pickles.Names({}, {})
    found = groups.group(values, names=names, step="s")
    return sorted(sorted(one.values) for one in found)


def test_only_what_can_change_binds_variables_together():
    shared, word = [1], "a long word " * 3
    assert grouped(a=shared, b=(shared, 1), c=[2]) == [["a", "b"], ["c"]]
    assert grouped(a=[word], b=[word]) == [["a"], ["b"]]
    assert grouped(a=[Fraction(1, 3)] * 2, b=[np.dtype("f8")], c={"d": np.dtype("f8")}) == [
        ["a"],
        ["b"],
        ["c"],
    ]


def test_views_of_one_memory_belong_together_and_copies_do_not():
    x = np.arange(100)
    assert grouped(x=x, y=x[5:7], z=x.copy()) == [["x", "y"], ["z"]]
    assert grouped(a=x[:5], b=x[50:]) == [["a"], ["b"]]
    frame = pd.DataFrame({"a": [1.0, 2], "t": pd.date_range("2020", periods=2), "s": ["x", "y"]})
    assert grouped(f=frame, g=frame[["a", "t"]], s=frame["a"]) == [["f"], ["g"], ["s"]]


def test_a_view_of_a_view_in_one_variable_stays_one():
    x = np.arange(12.0).reshape(3, 4)
    held = {"x": x, "row": x[1], "column": x[::-1, 2], "int": x.view("i8")}
    (one,) = groups.group({"held": held}, names=pickles.Names({}, {}), step="s")
    data, *buffers = one.pickled.segments()
    back = pickles.load(data, [memoryview(bytearray(buffer)) for buffer in buffers])["held"]
    back["x"][1, 2] = 99
    assert back["row"][2] == back["column"][1] == 99
    assert back["int"][1, 2] == np.float64(99).view("i8")
    assert sum(buffer.nbytes for buffer in buffers) == x.nbytes


def test_read_only_views_stay_read_only():
    x = np.arange(5)
    y = x[:3]
    y.flags.writeable = False
    (one,) = groups.group({"x": x, "y": y}, names=pickles.Names({}, {}), step="s")
    data, *buffers = one.pickled.segments()
    back = pickles.load(data, [memoryview(bytearray(buffer)) for buffer in buffers])
    assert back["x"].flags.writeable
    assert not back["y"].flags.writeable


class Labelled(np.ndarray):
    def __reduce__(self):
        return Labelled, (self.shape,)


def test_memory_that_cannot_be_kept_shared_is_an_error():
    x = np.arange(5)
    with pytest.raises(StoreError, match="Labelled"):
        grouped(x=x, y=x.view(Labelled))


def test_regions_touch_only_where_memory_overlaps():
    x = np.arange(10)
    assert arrays.regions([x[:5], x[5:]]) == []
    (region,) = arrays.regions([x[:6], x[5:], np.arange(3)])
    assert region.high - region.low == x.nbytes


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5, "5"),
        ("word", "'word'"),
        (np.zeros((3, 40)), "3 by 40 float64"),
        (pd.DataFrame({"a": range(20)}), "20 by 1"),
        (pd.Series([1.0]), "0 1.0 dtype: float64"),
    ],
)
def test_a_preview_says_what_it_is(value, text):
    assert previews.preview(value) == text


def test_a_preview_never_raises_and_is_never_long():
    class Broken:
        def __repr__(self):
            raise RuntimeError("no")

        @property
        def shape(self):
            raise RuntimeError("no")

    assert previews.preview(Broken()) == "<no preview: RuntimeError>"
    assert len(previews.preview({f"key {i}" * 50: "x" * 500 for i in range(10**5)})) <= 200
    assert previews.type_name(pd.DataFrame()).endswith("DataFrame")


@pytest.mark.parametrize(
    ("value", "recorded"),
    [
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.array([1, 2]), [1, 2]),
        (math.nan, "NaN"),
        (-math.inf, "-Infinity"),
        ({1: (True, None)}, {"1": [True, None]}),
        (Fraction(1, 2), "Fraction(1, 2)"),
    ],
)
def test_a_metric_is_json(value, recorded):
    assert previews.metric(value) == recorded


def test_equal_values_are_the_same_where_pickles_differ():
    class Lazy:
        @functools.cached_property
        def answer(self):
            return 42

    old, new = Lazy(), Lazy()
    assert new.answer == 42
    assert same(old, new)
    frame = pd.DataFrame({"a": [1, None], "b": ["x", "y"]})
    assert same(frame, frame.copy())
    assert not same(frame, frame.rename_axis("i"))
    assert not same(frame, frame.astype({"b": object}))
    assert same({"x": [np.array([1, np.nan])]}, {"x": [np.array([1, np.nan])]})
    assert not same(np.array([1]), np.array([1.0]))
    assert not same({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert not same([1], [True])


class Record:
    def __init__(self, key, **rest):
        self.key = key
        vars(self).update(rest)

    def __eq__(self, other):
        return self.key == other.key

    __hash__ = None


def test_objects_are_compared_by_what_they_hold():
    data, labels = np.arange(12.0).reshape(6, 2), [0, 1] * 3
    one, other = (DecisionTreeClassifier(random_state=0).fit(data, labels) for _ in range(2))
    assert same(one, other)
    assert not same(one, DecisionTreeClassifier(max_depth=0 + 1).fit(data, labels))
    assert same({"score": math.nan}, {"score": float("nan")})
    assert not same(Record(1, value=[1]), Record(1, value=[2]))
    assert same(deque([[1]], maxlen=3), deque([[1]], maxlen=3))
    assert not same(deque([1], maxlen=3), deque([1], maxlen=4))
    assert not same(defaultdict(list), defaultdict(set))


def test_what_is_shared_inside_belongs_to_a_value():
    one, other = [1], [1]
    assert not same([one, one], [[1], other])
    assert same([one, one], [other, other])
    old, new = [1], [1]
    old.append(old)
    new.append(new)
    assert same(old, new)


SOURCE = """
import sys
from nbflow.runtime.fingerprints import fingerprint
def f(x, words=()):
    return x in {'a', 'b', 'c', 'd'} and [y for y in words]
class C:
    @property
    def p(self):
        return {'u', 'v', 'w'}
    @staticmethod
    def s(): return 1
print(fingerprint(f), fingerprint(C))
"""


def test_a_fingerprint_is_one_in_all_processes():
    printed = {
        subprocess.run(
            [sys.executable, "-c", SOURCE],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1
    assert fingerprint(lambda x: x + 1) != fingerprint(lambda x: x + 2)


def test_orders_come_back_as_they_were_sent():
    orders = Orders(
        "dag",
        "b",
        steps=("a", "b"),
        ancestors=("a",),
        parameters={
            "p": ParameterOrder("list", default=[1, [2]]),
            "c": ParameterOrder(computed=True),
        },
        needs={"x": "a"},
        definitions=(DefinitionOrder(("np",), "import numpy as np", "cell", 3),),
        cells=("c1",),
        seeded=True,
    )
    assert Orders.from_json(orders.to_json()) == orders
    for text in ("[]", "{", '{"version": 99}'):
        with pytest.raises(NotebookError):
            Orders.from_json(text)
