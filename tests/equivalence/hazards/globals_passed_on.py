# A template is filled with all names of the notebook.
# expect: refused NB312 at cell 3: rate
# %%
from string import Template

label, rate = "x", 1
# %%
rate *= 2
# %%
Template("$label: ${rate}").substitute(globals())
