# A generator is used up over cells.
# expect: refused NB502 at cell 2: stream, generator, list(
# %%
def numbers():
    yield from range(5)


stream = numbers()
# %%
print(next(stream))
# %%
print(list(stream))
