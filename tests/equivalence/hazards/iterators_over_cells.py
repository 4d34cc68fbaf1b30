# Iterators of the standard library go on where they stopped, or are refused.
# expect: equal
# known: the fix that NB502 gives for itertools.count is to make a list of it, which never ends
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
