# Counters, ordered dicts, deques, user dicts, arrays, bytes: with aliases into them.
# expect: equal
# %%
from array import array
from collections import Counter, OrderedDict, UserDict, UserList, deque
from types import MappingProxyType
# %%
class Settings(UserDict):
    def __missing__(self, key):
        self[key] = key * 2
        return self[key]


class Stack(list):
    def push(self, one):
        self.append(one)
        return self
# %%
settings, stack, counts = Settings(a="1"), Stack([1]), Counter("hello")
numbers, raw = array("d", [1, 2]), bytearray(b"abc")
frozen, order = MappingProxyType({"x": stack}), OrderedDict(b=1, a=2)
window = memoryview(b"hello")[1:3].tobytes()
# %%
settings["zz"]
stack.push(2).push(3)
counts.update("llama")
# %%
print(settings.data, stack, counts.most_common(2), frozen["x"] is stack, type(stack).__name__)
# %%
order.move_to_end("b")
numbers.append(3)
raw += b"d"
recent = deque(stack, maxlen=2)
# %%
recent.append(9)
print(list(order), numbers, raw, recent, recent.maxlen, window, UserList([1]) + [2])
# %%
settings["q"], sorted(settings), counts.total(), frozen
