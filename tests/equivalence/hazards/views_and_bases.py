# numpy views of one base, some of them of views, changed in place from several cells.
# expect: equal
# %%
import numpy as np

base = np.arange(24, dtype=float).reshape(4, 6)
# %%
rows = base[1:3]
column = base[:, 2]
flat = base.ravel()
# %%
rows[0, 0] = -1
column += 100
# %%
print(flat[6], base[:, 2], np.shares_memory(rows, column))
# %%
inner = rows.T[2:]
inner *= 0
turned = base[::-1, ::2]
# %%
np.add(turned, 1, out=turned)
print(base)
# %%
copy = base.copy()
flat[:] = 7
print(base.sum(), copy.sum(), rows.base is not None, inner.flags.writeable)
# %%
base.flags.writeable = False
try:
    base[0, 0] = 1
except ValueError as error:
    print(error)
# %%
print(base.flags.writeable, rows.flags.writeable, copy.flags.writeable, column.strides)
