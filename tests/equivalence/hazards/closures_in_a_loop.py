# Functions made in a loop see the loop's last value; those with a default see their own.
# expect: equal
# %%
late, early = [], []
for i in range(3):
    late.append(lambda: i)
    early.append(lambda i=i: i)
# %%
print([f() for f in late], [f() for f in early])
# %%
i = 10
# %%
print([f() for f in late], [f() for f in early])
# %%
late.append(lambda: i * 2)
for i in "ab":
    pass
# %%
print([f() for f in late])
