"""numpy: scalars of every kind, arrays of every layout."""

import numpy as np


def _read_only():
    made = np.arange(5)
    made.flags.writeable = False
    return made


def _metadata():
    return np.zeros(2, np.dtype("f8", metadata={"unit": "m"}))


class Labelled(np.ndarray):
    def __new__(cls, values, label):
        made = np.asarray(values).view(cls)
        made.label = label
        return made

    def __array_finalize__(self, other):
        self.label = getattr(other, "label", None)

    def __reduce__(self):
        made, arguments, state = super().__reduce__()
        return made, arguments, (*state, self.label)

    def __setstate__(self, state):
        self.label = state[-1]
        super().__setstate__(state[:-1])


def _object_cycle():
    made = np.empty(2, object)
    made[0] = [1]
    made[1] = made[0]
    return made


def _masked():
    return np.ma.array([1.0, 2, 3], mask=[0, 1, 0], fill_value=-9)


def _shared_mask():
    made = np.ma.array(np.arange(6.0), mask=[0, 1] * 3)
    return {"whole": made, "half": made[:3]}


def _masked_view():
    base = np.arange(5.0)
    return {"base": base, "masked": np.ma.array(base, copy=False, mask=[0, 0, 1, 0, 0])}


def _hard():
    made = _masked()
    made.harden_mask()
    return made


BASE = np.arange(24.0).reshape(4, 6)
STRUCTURE = np.dtype([("a", "i4"), ("b", "f8", (2,)), ("s", "U3")], align=True)
KINDS = "?bBhHiIlLqQefdgFDG"
CASES = (
    {f"scalar {kind}": (lambda kind=kind: np.dtype(kind).type(3)) for kind in KINDS}
    | {f"array {kind}": (lambda kind=kind: np.arange(5).astype(kind)) for kind in KINDS}
    | {f"0-d {kind}": (lambda kind=kind: np.array(1, kind)) for kind in KINDS}
    | {
        "nan scalar": lambda: np.float32("nan"),
        "str scalar": lambda: np.str_("text"),
        "bytes scalar": lambda: np.bytes_(b"text"),
        "datetime scalar": lambda: np.datetime64("2020-01-01T00:00:00.123", "ms"),
        "not a time": lambda: np.datetime64("NaT", "D"),
        "timedelta scalar": lambda: np.timedelta64(5, "h"),
        "void scalar": lambda: np.array([(1, (2, 3), "ab")], STRUCTURE)[0],
        "raw void": lambda: np.void(b"\0\1\2"),
        "list of scalars": lambda: [np.float64(1.5), 1.5, np.int64(1), 1, np.bool_(True)],
        "dict by scalars": lambda: {np.int64(1): np.float32(2)},
        "strings": lambda: np.array(["a", "bcd"]),
        "bytes": lambda: np.array([b"a", b"bcd"]),
        "datetimes": lambda: np.array(["2020-01-01", "NaT"], "M8[ns]"),
        "timedeltas": lambda: np.array([1, 2], "m8[us]"),
        "variable strings": lambda: np.array(["a", "b" * 50], np.dtypes.StringDType()),
        "missing strings": lambda: np.array(["a", None], np.dtypes.StringDType(na_object=None)),
        "empty": lambda: np.zeros((0, 3)),
        "large": lambda: np.arange(1 << 20),
        "fortran": lambda: np.asfortranarray(BASE),
        "not contiguous": lambda: BASE[:, ::-2],
        "transposed": lambda: BASE.T,
        "negative strides": lambda: BASE[::-1],
        "broadcast": lambda: np.broadcast_to(np.arange(3), (2, 3)).copy(),
        "swapped": lambda: np.arange(5, dtype=">i4"),
        "swapped floats": lambda: np.arange(5, dtype=">f8")[::2].copy(),
        "read only": _read_only,
        "structured": lambda: np.array([(1, (2, 3), "ab")], STRUCTURE),
        "structured with objects": lambda: np.array([(1, [2])], [("a", "i8"), ("o", object)]),
        "record": lambda: np.rec.array([(1, "a")], dtype=[("n", "i4"), ("s", "U1")]),
        "record scalar": lambda: np.rec.array([(1, "a")], dtype=[("n", "i4"), ("s", "U1")])[0],
        "matrix": lambda: np.matrix([[1, 2]]),
        "char array": lambda: np.char.array(["a ", "b"]),
        "with metadata": _metadata,
        "subclass": lambda: Labelled([1.0, 2], "metres"),
        "objects": lambda: np.array([1, "a", None, [2], {"k": 1}, np.nan], dtype=object),
        "objects in two dimensions": lambda: np.array([["a", 1], [None, 2.5]], dtype=object),
        "fortran objects": lambda: np.asfortranarray(
            np.array([["a", 1], [None, 2.5]], dtype=object)
        ),
        "0-d object": lambda: np.array({"a": 1}, dtype=object),
        "texts": lambda: np.array([f"text {i}" for i in range(3000)], dtype=object),
        "repeated texts": lambda: np.array(["one", "two"] * 2000, dtype=object),
        "texts in two dimensions": lambda: np.array(["one", "two"] * 2000, dtype=object).reshape(
            40, 100
        ),
        "fortran texts": lambda: np.array(["one", "two"] * 2000, dtype=object).reshape(
            40, 100, order="F"
        ),
        "texts with a gap": lambda: np.array(["one", None] * 2000, dtype=object),
        "texts and a subclass": lambda: np.array(["one", np.str_("two")] * 2000, dtype=object),
        "texts and bytes": lambda: np.array(["one", b"two"] * 2000, dtype=object),
        "texts that no file holds": lambda: np.array(["one", "\ud800"] * 2000, dtype=object),
        "texts of any width": lambda: np.array(
            ["", "é", "日本", "\U0001f600", "a\0b"] * 1000, dtype=object
        ),
        "every second text": lambda: np.array(["one", "two"] * 2000, dtype=object)[::2],
        "shared objects": _object_cycle,
        "masked": _masked,
        "hard mask": _hard,
        "no mask": lambda: np.ma.array([1, 2]),
        "masked constant": lambda: np.ma.masked,
        "masked records": lambda: np.ma.array(
            [(1, 2.0)], mask=[(0, 1)], dtype=[("a", "i4"), ("b", "f8")]
        ),
        "masked matrix": lambda: np.ma.masked_greater(BASE, 12),
        "shared mask": _shared_mask,
        "masked view": _masked_view,
        "dtype": lambda: [np.dtype(">f4"), STRUCTURE, np.dtype(object)],
        "ufunc": lambda: [np.add, np.mean],
        "polynomial": lambda: np.polynomial.Polynomial([1.0, 2]).coef,
        "generator": lambda: np.random.default_rng(3),
        "old generator": lambda: np.random.RandomState(3),
        "other bit generator": lambda: np.random.Generator(np.random.Philox(3)),
    }
)
