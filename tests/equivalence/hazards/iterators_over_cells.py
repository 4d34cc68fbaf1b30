# Iterators of the standard library go on where they stopped, or are refused.
# expect: refused NB502 at cell 2: counter, in one step
# %%
import itertools

letters = iter("abc")
counter = itertools.count(10)
# %%
print(next(letters), next(counter))
# %%
print(list(letters), next(counter))
# %%
results = list(x * 2 for x in range(3))
pairs = dict(zip("ab", results))
# %%
print(results, pairs)
