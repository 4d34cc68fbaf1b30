# `%%writefile` makes a module that later cells import, and another version that is reloaded.
# expect: equal
# %%
import importlib
import sys
# %%
%%writefile helper_made.py
RATE = 2

def scaled(x):
    return x * RATE
# %%
import helper_made

print(helper_made.scaled(3))
# %%
helper_made.RATE = 5
# %%
print(helper_made.scaled(3))
# %%
%%writefile -a helper_made.py

def more(x):
    return scaled(x) + 1000
# %%
importlib.reload(helper_made)
print(helper_made.more(1))
# %%
helper_made.RATE, "helper_made" in sys.modules
