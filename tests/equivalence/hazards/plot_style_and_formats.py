# Library settings of matplotlib and pandas that a cell sets hold in later ones.
# expect: equal
# %%
import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
# %%
plt.style.use("ggplot")
mpl.rcParams.update({"figure.dpi": 50, "font.size": 7})
pd.options.display.float_format = "{:.1f}".format
# %%
%matplotlib inline
%config InlineBackend.figure_formats = ["svg"]
# %%
pd.Series([1.234, 2.345])
# %%
print(plt.rcParams["font.size"], plt.rcParams["axes.facecolor"])
# %%
with plt.rc_context({"font.size": 20}):
    inside = plt.rcParams["font.size"]
print(inside, plt.rcParams["font.size"])
# %%
pd.reset_option("display.float_format")
pd.Series([1.234, 2.345])
