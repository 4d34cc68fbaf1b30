# A metaclass that counts, descriptors that keep values by name, properties with setters.
# expect: equal
# %%
class Counting(type):
    def __call__(cls, *args, **named):
        one = super().__call__(*args, **named)
        one.serial = len(made)
        made.append(one)
        return one


made = []
# %%
class Positive:
    def __set_name__(self, owner, name):
        self.name = f"_{name}"

    def __get__(self, one, owner=None):
        return self if one is None else getattr(one, self.name, 0)

    def __set__(self, one, value):
        if value < 0:
            raise ValueError(f"{self.name} is negative")
        setattr(one, self.name, value)
# %%
class Account(metaclass=Counting):
    balance = Positive()

    def __init__(self, balance):
        self.balance = balance

    @property
    def half(self):
        return self.balance / 2

    @half.setter
    def half(self, value):
        self.balance = value * 2
# %%
mine = Account(10)
# %%
yours = Account(3)
mine.half = 20
# %%
try:
    yours.balance = -1
except ValueError as error:
    print(error)
print(mine.balance, made[0] is mine, yours.serial, type(Account).__name__)
# %%
[account.half for account in made]
