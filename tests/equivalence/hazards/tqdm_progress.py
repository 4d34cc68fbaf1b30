# Progress bars over loops that change things.
# expect: equal
# %%
import sys

from tqdm import tqdm

rows = []
# %%
for n in tqdm(range(3), file=open("/dev/null", "w")):
    rows.append(n)
# %%
with tqdm(total=3, disable=True) as bar:
    for n in rows[:]:
        rows.append(n * 10)
        bar.update()
# %%
print(rows, n)
# %%
for index, row in enumerate(tqdm(rows, desc="rows", file=open("/dev/null", "w"))):
    rows[index] = -row
rows
