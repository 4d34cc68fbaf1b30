# Results of libraries that share memory with their argument: asarray, from_numpy, to_numpy, frombuffer.
# expect: equal
# %%
import numpy as np
import pandas as pd
import torch

base = np.zeros(4)
# %%
tensor = torch.from_numpy(base)
series = pd.Series(base, copy=False)
# %%
tensor += 1
# %%
print(base, tensor)
same = np.asarray(base)
back = tensor.numpy()
# %%
back[0] = 50
same[1] = 60
# %%
print(base, tensor.tolist(), np.shares_memory(same, back))
# %%
raw = bytearray(b"\x00" * 4)
bits = np.frombuffer(raw, dtype="u1")
# %%
raw[0] = 7
half = tensor.view(2, 2)[0]
# %%
half.fill_(0)
print(bits, base.tolist(), half.shape)
