# A template is filled with all names of the notebook.
# expect: equal
# known: who gets globals() reads any name: the step sees only what it names (warned, NB304, and different)
# %%
from string import Template

label, rate = "x", 1
# %%
rate *= 2
# %%
Template("$label: ${rate}").substitute(globals())
