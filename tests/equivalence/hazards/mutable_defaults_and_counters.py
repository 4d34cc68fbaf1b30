# A mutable default argument, a global counter and a function attribute keep state.
# expect: equal
# %%
calls = 0


def remember(item, seen=[], *, index={}):
    global calls
    calls += 1
    seen.append(item)
    index[item] = len(seen)
    remember.last = item
    return seen
# %%
remember("a")
# %%
first = remember("b")
# %%
print(first, calls, remember.last)
# %%
first.append("outside")
print(remember("c"))
# %%
remember.__kwdefaults__["index"], calls, remember.__defaults__[0] is first
