"""Statements that define classes, and objects with state."""

from __future__ import annotations

from templates import theme

CLASSES = theme("""
# gives: Tally; weight: 2
class Tally:
    total = 0
    def __init__(self, n=0):
        self.n = n
        self.items = []
    def add(self, k):
        self.n += k
        self.items.append(k)
        return self
    def bump(self):
        Tally.total += 1
        return Tally.total
    def show(self):
        print("Tally", self.n, self.items, Tally.total)
    @property
    def next(self):
        self.n += 1
        return self.n
    def __call__(self):
        self.n += 10
        return self.n
    def __repr__(self):
        return f"Tally({self.n}, {self.items})"
    def __eq__(self, other):
        return isinstance(other, Tally) and self.n == other.n
    __hash__ = object.__hash__

# needs: Tally; weight: 2
$+obj = Tally($n)

# needs: Tally
$+obj = Tally($int).add($n)

# needs: tally
thing_.add($n)

# needs: Tally; gives: tally
thing_ = Tally($int)

# needs: tally
print(thing_.next)

# needs: tally
print(thing_())

# needs: tally
thing_.bump()

# needs: tally
print(thing_, Tally.total, isinstance(thing_, Tally), type(thing_) is Tally)

# needs: tally
thing_.items = $list

# needs: tally
thing_.items.append($n)

# needs: tally
thing_.extra = $n
print(vars(thing_))

# needs: tally
holder = {"t": thing_}
holder["t"].add(1)

# needs: Tally
Tally.total = $n

# needs: Tally
Tally.bump(Tally())
print(Tally.total)

# needs: tally; gives: bound
bound = thing_.add

# needs: bound
bound($n)

# needs: tally
print(thing_ == Tally(thing_.n), thing_ in [Tally(thing_.n)])

# needs: Tally; gives: Special
class Special(Tally):
    def show(self):
        print("special")
        super().show()

# needs: Special; gives: tally
thing_ = Special($n)

# needs: Special
print(issubclass(Special, Tally), Special.total)

# gives: Point
@dataclass
class Point:
    x: int
    y: int = $n
    tags: list = field(default_factory=list)

# needs: Point; gives: point
point = Point($int)

# needs: point
point.x += 1
print(point)

# needs: point
point.tags.append($n)
print(point, isinstance(point, Point))

# needs: point
points = [point, Point(1)]
points[0].y = $n

# gives: Pair
Pair = namedtuple("Pair", "left right")

# needs: Pair
print(Pair($int, $list))

# needs: Pair; gives: apair
apair = Pair($list, $n)

# needs: apair
apair.left.append(1)
print(apair, isinstance(apair, Pair))

# gives: Colour
class Colour(Enum):
    RED = 1
    BLUE = $n + 2

# needs: Colour; gives: colour
colour = Colour.RED

# needs: colour
print(colour is Colour.RED, colour)

# gives: Meter
class Meter:
    log = []
    def __enter__(self):
        self.log.append("in")
        return self
    def __exit__(self, *error):
        self.log.append("out")

# needs: Meter
with Meter() as meter:
    print(meter.log)

# needs: Meter
print(Meter.log)

# gives: Odd
class Odd:
    def __init__(self):
        self.seen = []
    def __len__(self):
        self.seen.append("len")
        return len(self.seen)
    def __iter__(self):
        self.seen.append("iter")
        return iter(list(self.seen))
    def __add__(self, other):
        self.seen.append(other)
        return self
    def __getitem__(self, key):
        self.seen.append(key)
        return key

# needs: Odd; gives: odd
odd = Odd()

# needs: odd
print(len(odd))

# needs: odd
print(list(odd))

# needs: odd
odd + $n
print(odd.seen)

# needs: odd
print(odd[$n], odd.seen)

# gives: made
def build():
    class Local:
        def __init__(self):
            self.v = $n
    return Local()
made = build()

# needs: made
made.v += 1
print(made.v)
""")
