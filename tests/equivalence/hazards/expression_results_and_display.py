# What a cell's last expression shows: dicts, sets, long lists, None, nested frames.
# expect: equal
# %%
import numpy as np

words = {"b": {"x": [1, (2, 3)]}, "a": {1, 2, 3}}
words
# %%
list(range(200))
# %%
words["a"].add(4)
words.setdefault("c", frozenset("z"))
# %%
words
# %%
nothing = words.pop("missing", None)
nothing
# %%
np.arange(2000), float("nan"), -0.0, 1e400, b"\xff", "ü\n", ..., NotImplemented
# %%
nan = float("nan")
values = [nan, nan]
values[0] is values[1], nan in values, type(words["b"]["x"][1])
