# Exceptions are raised, caught, kept with their cause and looked at later.
# expect: equal
# %%
class PriceError(ValueError):
    def __init__(self, price, *, code=1):
        super().__init__(f"price {price}")
        self.price, self.code = price, code
# %%
failures = []
try:
    try:
        int("x")
    except ValueError as error:
        raise PriceError(3, code=7) from error
except PriceError as error:
    error.add_note("seen")
    failures.append(error)
# %%
kept = failures[0]
print(kept, kept.price, kept.code, type(kept.__cause__).__name__, kept.__notes__)
# %%
group = ExceptionGroup("many", [kept, KeyError("k")])
kept.code = 8
# %%
print(group.exceptions[0].code, isinstance(kept, PriceError), group.subgroup(KeyError))
# %%
kept.args, kept.__cause__.args
