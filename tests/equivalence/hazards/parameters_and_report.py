# Parameters of the pipeline, typed, used over cells and never changed by them.
# expect: equal
# %% [parameters]
rate = 0.5
cities = ["Ulm", "Bonn"]
options = {"deep": {"n": 1}}
label = "007"
# %%
from string import Template
# %%
mine = list(cities)
mine.append("Kiel")
# %%
options["deep"]["n"] += 1
print(options, cities, label)
# %%
cities += ["Trier"]
rate *= 2
# %%
print(rate, cities, mine, options)
# %%
Template("$label: ${rate}").substitute(label=label, rate=rate), len(cities)
