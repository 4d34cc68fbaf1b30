# `Out[1]` of an earlier cell.
# expect: refused NB305 at cell 2: Out, name
# %%
"first"
# %%
print(Out[1])
