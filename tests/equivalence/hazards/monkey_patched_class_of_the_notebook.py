# Methods are added to a class of the notebook after it was made and instances exist.
# expect: equal
# %%
class Box:
    def __init__(self, n):
        self.n = n
# %%
box = Box(1)
# %%
def double(self):
    self.n *= 2
    return self.n


Box.double = double
Box.colour = "red"
# %%
print(box.double(), box.colour)
# %%
Box.__repr__ = lambda self: f"Box {self.n}"
# %%
[box, Box(7)]
