# A pool of threads made in one cell works in another.
# expect: refused NB501 at cell 2: pool, a pool of workers, setup
# %%
from concurrent.futures import ThreadPoolExecutor

pool = ThreadPoolExecutor(2)
# %%
print(list(pool.map(lambda x: x * x, range(4))))
# %%
pool.shutdown()
