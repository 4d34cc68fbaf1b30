# A hierarchy of classes extended from cell to cell, with super, mixins and a registry.
# expect: equal
# %%
from abc import ABC, abstractmethod
from typing import ClassVar, Generic, TypeVar
# %%
class Shape(ABC):
    kinds: ClassVar[dict] = {}

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        Shape.kinds[cls.__name__] = cls

    @abstractmethod
    def area(self): ...

    def __repr__(self):
        return f"{type(self).__name__}({self.area()})"
# %%
class Named:
    def label(self):
        return f"<{self!r}>"


class Square(Named, Shape):
    __slots__ = ("side",)

    def __init__(self, side):
        self.side = side

    def area(self):
        return self.side**2
# %%
squares = [Square(1), Square(2)]
# %%
class Cube(Square):
    def area(self):
        return 6 * super().area()


squares.append(Cube(3))
# %%
T = TypeVar("T")


class Bag(Generic[T]):
    def __init__(self):
        self.inside: list[T] = []

    def put(self, one: T):
        self.inside.append(one)
        return self
# %%
bag = Bag[Shape]().put(squares[-1])
print(sorted(Shape.kinds), squares[-1].label(), Cube.__mro__[1].__name__)
# %%
squares[2].side = 1
print(bag.inside, isinstance(bag.inside[0], Named), bag.inside[0] is squares[2])
