# A name is bound in a loop that did not run; a later cell asks whether it is there.
# expect: equal
# %%
for i in []:
    pass
# %%
print("i" in globals())
# %%
try:
    i
except NameError as error:
    print(error)
