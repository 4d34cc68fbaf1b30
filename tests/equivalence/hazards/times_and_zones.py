# Dates and times with zones, periods and intervals, of Python and pandas.
# expect: equal
# %%
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pandas as pd
# %%
berlin = ZoneInfo("Europe/Berlin")
start = datetime(2026, 3, 29, 1, 30, tzinfo=berlin)
own = timezone(timedelta(hours=5, minutes=30), "IST")
# %%
stamps = {start: "local", start.astimezone(UTC): "utc", start.astimezone(own): "own"}
later = start + timedelta(hours=1)
# %%
print(len(stamps), later.utcoffset(), start.tzinfo is berlin, date(2026, 1, 1).isocalendar())
# %%
index = pd.date_range(start, periods=3, freq="12h")
periods = pd.period_range("2026-01", periods=2, freq="M")
spans = pd.IntervalIndex.from_breaks([0, 1, 2])
# %%
series = pd.Series(range(3), index=index, name="n")
print(series.resample("D").sum(), periods[0].end_time, spans.get_loc(0.5))
# %%
series.index = series.index.tz_convert("UTC")
# %%
print(series, series.index.freq, time(3, fold=1), pd.NaT is pd.NaT)
