# Lambdas, partials, bound methods, operators and classes are kept in variables.
# expect: equal
# %%
import functools
import math
import operator
from statistics import mean
# %%
class Counter:
    def __init__(self):
        self.n = 0

    def up(self, by=1):
        self.n += by
        return self.n
# %%
counter = Counter()
up = counter.up
by_two = functools.partial(up, 2)
table = {"mean": mean, "first": operator.itemgetter(0), "root": math.sqrt, "upper": str.upper, "up": up}
# %%
up()
by_two()
# %%
print(counter.n, table["up"](), up.__self__ is counter)
# %%
compose = lambda *fs: functools.reduce(lambda f, g: lambda x: g(f(x)), fs)
half_root = compose(math.sqrt, lambda x: x / 2)
kind = Counter
# %%
print(half_root(16), table["mean"]([1, 2]), table["first"]("ab"), isinstance(counter, kind))
# %%
[f(4) for f in (half_root, lambda x: half_root(x) + counter.n, kind().up)]
