"""Tables: pandas of every dtype, Arrow, polars, sparse matrices, images."""

import datetime as dt
import decimal
import io
import typing

import numpy as np
import pandas as pd
import pyarrow as pa
import scipy.sparse as sp

N = 6
DTYPES = {
    "objects": [1, "a", None, [2], {"k": 1}, (3,)],
    "mixed texts": ["a", None, np.nan, pd.NA, pd.NaT, "b"],
    "text": pd.array(["a", None, "é", "", "b", "c"], dtype="str"),
    "python text": pd.array(["a", None, "é", "", "b", "c"], dtype=pd.StringDtype("python")),
    "arrow text": pd.array(["a", None, "é", "", "b", "c"], dtype=pd.StringDtype("pyarrow")),
    "python nan text": pd.array([*"abcde", None], dtype=pd.StringDtype("python", na_value=np.nan)),
    "nullable int": pd.array([1, None, 3, 4, 5, 6], dtype="Int8"),
    "nullable unsigned": pd.array([1, None, 3, 4, 5, 6], dtype="UInt32"),
    "nullable float": pd.array([1.5, None, np.nan, 4, 5, 6], dtype="Float32"),
    "nullable boolean": pd.array([True, None, False] * 2, dtype="boolean"),
    "categorical": pd.Categorical([*"abcab", None], categories=list("zabc")),
    "ordered": pd.Categorical(list("abcabc"), categories=list("cba"), ordered=True),
    "categorical of times": pd.Categorical(pd.date_range("2020", periods=N, tz="UTC")),
    "categorical of intervals": pd.cut(np.arange(N), 3),
    "datetime": pd.date_range("2020", periods=N).array,
    "seconds": pd.date_range("2020", periods=N, unit="s").array,
    "zone": pd.date_range("2021-10-31 00:30", periods=N, freq="30min", tz="Europe/Berlin").array,
    "offset": pd.date_range("2020", periods=N, tz=dt.timezone(dt.timedelta(hours=2))).array,
    "timedelta": pd.timedelta_range("1h", periods=N).array,
    "period": pd.period_range("2020-01", periods=N, freq="M").array,
    "interval": pd.interval_range(0, N).array,
    "interval closed": pd.arrays.IntervalArray.from_breaks(np.arange(N + 1.0), closed="both"),
    "sparse": pd.arrays.SparseArray([0, 0, 1, 0, 2, 0]),
    "sparse floats": pd.arrays.SparseArray([np.nan, 1.0] * 3),
    "arrow int": pd.array([1, None, 3, 4, 5, 6], dtype=pd.ArrowDtype(pa.int16())),
    "arrow list": pd.array(
        [[1], None, [2, 3], [], [4], [5]], dtype=pd.ArrowDtype(pa.list_(pa.int8()))
    ),
    "arrow time": pd.array(
        [dt.datetime(2020, 1, 1)] * N, dtype=pd.ArrowDtype(pa.timestamp("us", "UTC"))
    ),
    "arrow decimal": pd.array(
        [decimal.Decimal("1.10")] * N, dtype=pd.ArrowDtype(pa.decimal128(5, 2))
    ),
    "arrow dictionary": pd.array(
        ["a", "b"] * 3, dtype=pd.ArrowDtype(pa.dictionary(pa.int8(), pa.string()))
    ),
    "bool": np.array([True, False] * 3),
    "float32": np.arange(N, dtype="f4"),
    "int8": np.arange(N, dtype="i1"),
    "complex": np.arange(N) * 1j,
    "decimals": [decimal.Decimal(i) for i in range(N)],
    "dates": [dt.date(2020, 1, 1 + i) for i in range(N)],
}


def _many():
    frame = pd.DataFrame(DTYPES)
    frame.attrs["source"] = {"a": [1]}
    return frame


def _flagged():
    return pd.DataFrame({"a": [1]}).set_flags(allows_duplicate_labels=False)


def _rows_and_columns():
    rows = pd.MultiIndex.from_product(
        [["x", "y"], pd.date_range("2020", periods=2)], names=["k", None]
    )
    columns = pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["upper", "lower"])
    return pd.DataFrame(np.arange(8.0).reshape(4, 2), index=rows, columns=columns)


def _frozen_block():
    frame = pd.DataFrame(np.arange(12.0).reshape(4, 3), columns=list("abc"))
    frame["d"] = 1
    frame.insert(0, "e", 2.0)
    return frame


def _unsorted_levels():
    frame = _rows_and_columns().iloc[[2, 0]]
    return frame.rename_axis(index=["one", "two"])


class Frame(pd.DataFrame):
    _metadata: typing.ClassVar = ["note"]

    @property
    def _constructor(self):
        return Frame


def _subclass():
    made = Frame({"a": [1]})
    made.note = "n"
    return made


