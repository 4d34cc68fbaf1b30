"""Round trips of values that no one thought of."""

import datetime as dt
import zoneinfo
from collections import Counter, OrderedDict, deque

import numpy as np
from exactness import differences
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from trips import trip

from nbflow.runtime.comparison import same

ZONES = st.sampled_from([None, dt.UTC, zoneinfo.ZoneInfo("Europe/Berlin")])
HASHABLE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(),
    st.binary(),
    st.fractions(),
    st.decimals(allow_nan=False),
    st.uuids(),
    st.dates(),
    st.timedeltas(),
    st.datetimes(timezones=ZONES, allow_imaginary=True),
    st.complex_numbers(allow_nan=False),
)
LEAVES = HASHABLE | st.floats() | st.just(float("nan")) | st.builds(bytearray, st.binary())
PLAIN = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner),
        st.tuples(inner, inner),
        st.dictionaries(HASHABLE, inner),
        st.frozensets(HASHABLE),
        st.sets(HASHABLE),
        st.builds(deque, st.lists(inner)),
        st.builds(Counter, st.lists(HASHABLE)),
        st.dictionaries(HASHABLE, inner).map(OrderedDict),
        inner.map(lambda one: [one, one]),
    ),
    max_leaves=20,
)


def dtypes():
    scalars = hnp.scalar_dtypes() | hnp.unicode_string_dtypes() | hnp.byte_string_dtypes()
    return scalars | hnp.array_dtypes(subtype_strategy=scalars)


ARRAYS = hnp.arrays(dtypes(), hnp.array_shapes(min_dims=0, min_side=0, max_side=4))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(PLAIN)
def test_any_plain_value_comes_back(value):
    back = trip(value=value)[0]["value"]
    assert differences(value, back) == []
    assert same(value, back)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(ARRAYS, st.data())
def test_any_array_and_any_view_of_it_come_back(array, data):
    index = data.draw(hnp.basic_indices(array.shape, allow_newaxis=True, allow_ellipsis=True))
    view = array[index]
    writeable = data.draw(st.booleans())
    array.flags.writeable = writeable
    back, _ = trip(array=array, view=view, alone=np.array(view))
    assert differences(array, back["array"]) == []
    assert differences(np.array(view), back["alone"]) == []
    assert type(view) is type(back["view"])
    if isinstance(view, np.ndarray):
        assert (view.dtype, view.shape, view.tobytes()) == (
            back["view"].dtype,
            back["view"].shape,
            back["view"].tobytes(),
        )
        shares = np.shares_memory(array, view)
        assert np.shares_memory(back["array"], back["view"]) is shares
