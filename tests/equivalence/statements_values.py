"""Statements about plain values: binding, changing in place, sharing, showing."""

from __future__ import annotations

from templates import theme

SHOW = theme("""
print($int)

print($int1, $int2)

print(f"{$int=} {$list}")

$int

$list

print($list)

print($list, len($list))

print(sorted($dict.items(), key=str))

$dict

print($str.upper())

print(sorted($set))

$nest

print($nest)

print($arr)

$arr

print($arr.sum(), $arr.dtype)

print($mat.tolist())

$df

print($df.to_string())

print($df.dtypes)

print($series.tolist())

print($series.sum())

print($fn($int))

$proc()

print($proc())

print($eater($list), $list)

print($obj)

$obj.show()

print("%s and %s" % ($int, $str))

display($list)

print($list1 is $list2, $list1 == $list2)

import sys; print("to stderr", $int, file=sys.stderr)
""")

NUMBERS = theme("""
$+int = $n

$+int = $int + $n

$+int = $int1 * 2 - $int2

$int += $n

$int -= $int2

$+int1 = $+int2 = $n

$int1, $int2 = $int2, $int1

$+int: int = $n

if ($+int := $int + 1) > 3:
    print("walrus", $+int)

for i in range(3):
    $int += i

while $int > 40:
    $int //= 2

if $int > 4:
    $+int3 = 1
else:
    $+int3 = 2

if $int1 > 4:
    $int2 = 99

try:
    $+int = int("$w")
except ValueError as err:
    print("caught", err)
    $+int = -1

match $int % 3:
    case 0:
        $+str = "zero"
    case 1 | 2 as rest:
        $+str = f"rest {rest}"

$+int, *$+list = [$n, $int, $n]

$+str = "$w"

$+str = f"{$int}-{$str}"

$str += "$w"

$+str = $str.replace("a", "b") + str($int)

$+int = len($str)

del $-int

$+int = sum(i * i for i in range($n))

$+int = (lambda q: q + $int)($n)

$+str = " ".join(str(i) for i in range($n))

with open(__import__("os").devnull) as handle:
    $+int = len(handle.read()) + $n

assert isinstance($int, int)

$+int = math.floor(math.pi * $n)

$+int = max($int, $n) if $int else $n
""")

LISTS = theme("""
$+list = [$n, $n, $n]

$list.append($int)

$list.append($n)

$list.extend([$n, $int])

$list.insert(0, $n)

$list[0] = $n

$list[-1] += 1

$list += [$int]

$list.sort()

$list.sort(reverse=True)

$list.reverse()

$list[:] = [q % 10 for q in $list]

if len($list) > 1:
    $list.pop()

if len($list) > 2:
    del $list[0]

$+list2 = $list1

$+list2 = $list1[:]

$+list2 = list($list1)

$+list = [q + 1 for q in $list if q % 2] or [0]

$+list = sorted($list, key=lambda q: -q)

$+int = sum($list)

$+int = len($list)

$+int, $+int2 = min($list), max($list)

for q in $list[:3]:
    $int += q

for position, q in enumerate($list):
    $list[position] = q + 1

$+list = copy.deepcopy($list)

$+set = set($list)

$set.add($n)

$set |= {$n, $n}

$set.discard($n)

$+set = {$n, $n, $int}

$+list = sorted($set) or [0]

$+list = list(map(str, $list)) and [$n]

$+list1, $+list2 = [$n], [$n, $n]

$+list = [$n] * 3

$int = $list[$n % len($list)]
""")

DICTS = theme("""
$+dict = {"a": $n, "b": $int}

$dict["$w"] = $n

$dict["$w"] = $int

$dict.update(c=$n)

$dict.setdefault("$w", $n)

$dict.pop("$w", None)

$+dict = {k: v for k, v in $dict.items()}

$+dict = dict($dict)

$+dict2 = $dict1

$+dict = dict(zip("abc", $list))

for key in list($dict):
    $dict[key] = str(key)

$dict |= {"z": $n}

$+dict = Counter("$w$w")

$+dict = defaultdict(int, {"$w": $n})

$+int = len($dict)

if "a" in $dict:
    del $dict["a"]

$+int = $dict.get("a", 0) if isinstance($dict.get("a", 0), int) else 1
""")

ALIASES = theme("""
$+nest = [$list1, $list2]

$+nest = {0: $list1, 1: $list1}

$+nest = {0: $list, 1: [$n]}

$+nest = [[$n]] * 2

$nest[0].append($n)

$nest[1].append($int)

$nest[0][0] = $n

$nest[0] += [$n]

$nest[1] = $list

$+list = $nest[0]

$+list = $nest[1]

inner = $nest[0]
inner.append(77)

for row in ($nest.values() if isinstance($nest, dict) else $nest):
    row.append($n)

$+nest2 = $nest1

$+nest2 = {0: $nest1[0], 1: $nest1[1]}

$+nest2 = copy.copy($nest1)

# gives: pair
pair = ($list, [$n])

# needs: pair
pair[0].append($n)

# needs: pair
print(pair, pair[0] is $list)

# gives: space
space = SimpleNamespace(items=$list, n=$n)

# needs: space
space.items.append(space.n)

# needs: space
space.n += 1
print(space)

# needs: space
$+list = space.items

# gives: queue
queue = deque($list, maxlen=4)

# needs: queue
queue.append($n)
print(queue)

# gives: late
late = functools.partial($list.append, $n)

# needs: late
late()

# gives: marker
marker = object()
marked = {"m": marker}

# needs: marker
print(marked["m"] is marker)

# gives: loop
loop = [$n]
loop.append(loop)

# needs: loop
loop[0] += 1
print(loop)

# gives: method
method = $list.append

# needs: method
method($n)
""")
