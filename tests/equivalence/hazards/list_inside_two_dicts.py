# One list is a value of two dicts and the default of a third.
# expect: equal
# %%
from collections import ChainMap, defaultdict, deque

shared = [1]
# %%
left = {"items": shared, "n": 1}
right = {"items": shared}
both = ChainMap(left, right)
# %%
left["items"].append(2)
# %%
right["items"] += [3]
queue = deque([left, right], maxlen=2)
# %%
print(shared, both["items"] is shared)
# %%
index = defaultdict(lambda: shared)
index["new"].append(4)
# %%
queue[0]["n"] += 1
print(left, right, dict(index), index["other"] is shared)
# %%
queue.append({"items": queue})
print(len(queue), queue[-1]["items"] is queue, queue[0] is right)
