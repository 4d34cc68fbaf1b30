# Two parallel branches append to one list, which a join reads.
# expect: refused NB405 at cell 3: totals, prev
# %% [step:start]
totals = []
# %% [step:left prev:start]
totals.append("left")
# %% [step:right prev:start]
totals.append("right")
# %% [step:join prev:left prev:right]
print(totals)
