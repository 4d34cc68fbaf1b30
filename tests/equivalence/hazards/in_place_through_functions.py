# Functions of the standard library and numpy that change their argument.
# expect: equal
# %%
import bisect
import heapq
import operator
import random

import numpy as np

random.seed(0)
heap, table, grid = [5, 7, 9], {}, np.zeros(4)
seen = heap
# %%
heapq.heappush(heap, 1)
bisect.insort(seen, 6)
# %%
print(heap, seen is heap)
np.copyto(grid[:2], 3)
np.put(grid, [3], 9)
# %%
operator.setitem(table, "a", heap)
random.shuffle(heap)
# %%
print(table, grid, heapq.nsmallest(2, seen))
np.fill_diagonal(grid.reshape(2, 2), -1)
list.append(heap, 100)
dict.update(table, b=1)
# %%
print(table["a"][-1], grid)
operator.iadd(heap, [200])
np.random.default_rng(1).shuffle(grid)
# %%
table, grid, heapq.heappop(seen)
