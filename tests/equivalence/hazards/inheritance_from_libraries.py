# Subclasses of library classes: ndarray, DataFrame, dict, Exception, Thread, Estimator.
# expect: equal
# %%
import numpy as np
import pandas as pd
# %%
class Metres(np.ndarray):
    def __new__(cls, values, unit="m"):
        one = np.asarray(values, dtype=float).view(cls)
        one.unit = unit
        return one

    def __array_finalize__(self, source):
        self.unit = getattr(source, "unit", "m")
# %%
class Sales(pd.DataFrame):
    _metadata = ["region"]

    @property
    def _constructor(self):
        return Sales

    def total(self):
        return self["n"].sum()
# %%
way = Metres([1, 2, 3], unit="km")
sales = Sales({"n": [1, 2]})
sales.region = "north"
# %%
half = way[:2]
half *= 10
way.unit = "mi"
# %%
print(way, way.unit, half.unit, type(half).__name__, np.shares_memory(way, half))
# %%
sales["n"] += 1
part = sales[sales["n"] > 2]
# %%
type(part).__name__, part.total(), sales.region, isinstance(sales, Sales), (way * 2).unit
