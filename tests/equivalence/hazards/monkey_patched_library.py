# A function of a library is replaced and used afterwards.
# expect: equal
# %%
import json

plain = json.dumps
# %%
def loud(value, **options):
    return plain(value, **options).upper()


json.dumps = loud
# %%
print(json.dumps({"a": "b"}))
