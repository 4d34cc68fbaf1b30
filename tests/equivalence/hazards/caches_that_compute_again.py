# Cached pure functions: a new step computes again, which shows nowhere.
# expect: equal
# %%
from functools import cache, cached_property, lru_cache
# %%
@cache
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


@lru_cache(maxsize=2)
def square(x):
    return x * x
# %%
class Table:
    def __init__(self, values):
        self.values = values

    @cached_property
    def total(self):
        return sum(self.values)
# %%
table = Table([1, 2, 3])
print(fib(30), square(3))
# %%
table.total
# %%
table.values.append(10)
print(table.total, fib(31), square(3))
# %%
del table.total
print(table.total)
