# Filters of warnings that a cell sets, and warnings that show once.
# expect: equal
# %%
import warnings

import numpy as np


def old():
    warnings.warn("old is old", DeprecationWarning, stacklevel=2)
    return 1
# %%
warnings.simplefilter("ignore", DeprecationWarning)
# %%
old()
# %%
warnings.filterwarnings("error", message="careful")
# %%
try:
    warnings.warn("careful there")
except UserWarning as error:
    print("raised", error)
# %%
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    old()
print(len(seen), seen[0].category.__name__)
# %%
np.seterr(all="ignore")
warnings.resetwarnings()
# %%
np.float64(1) / 0, len([one for one in warnings.filters if one[0] == "error"])
