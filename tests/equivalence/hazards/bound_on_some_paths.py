# A name is bound on a path that this run does not take; an earlier one stays.
# expect: equal
# %%
import sys

found = "none"
# %%
if len(sys.argv) > 1000:
    found = "many"
else:
    other = 1
# %%
print(found, other)
# %%
try:
    value = {}["x"]
except KeyError:
    value = "default"
for i in []:
    pass
# %%
print(value)
