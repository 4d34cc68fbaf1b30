# `_` and `Out` of earlier cells.
# expect: refused NB305 at cell 2: _, name
# %%
40 + 2
# %%
_ + 1
