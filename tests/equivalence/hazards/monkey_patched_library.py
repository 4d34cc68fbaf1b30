# A function of a library is replaced and used afterwards.
# expect: refused NB407 at cell 2: json, setup
# known: a patched library: today neither an edge nor a refusal (expected NB407, or an edge along w
# %%
import json

plain = json.dumps
# %%
def loud(value, **options):
    return plain(value, **options).upper()


json.dumps = loud
# %%
print(json.dumps({"a": "b"}))
