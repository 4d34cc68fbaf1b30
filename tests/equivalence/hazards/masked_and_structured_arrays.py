# Masked, structured, object and record arrays keep type, mask, fill value and fields.
# expect: equal
# %%
import numpy as np

masked = np.ma.array([1.0, 2.0, 3.0], mask=[0, 1, 0], fill_value=-9)
people = np.array([("ann", 30), ("bob", 40)], dtype=[("name", "U5"), ("age", "i4")])
mixed = np.array([1, "two", [3]], dtype=object)
# %%
ages = people["age"]
records = people.view(np.recarray)
# %%
ages += 1
masked[0] = np.ma.masked
# %%
print(records.age, people[0], masked, masked.filled())
# %%
mixed[2].append(4)
records.name[1] = "rob"
# %%
print(people, mixed, masked.fill_value, type(records).__name__, mixed.dtype)
# %%
np.datetime64("2026-01-01") + np.timedelta64(1, "D"), np.float32(0.1), np.array(5), np.bool_(1)
