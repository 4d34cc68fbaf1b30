# A value that cannot cross and that the code does not show.
# expect: fails loudly: holder, cannot be handed to the next steps
# %%
import threading


def make():
    return {"inner": threading.RLock(), "n": 1}
# %%
holder = {}
holder.update(make())
# %%
print(holder["n"])
