# An enum is made by `enum.Enum` of a module that the same cell imports.
# expect: equal
# known: unjustified refusal NB503: `import enum` and `class Colour(enum.Enum)` in one cell, `c = C
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
