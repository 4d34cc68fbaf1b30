# A module beside the notebook changes its argument in place.
# expect: equal
# %%
from toolbox.changing import add_total, normalise

rows = [{"n": 1}, {"n": 3}]
# %%
add_total(rows)
# %%
print(rows)
normalise(rows[0])
# %%
print(rows, len(rows))
