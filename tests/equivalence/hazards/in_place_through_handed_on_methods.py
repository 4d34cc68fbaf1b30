# A method that changes its object is handed on: to map, a thread, a callback, a partial.
# expect: equal
# %%
import functools
import threading
from concurrent.futures import ThreadPoolExecutor

items, log = [], {}
# %%
list(map(items.append, "ab"))
# %%
thread = threading.Thread(target=items.extend, args=("cd",))
thread.start()
thread.join()
del thread
# %%
print(items)
note = functools.partial(log.__setitem__, "k")
# %%
note(5)
# %%
with ThreadPoolExecutor(1) as pool:
    pool.submit(items.insert, 0, "first").result()
print(log)
# %%
for change in (items.reverse, items.pop):
    change()
# %%
items, log
