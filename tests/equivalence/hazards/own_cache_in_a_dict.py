# A hand-made cache: a decorator keeps results in a dict of the notebook.
# expect: equal
# %%
memory = {}


def memo(function):
    def wrapper(x):
        if x not in memory:
            print("computing", x)
            memory[x] = function(x)
        return memory[x]

    return wrapper
# %%
@memo
def slow(x):
    return x + 1
# %%
slow(1)
# %%
slow(1), slow(2)
# %%
memory
# %%
memory.clear()
slow(2)
