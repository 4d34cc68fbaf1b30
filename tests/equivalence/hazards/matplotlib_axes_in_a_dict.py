# Axes in a dict are drawn on by helper functions; the figure is saved as a file.
# expect: equal
# %%
import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
import numpy as np
# %%
fig, axes = plt.subplot_mosaic([["a", "b"]], figsize=(3, 1.5), dpi=50)
# %%
def decorate(name, **options):
    axes[name].set(title=name, **options)
    return axes[name]
# %%
decorate("a").plot(np.arange(3), color="red");
# %%
lines = decorate("b", xlabel="x").plot([1, 2], [2, 1])
# %%
lines[0].set_linewidth(5)
fig.savefig("figure.png")
# %%
image = plt.imread("figure.png")
print(image.shape, image.sum().round(1), len(axes["a"].lines), lines[0] is axes["b"].lines[0])
# %%
plt.gcf() is fig, plt.get_fignums()
