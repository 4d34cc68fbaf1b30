# Implementations of a generic function are registered in several cells.
# expect: equal
# %%
from functools import partial, reduce, singledispatch, total_ordering
# %%
@singledispatch
def show(value):
    return f"? {value}"
# %%
@show.register
def _(value: int):
    return f"int {value}"
# %%
@show.register(list)
def show_list(value):
    return [show(one) for one in value]
# %%
print(show([1, "a", [2]]))
# %%
@total_ordering
class Version:
    def __init__(self, text):
        self.parts = tuple(map(int, text.split(".")))

    def __eq__(self, other):
        return self.parts == other.parts

    def __lt__(self, other):
        return self.parts < other.parts


show.register(Version, lambda value: f"v{value.parts}")
newest = partial(reduce, max)
# %%
show(newest([Version("1.2"), Version("1.10")])), len(show.registry)
