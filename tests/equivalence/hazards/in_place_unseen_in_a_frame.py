# A frame's values are changed through its buffer, unseen, and another step reads the frame.
# expect: fails loudly: s2, cell-1, s3, cell-2, prices, prev
# %%
import ctypes

import numpy as np

prices = np.array([1.0, 2.0, 3.0])
# %%
ctypes.memset(prices.ctypes.data, 0, 8)
# %%
print(prices.sum())
