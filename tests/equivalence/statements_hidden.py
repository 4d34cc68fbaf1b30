"""Statements that change things by way of something else: methods handed on, pairs of closures."""

from __future__ import annotations

from templates import theme

HIDDEN = theme("""
list(map($list1.append, $list2[:2]))

heapq.heapify($list); heapq.heappush($list, $n)

operator.iadd($list, [$n])

list.append($list, $n)

bisect.insort($list, $n)

dict.update($dict, count=$n)

operator.setitem($dict, "w", $n)

add = $list.append
add($n)

for change in ($list1.reverse, $list2.reverse):
    change()

import threading
worker = threading.Thread(target=$list.append, args=($n,))
worker.start(); worker.join(); del worker

take = functools.partial($list.append, $n)
take()

np.put($arr, [0], $n)

np.copyto($arr[:1], $n)

np.add($arr, $n, out=$arr)

$+arr2 = np.asarray($arr1)

[setattr(one, "n", $n) for one in [$obj]]

vars($obj)["extra"] = $n
""")

SHARED = theme("""
# gives: account
def account(start):
    entries = [start]
    def pay(amount):
        entries.append(amount)
        return sum(entries)
    def tell():
        return list(entries)
    return pay, tell

# needs: account; gives: paid
pay, tell = account($n)

# needs: paid; weight: 3
pay($n)

# needs: paid; weight: 3
print(tell())

# needs: paid
accounts = {"a": (pay, tell)}
accounts["a"][0]($n)

# gives: functions
functions = [lambda: $int, lambda: len($list)]

# needs: functions; weight: 2
print([one() for one in functions])

# gives: row
Row = namedtuple("Row", "left right")
row = Row($list, ($int, "$w"))

# needs: row
row.left.append($n)

# needs: row
print(row, row.left is $list)

# gives: total
class Table:
    def __init__(self, values):
        self.values = values
    @functools.cached_property
    def total(self):
        return sum(self.values)
table = Table([1, $n])

# needs: total; weight: 2
print(table.total)

# needs: total; weight: 2
table.values.append($n)

# gives: kept
try:
    [][$n]
except IndexError as error:
    kept = error

# needs: kept
print(type(kept).__name__, kept.args)

# gives: scope
import contextlib
@contextlib.contextmanager
def scope(values):
    values.append($n)
    yield values
    values.pop()

# needs: scope; gives: inside
with scope($list) as inside:
    inside.append($n)

# needs: inside
print(inside)

# gives: kinds
class Plugin:
    kinds = []
    def __init_subclass__(cls):
        Plugin.kinds.append(cls.__name__)

# needs: kinds
class Other(Plugin): pass

# needs: kinds; weight: 2
print(Plugin.kinds)

# gives: sentinel
MISSING = object()
def lookup(key, default=MISSING):
    return $dict.get(key, MISSING) is default

# needs: sentinel
print(lookup("no"), lookup("no", None))
""")
