# What generators gave is kept; generators are made and used within a cell.
# expect: equal
# %%
def batches(values, size):
    for start in range(0, len(values), size):
        yield values[start : start + size]


def running():
    total = 0
    while True:
        got = yield total
        if got is None:
            return
        total += got
# %%
parts = [list(batch) for batch in batches(list(range(7)), 3)]
# %%
gen = running()
next(gen)
sums = [gen.send(sum(part)) for part in parts]
gen.close()
del gen
# %%
print(parts, sums, max(batches("abc", 1)))
# %%
first, second = zip(*enumerate("xy"))
pairs = list(zip(first, second)), dict(enumerate(sums))
pairs
# %%
squares = map(lambda n: n**2, sums)
squares = list(squares)
# %%
squares, sorted(reversed(squares)), any(batch for batch in batches([], 1))
