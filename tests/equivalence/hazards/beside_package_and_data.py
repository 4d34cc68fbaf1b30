# A package and data files beside the notebook; the data is changed by a cell.
# expect: equal
# %%
from pathlib import Path

import pandas as pd
from toolbox import clean
from toolbox.numbers import total

sales = pd.read_csv("beside_sales.csv")
# %%
sales = clean(sales)
print(total(sales["n"]))
# %%
sales.assign(n=sales["n"] * 2).to_csv("beside_sales.csv", index=False)
# %%
print(pd.read_csv("beside_sales.csv")["n"].sum(), total(sales["n"]))
# %%
import toolbox.numbers as numbers

numbers.OFFSET = 100
# %%
total(sales["n"]), numbers.__name__
