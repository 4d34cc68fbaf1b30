# A change that no rule can see, in a step that the later reader does not wait for.
# expect: fails loudly: s2, cell-1, s3, cell-2, items, prev
# %%
items = [3, 1, 2]
# %%
getattr(__import__("builtins"), "".join(["li", "st"])).append(items, 9)
# %%
print(sorted(items))
