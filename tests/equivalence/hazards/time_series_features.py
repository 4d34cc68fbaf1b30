# Rolling features, shifts and resampling, with frames in a list that is concatenated at last.
# expect: equal
# %%
import numpy as np
import pandas as pd
# %%
np.random.seed(0)
index = pd.date_range("2026-01-01", periods=48, freq="h", tz="UTC")
load = pd.Series(np.random.rand(48).cumsum(), index=index, name="load")
frames = []
# %%
def feature(name):
    def wrap(function):
        frames.append(function(load).rename(name))
        return function

    return wrap
# %%
@feature("lag")
def lag(series):
    return series.shift(1)
# %%
@feature("mean6")
def mean6(series):
    return series.rolling("6h").mean()
# %%
table = pd.concat([load, *frames], axis=1).dropna()
table.tail(2).round(3)
# %%
table["hour"] = table.index.hour
frames[0].iloc[-1] = 0
# %%
daily = table.resample("D").agg({"load": "max", "lag": "min", "hour": "nunique"})
print(daily.round(3), frames[0].iloc[-1], [f.name for f in frames], lag(load).isna().sum())
# %%
table.loc["2026-01-02"].between_time("01:00", "02:00").round(2)
