"""Statements that define functions and closures, and call them."""

from __future__ import annotations

from templates import theme

FUNCTIONS = theme("""
def $+fn(q):
    return q + $n

def $+fn(q):
    return q + $int

def $+fn(q, extra=$int):
    return q * 2 + extra

def $+fn(q):
    return $fn2(q) + 1

$+fn = lambda q: q + $int

$+fn = lambda q, k=$n: q * k

def $+fn(q):
    return q + len($list)

def $+fn(q: int, *rest: int, **more: int) -> int:
    "Adds."
    local = [q, *rest]
    return sum(local) + $int

def $+proc():
    global $int
    $int += 1
    return $int

def $+proc():
    $list.append(len($list))
    return len($list)

def $+proc():
    $dict["count"] = $dict.get("count", 0) + 1
    return $dict["count"]

def $+proc(memory=[]):
    memory.append(1)
    return len(memory)

def $+proc():
    $+proc.calls = getattr($+proc, "calls", 0) + 1
    return $+proc.calls

def $+proc():
    return $proc2() + 1

def $+proc():
    print("inside", $int)
    return $int

def $+eater(values):
    values.append(len(values))
    return len(values)

def $+eater(values):
    values[0] += 1
    return values[0]

def $+eater(values):
    values = values + [1]
    return len(values)

def $+eater(values):
    inner = values
    inner.insert(0, $n)
    return inner[-1]

def $+eater(values):
    return $eater2(values)

def $+eater(values):
    def nested():
        values.append($n)
    nested()
    return len(values)

# weight: 2
$proc()

# weight: 2
$eater($list)

# weight: 2
$+int = $fn($int) % 100

$+int = $proc()

$+int = $eater($list)

$+list = list(map($fn, $list))

$+list = [$fn(q) % 50 for q in $list]

$list.sort(key=$fn)

$+proc2 = $proc1

$+fn = functools.partial(max, $int)

for helper in ($proc1, $proc2):
    helper()

$+list = list(filter(lambda q: $fn(q) > 3, $list)) or [1]

apply = [$eater]
apply[0]($list)

$+int = (lambda go: go())($proc)

[$proc() for _ in range(2)]

$+int = sum($proc() for _ in range(2))

class $+obj:
    show = staticmethod($proc)
""")

CLOSURES = theme("""
# gives: make
def make(start=0):
    count = start
    def inner():
        nonlocal count
        count += 1
        return count
    return inner

# needs: make
$+proc = make($n)

# needs: make
$+proc = make()
$proc()

# gives: twice
def twice(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args) * 2
    return wrapper

# needs: twice
@twice
def $+fn(q):
    return q + $n

# needs: twice
$+fn = twice($fn2)

# gives: registered
registered = {}
def register(function):
    registered[function.__name__] = function
    return function

# needs: registered
@register
def $+fn(q):
    return q - $n

# needs: registered
print(sorted(registered))

# needs: registered
print([registered[k](1) for k in sorted(registered)])

@functools.lru_cache(maxsize=None)
def $+fn(q):
    print("computing", q)
    return q * $n

# gives: adder
def adder(k):
    return lambda q: q + k

# needs: adder
$+fn = adder($int)

$+proc = iter($list).__next__ if False else (lambda: $n)

# gives: box2
def keep(values):
    return (lambda: values.append(1)), (lambda: len(values))
put, size = keep($list)

# needs: box2
put()
print(size(), $list)

def $+fn(q):
    if q <= 0:
        return 0
    return 1 + $+fn(q - 5)

# gives: counted
calls = 0
def counted(function):
    def wrapper(*args):
        global calls
        calls += 1
        return function(*args)
    return wrapper

# needs: counted
@counted
def $+fn(q):
    return q + 1

# needs: counted
print(calls)
""")
