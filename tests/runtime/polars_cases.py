"""Tables of polars."""

import datetime as dt
import decimal

import polars as pl

FRAME = {
    "i": pl.Series([1, None, 3], dtype=pl.Int8),
    "u": pl.Series([1, 2, 3], dtype=pl.UInt64),
    "f": pl.Series([1.5, float("nan"), None], dtype=pl.Float32),
    "s": pl.Series(["a", None, "é"]),
    "b": pl.Series([True, None, False]),
    "c": pl.Series(["a", "b", "a"], dtype=pl.Categorical),
    "e": pl.Series(["x", "y", None], dtype=pl.Enum(["y", "x"])),
    "l": pl.Series([[1], None, [2, 3]], dtype=pl.List(pl.Int16)),
    "a": pl.Series([[1, 2]] * 3, dtype=pl.Array(pl.Int8, 2)),
    "st": pl.Series([{"x": 1, "y": "a"}] * 3),
    "d": pl.Series([dt.date(2020, 1, 1)] * 3),
    "t": pl.Series([dt.datetime(2020, 1, 1)] * 3, dtype=pl.Datetime("ms", "Europe/Berlin")),
    "td": pl.Series([dt.timedelta(1)] * 3, dtype=pl.Duration("ns")),
    "tm": pl.Series([dt.time(1, 2)] * 3),
    "dec": pl.Series([decimal.Decimal("1.10")] * 3, dtype=pl.Decimal(10, 2)),
    "bin": pl.Series([b"a", b"\0", None]),
    "n": pl.Series([None] * 3),
}


def _frame():
    return pl.DataFrame(FRAME)


CASES = {f"polars {name}": (lambda name=name: FRAME[name].alias(name)) for name in FRAME} | {
    "polars frame": _frame,
    "polars slice": lambda: _frame()[1:],
    "polars empty": pl.DataFrame,
    "polars no rows": lambda: _frame()[:0],
    "polars lazy": lambda: _frame().lazy().filter(pl.col("i") > 1).select("i", "s"),
    "polars expression": lambda: str(pl.col("a") + 1),
    "polars schema": lambda: _frame().schema,
}
