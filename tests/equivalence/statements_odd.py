"""Statements that few write and that are hard to cut: dynamic names, iterators, handles."""

from __future__ import annotations

from templates import theme

ODD = theme("""
# gives: exec
exec("made = $n")

# needs: exec
print(made)

# needs: exec
exec("made += 1")

globals()["dynamic"] = $n
print(dynamic)

print(globals()["$int"])

print(eval("$int + 1"))

# gives: last
$int

# needs: last
print(_)

# needs: last
print(len(Out) > 0)

get_ipython().run_line_magic("pinfo", "nothing_$w")

get_ipython().user_ns["injected"] = $n
print(injected)

%%capture grabbed
print("$w")

!echo shown $w

# gives: listing
listing = !echo $w

# needs: listing
print(listing)

%time print($int)

setattr(sys, "note_", $n)

print(getattr(sys, "note_", 0))

import asyncio
await asyncio.sleep(0)
print($int)

async def $+fn(q):
    return q + $int
$+int = await $+fn($n)
$+fn = lambda q: q

print("$int" in dir(), "nothing_here" in globals())

print(sorted(k for k in globals() if k in ("a", "b", "xs", "ys", "d")))

print(__name__)

from math import *
print(floor(2.5))

for $int in range($n + 1): pass

class Scope:
    $int = $int + 1
print(Scope.$int)

[$int := q for q in range(3)]

import math as $-int
$+int = $n

x = 1; del x

type($list).__name__

%matplotlib inline

assert $int is not None, "no value"
""")

UNCROSSABLE = theme("""
# weight: 2
$+gen = (q * 2 for q in $list)

print(next($gen, None))

print(list($gen))

# gives: iterator
iterator = iter($list)

# needs: iterator; weight: 2
print(next(iterator, "end"))

# gives: zipped
zipped = zip($list, "abc")

# needs: zipped
print(list(zipped))

# gives: counting
counting = itertools.count($n)

# needs: counting
print(next(counting), next(counting))

# gives: handle
handle_ = open("handle.txt", "w")

# needs: handle
handle_.write("$w")
handle_.flush()

# needs: handle
print(open("handle.txt").read())

# gives: db
db = sqlite3.connect(":memory:")
db.execute("create table t (v)")

# needs: db
db.execute("insert into t values ($n)")

# needs: db
print(db.execute("select count(*) from t").fetchone())

# gives: lock
lock = threading.Lock()

# needs: lock
with lock:
    print("locked")

# gives: reading
reading = (line for line in ["$w", "$w"])

# needs: reading
for line in reading:
    print(line)
    break

# gives: modref
modref = math

# needs: modref
print(modref.floor(2.5))

# gives: mapped
mapped = map(lambda q: q + 1, $list)

# needs: mapped
print(list(mapped))

# gives: lam
lam = {"double": lambda q: q * 2, "xs": $list}

# needs: lam
print(lam["double"]($int), lam["xs"] is $list)
""")
