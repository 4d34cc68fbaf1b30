# `plt.plot` goes on in the figure that an earlier cell left open.
# expect: equal
# %%
import matplotlib.pyplot as plt

plt.rcParams["figure.figsize"] = (3, 2)
plt.rcParams["lines.linewidth"] = 3
%config InlineBackend.close_figures = False
# %%
plt.plot([1, 2, 3])
# %%
plt.plot([3, 2, 1])
plt.title("two lines")
# %%
print(len(plt.gca().lines), plt.get_fignums(), plt.gca().get_title())
# %%
plt.close("all")
print(plt.get_fignums())
