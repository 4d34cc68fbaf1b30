# Functions given to groupby, apply and pipe close over frames and numbers that change.
# expect: equal
# %%
import pandas as pd

sales = pd.DataFrame({"shop": list("aabbb"), "n": [1, 2, 3, 4, 5]})
factor = 2
# %%
def scaled(group):
    return group["n"].sum() * factor


def with_total(frame, column="n"):
    return frame.assign(share=frame[column] / sales[column].sum())
# %%
print(sales.groupby("shop").apply(scaled, include_groups=False))
# %%
factor = 10
sales.loc[len(sales)] = ["c", 100]
# %%
print(sales.groupby("shop").apply(scaled, include_groups=False))
# %%
steps = [with_total, lambda frame: frame[frame["n"] > limit]]
limit = 3
# %%
result = sales
for step in steps:
    result = result.pipe(step)
result.round(3)
# %%
limit = 4
sales.pipe(steps[1])["n"].tolist()
