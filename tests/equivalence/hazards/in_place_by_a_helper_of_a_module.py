# A module beside the notebook changes its argument in place.
# expect: equal
# known: a function of a module beside the notebook changes its argument (loud at run time; the sou
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
