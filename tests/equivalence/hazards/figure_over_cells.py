# A figure is begun in one cell and continued in later ones.
# expect: equal
# %%
import matplotlib.pyplot as plt
import numpy as np

fig, (left, right) = plt.subplots(1, 2, figsize=(4, 2))
plt.close(fig)
# %%
x = np.linspace(0, 3, 20)
left.plot(x, np.sin(x), label="sin")
# %%
right.bar(["a", "b"], [1, 2])
left.legend();
# %%
fig
# %%
left.set_title("changed")
fig.suptitle("both")
fig
# %%
print(len(fig.axes), left.get_title(), fig.axes[0] is left)
