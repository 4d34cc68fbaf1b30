# `is` on None, small numbers, strings, sentinels, types, and Ellipsis.
# expect: equal
# %%
import sys

MISSING = object()
name, number, nothing = "spam", 7, None
# %%
def get(table, key, default=MISSING):
    found = table.get(key, MISSING)
    return default if found is MISSING else found
# %%
holder = {"missing": MISSING, "kind": int, "dots": ..., "empty": ()}
# %%
print(get({}, "x") is MISSING, holder["missing"] is MISSING, nothing is None)
# %%
print(holder["kind"] is int, holder["dots"] is ..., holder["empty"] is (), sys.intern(name) == name)
# %%
again = MISSING
get(holder, "missing") is again, number == 7
