# Star imports, shadowed builtins, imports by other names, deleted and bound again.
# expect: equal
# %%
from math import *

import numpy as np
# %%
area = pi * 2**2
list_ = list
# %%
def sum(values):
    return f"sum of {len(values)}"


max = 10
# %%
print(sum([1, 2]), max, floor(area), list_("ab"))
# %%
del sum, max
import numpy.linalg as la
# %%
print(sum([1, 2]), max(1, 2), la.norm([3, 4]))
e = "not e"
# %%
from math import e as euler

pi = 3
print(e, round(euler, 3), pi, type(np).__name__)
# %%
floor(pi * 1.5), sqrt(max(4, 1))
