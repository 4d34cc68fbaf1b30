# A library patched in a `setup` cell is patched in every step.
# expect: equal
# %% [setup]
import json

json.real_dumps = json.dumps
json.dumps = lambda value, **options: json.real_dumps(value, **options).upper()
# %%
text = json.dumps({"a": "b"})
# %%
print(text, json.dumps(["x"]))
# %%
json.loads(text.lower())
