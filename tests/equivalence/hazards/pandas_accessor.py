# An accessor is registered with pandas in one cell and used in others.
# expect: equal
# %%
import pandas as pd
# %%
@pd.api.extensions.register_dataframe_accessor("shop")
class Shop:
    def __init__(self, frame):
        self.frame = frame

    def total(self):
        return int((self.frame["n"] * self.frame["price"]).sum())
# %%
frame = pd.DataFrame({"n": [1, 2], "price": [10, 20]})
# %%
print(frame.shop.total())
# %%
frame["n"] += 1
frame.shop.total()
