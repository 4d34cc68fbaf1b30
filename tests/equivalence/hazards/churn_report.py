# A report as many write it: helpers, constants, a frame changed by functions, tables and text.
# expect: equal
# %% [imports]
import numpy as np
import pandas as pd
# %%
SEED = 42
SEGMENTS = {"young": (0, 30), "middle": (30, 50), "old": (50, 120)}
rng = np.random.default_rng(SEED)
# %%
def segment_of(age):
    for name, (low, high) in SEGMENTS.items():
        if low <= age < high:
            return name
    return None


def add_segments(frame):
    frame["segment"] = frame["age"].map(segment_of)
# %%
users = pd.DataFrame({"age": rng.integers(18, 80, 40), "churned": rng.random(40) < 0.3})
add_segments(users)
users.sample(3, random_state=SEED)
# %%
rates = users.groupby("segment")["churned"].mean()
print(f"mean {users['churned'].mean():.3f}")
# %%
SEGMENTS["ancient"] = (70, 120)
SEGMENTS["old"] = (50, 70)
add_segments(users)
# %%
users["segment"].value_counts().sort_index()
# %%
summary = pd.concat([rates.rename("before"), users.groupby("segment")["churned"].mean()], axis=1)
summary.style.format(precision=2).set_table_attributes('class="plain"').to_html(table_uuid="t")[:20]
# %%
summary.round(3)
