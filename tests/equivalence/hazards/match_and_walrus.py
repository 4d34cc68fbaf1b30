# match statements, walrus, star expressions, nested comprehensions that leak nothing.
# expect: equal
# %%
events = [{"type": "buy", "n": 2}, {"type": "sell", "n": 1, "at": 3}, ["stop", 1, 2], 5]
# %%
def read(event):
    match event:
        case {"type": "buy", "n": n}:
            return n
        case {"type": kind, **rest}:
            return kind, sorted(rest)
        case [name, *numbers]:
            return name, numbers
        case _:
            return None
# %%
results = [read(event) for event in events]
first, *middle, last = results
# %%
if (total := sum(one for one in results if isinstance(one, int))) > 1:
    middle.append(total)
n = [y := 1, y + 1][1]
# %%
print(first, middle, last, total, y, n)
# %%
match middle:
    case [(kind, _), *others]:
        events.clear()
print(kind, others, [(x, z) for x in range(2) for z in "ab" if x], events)
# %%
del first, last
"first" in globals(), len(results)
