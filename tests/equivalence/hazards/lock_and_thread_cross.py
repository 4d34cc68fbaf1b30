# A lock made in one cell is taken in another.
# expect: refused NB501 at cell 2: lock, a lock, setup
# %%
import threading

lock = threading.Lock()
total = 0
# %%
with lock:
    total += 1
# %%
print(total, lock.locked())
