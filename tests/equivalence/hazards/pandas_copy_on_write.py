# Views and copies of pandas: a changed part leaves its parent alone, an alias does not.
# expect: equal
# %%
import pandas as pd

df = pd.DataFrame({"a": [1, 2, 3], "b": [4.0, 5.0, 6.0]}, index=pd.Index(["x", "y", "z"], name="k"))
# %%
col = df["a"]
part = df.iloc[:2]
alias = df
# %%
col.iloc[0] = 100
part.loc["x", "b"] = -1
# %%
print(df, col.tolist(), part["b"].tolist())
# %%
alias.loc["z", "a"] = 9
alias["c"] = alias["a"] + alias["b"]
# %%
print(df["a"].tolist(), col.tolist(), list(df))
# %%
df.drop(columns="c", inplace=True)
df.rename(columns=str.upper, inplace=True)
# %%
print(list(alias), alias is df, part.columns.tolist())
