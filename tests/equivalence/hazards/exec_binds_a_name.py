# A name is bound by exec, which nobody can follow.
# expect: equal
# %%
n = 3
# %%
exec("doubled = n * 2")
# %%
print(doubled)
# %%
globals()["tripled"] = n * 3
# %%
tripled
