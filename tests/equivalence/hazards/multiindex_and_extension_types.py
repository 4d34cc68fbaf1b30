# pandas with nullable, categorical, sparse and string types, MultiIndex and attrs.
# expect: equal
# %%
import numpy as np
import pandas as pd
# %%
frame = pd.DataFrame(
    {
        "i": pd.array([1, None, 3], dtype="Int64"),
        "b": pd.array([True, None, False], dtype="boolean"),
        "s": pd.array(["x", None, "z"], dtype="string"),
        "o": [1, "a", None],
        "c": pd.Categorical(["lo", "hi", "lo"], categories=["lo", "hi"], ordered=True),
        "sp": pd.arrays.SparseArray([0, 0, 1]),
        "f": np.float32([0.1, np.nan, 0.3]),
        "l": [[1], [2, 3], []],
    }
)
frame.attrs["source"] = {"by": "hand"}
# %%
frame.index = pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)], names=["k", "n"])
frame.columns.name = "cols"
# %%
frame.dtypes
# %%
frame.loc[("a", 2), "i"] = 20
frame["l"].iloc[2].append(9)
frame.attrs["source"]["by"] = "machine"
# %%
print(frame.to_string(), frame.attrs, frame.index.names)
# %%
wide = frame["i"].unstack()
print(wide, wide.dtypes.tolist(), frame["c"].max(), frame["sp"].sparse.density)
# %%
frame.sort_index(ascending=False, inplace=True)
frame.loc["b"]
