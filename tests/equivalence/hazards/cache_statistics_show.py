# A cache's statistics are looked at: another step would count from nothing.
# expect: refused NB504 at cell 3: square, square
# %%
from functools import lru_cache


@lru_cache
def square(x):
    return x * x
# %%
square(2), square(2)
# %%
square(2)
print(square.cache_info())
