# An array mapped to a file is written to in several cells.
# expect: refused NB501 at cell 2: table, a file in memory
# %%
import numpy as np

table = np.memmap("table.bin", dtype="i8", mode="w+", shape=(4,))
table[:] = range(4)
# %%
table[0] = 100
table.flush()
# %%
print(np.fromfile("table.bin", dtype="i8"), table.sum())
# %%
table[1] = 50
table.flush()
again = np.memmap("table.bin", dtype="i8", mode="r")
# %%
print(again.tolist(), np.asarray(table).tolist())
