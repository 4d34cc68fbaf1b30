# Classes with getattr, slots, properties, call, hash, context and copy of their own.
# expect: equal
# %%
import copy
import operator
# %%
class Lazy:
    def __init__(self, **known):
        self.__dict__["known"] = known
        self.__dict__["asked"] = []

    def __getattr__(self, name):
        if name.startswith("__") or name not in self.__dict__.get("known", {}):
            raise AttributeError(name)
        self.asked.append(name)
        return self.known[name]

    def __setattr__(self, name, value):
        self.known[name] = value
# %%
class Point:
    __slots__ = ("x", "y", "__weakref__")

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __eq__(self, other):
        return (self.x, self.y) == (other.x, other.y)

    def __hash__(self):
        return hash((self.x, self.y))

    def __iadd__(self, other):
        self.x += other
        return self
# %%
lazy = Lazy(a=1)
points = {Point(0, 1): "first", Point(2, 3): "second"}
key = next(iter(points))
# %%
lazy.b = lazy.a + 1
other = key
# %%
print(lazy.b, lazy.asked, points[Point(0, 1)], other is list(points)[0])
# %%
twin = copy.deepcopy(points)
p = Point(5, 5)
q = p
p += 3
# %%
print(q.x, p is q, operator.attrgetter("a", "b")(lazy), twin == points)
# %%
len(lazy.asked), {Point(2, 3)} & set(twin)
