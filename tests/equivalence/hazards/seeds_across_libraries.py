# Random state of `random`, numpy (old and new) and a generator shared by two names.
# expect: equal
# %%
import random

import numpy as np

random.seed(1)
np.random.seed(2)
# %%
rng = np.random.default_rng(3)
same = rng
# %%
print(random.random(), np.random.rand(), rng.random())
# %%
values = np.random.normal(size=3)
random.shuffle(deck := list(range(5)))
# %%
print(values, deck, same.integers(100), rng is same)
# %%
child = rng.spawn(1)[0]
state = random.getstate()
# %%
print(child.random(), random.random(), np.random.permutation(4))
# %%
random.setstate(state)
print(random.random(), rng.bit_generator.state["state"]["state"] % 1000)
# %%
own = random.Random(5)
old = np.random.RandomState(7)
# %%
print(own.random(), old.rand(), np.random.get_state()[2])
