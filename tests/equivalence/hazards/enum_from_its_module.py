# An enum is made by `enum.Enum` of a module that the same cell imports.
# expect: equal
# %%
import enum


class Colour(enum.Enum):
    RED = 1
    BLUE = 2
# %%
c = Colour.RED
# %%
print(c is Colour.RED, list(Colour))
# %%
by_name = {one.name: one for one in Colour}
by_name["BLUE"] is Colour["BLUE"], Colour(1)