PANDAS = (
    {f"series {name}": (lambda name=name: pd.Series(DTYPES[name], name=name)) for name in DTYPES}
    | {f"array {name}": (lambda name=name: pd.Series(DTYPES[name]).array) for name in DTYPES}
    | {
        f"index {name}": (lambda name=name: pd.Index(DTYPES[name], name=name))
        for name in DTYPES
        if name not in {"objects", "arrow list", "arrow dictionary"}
    }
    | {
        "frame of all": _many,
        "flags": _flagged,
        "multi index": _rows_and_columns,
        "taken levels": _unsorted_levels,
        "added columns": _frozen_block,
        "subclass of frame": _subclass,
        "duplicate columns": lambda: pd.DataFrame([[1, "a", 2.0]], columns=["x", "x", "y"]),
        "frequency": lambda: pd.DataFrame(
            {"a": range(4)}, index=pd.date_range("2020", periods=4, freq="QE")
        ),
        "business days": lambda: pd.Series(
            range(4), pd.bdate_range("2020", periods=4, tz="Europe/Berlin")
        ),
        "range index": lambda: pd.DataFrame(
            {"a": range(3)}, index=pd.RangeIndex(5, 11, 2, name="i")
        ),
        "columns of numbers": lambda: pd.DataFrame(np.zeros((2, 3))),
        "named columns": lambda: pd.DataFrame({"a": [1]}).rename_axis(columns="c"),
        "categorical columns": lambda: pd.DataFrame(
            [[1, 2]], columns=pd.CategoricalIndex(["a", "b"])
        ),
        "empty": pd.DataFrame,
        "no rows": lambda: _many().iloc[:0],
        "no columns": lambda: pd.DataFrame(index=[1, 2]),
        "empty series": lambda: pd.Series([], dtype="f4"),
        "series of series": lambda: pd.Series([pd.Series([1]), pd.DataFrame({"a": [1]})]),
        "slice of rows": lambda: _many().iloc[1:4],
        "every second row": lambda: pd.DataFrame({"a": np.arange(10.0), "b": np.arange(10.0)})[::2],
        "transposed": lambda: pd.DataFrame(np.arange(6.0).reshape(2, 3)).T,
        "timestamp": lambda: [
            pd.Timestamp("2020", tz="Europe/Berlin"),
            pd.NaT,
            pd.Timestamp(1, unit="s"),
        ],
        "scalars": lambda: [pd.Timedelta("1h"), pd.Period("2020-01"), pd.Interval(0, 1), pd.NA],
        "offsets": lambda: [pd.offsets.MonthEnd(2), pd.offsets.Day(), pd.DateOffset(days=1)],
        "dtypes": lambda: [
            pd.CategoricalDtype(["a"]),
            pd.Int8Dtype(),
            pd.DatetimeTZDtype("ns", "UTC"),
        ],
        "texts of many rows": lambda: pd.DataFrame(
            {"t": pd.Series([f"text {i}" for i in range(3000)], dtype=object), "n": range(3000)}
        ),
        "texts of few kinds": lambda: pd.DataFrame(
            {name: pd.Series(["one", "two", None] * 1000, dtype=object) for name in "ab"}
        ),
    }
)


def _arrow_table():
    return pa.table(
        {
            "i": pa.chunked_array([[1, 2], [None]], pa.int8()),
            "d": pa.array(["a", "b", "a"]).dictionary_encode(),
            "s": [{"x": 1, "y": [1.5]}, None, {"x": 2, "y": []}],
            "t": pa.array([1, 2, 3], pa.timestamp("ms", "Europe/Berlin")),
        }
    ).replace_schema_metadata({"k": "v"})


ARROW = {
    "arrow table": _arrow_table,
    "arrow slice": lambda: _arrow_table().slice(1, 1),
    "arrow batch": lambda: _arrow_table().combine_chunks().to_batches()[0],
    "arrow schema": lambda: _arrow_table().schema,
    "arrow array": lambda: pa.array([1, None, 3]),
    "arrow sliced array": lambda: pa.array(range(100))[10:20],
    "arrow chunks": lambda: pa.chunked_array([["a"], ["b", None]]),
    "arrow dictionaries": lambda: pa.array(["a", "b", "a"]).dictionary_encode(),
    "arrow union": lambda: pa.UnionArray.from_sparse(
        pa.array([0, 1], pa.int8()), [pa.array([1, 2]), pa.array(["a", "b"])]
    ),
    "arrow null": lambda: pa.nulls(3),
    "arrow extension": lambda: pa.ExtensionArray.from_storage(
        pa.uuid(), pa.array([b"0" * 16], pa.binary(16))
    ),
    "arrow fields": lambda: [pa.field("a", pa.int8(), nullable=False), pa.list_(pa.int8())],
    "arrow scalar": lambda: pa.scalar(5, pa.int8()).as_py(),
}


def _formats():
    dense = np.array([[0, 1.5, 0], [2, 0, 0]])
    for kind in ("csr", "csc", "coo", "bsr", "lil", "dok", "dia"):
        yield f"{kind} matrix", lambda kind=kind: getattr(sp, f"{kind}_matrix")(dense)
        yield f"{kind} array", lambda kind=kind: getattr(sp, f"{kind}_array")(dense)


SPARSE = dict(_formats()) | {
    "random sparse": lambda: sp.random(50, 50, 0.1, "csr", rng=0),
    "unsorted": lambda: sp.csr_array(([1.0, 2], [2, 0], [0, 2]), shape=(1, 3)),
    "sparse vector": lambda: sp.coo_array(np.array([0, 1, 0])),
}


def _palette():
    from PIL import Image

    made = Image.new("P", (4, 3), 2)
    made.putpalette(list(range(30)))
    made.info["note"] = ["a"]
    return made


def _lazy(kind):
    from PIL import Image

    stream = io.BytesIO()
    Image.new("RGB", (5, 4), "red").save(stream, kind, dpi=(72, 72))
    stream.seek(0)
    return Image.open(stream)


def _modes():
    from PIL import Image

    for mode in ("1", "L", "LA", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "LAB", "I", "F", "I;16"):
        yield (
            f"image {mode}",
            lambda mode=mode: Image.new(mode, (3, 2), 1 if mode in "1LIFI;16" else None),
        )


IMAGES = dict(_modes()) | {
    "image palette": _palette,
    "image from a file": lambda: _lazy("PNG"),
    "image from a photo": lambda: _lazy("JPEG"),
}
CASES = PANDAS | ARROW | SPARSE | IMAGES
