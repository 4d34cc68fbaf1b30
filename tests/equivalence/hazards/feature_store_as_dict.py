# Frames in a dict, with names for some of them: a change through one shows in the other.
# expect: equal
# %%
import pandas as pd

# %%
store = {}


# %%
def add(name, frame):
    store[name] = frame
    return frame


# %%
users = add("users", pd.DataFrame({"user": [1, 2, 3], "age": [20, 30, 40]}))
# %%
clicks = add("clicks", pd.DataFrame({"user": [1, 1, 3], "n": [5, 6, 7]}))
# %%
users["old"] = users["age"] > 25
# %%
print(store["users"] is users, list(store["users"].columns))
# %%
store["clicks"]["n"] *= 2
store["features"] = users.merge(clicks.groupby("user")["n"].sum().reset_index(), how="left")
# %%
print(clicks["n"].tolist())
store["features"]
# %%
for name, frame in store.items():
    frame.insert(0, "source", name)
# %%
users, clicks
