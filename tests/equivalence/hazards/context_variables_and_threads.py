# Context variables, a thread's result, a queue and a counter of threads.
# expect: refused NB501 at cell 2: level, step
# %%
import contextvars
import threading

level = contextvars.ContextVar("level", default=1)
# %%
level.set(5)
# %%
print(level.get())
# %%
results = []


def work(n):
    results.append(n * level.get(10))


threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
del threads, thread
# %%
print(sorted(results))
