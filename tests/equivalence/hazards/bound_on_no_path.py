# A name is bound in a loop that did not run; a later cell asks whether it is there.
# expect: equal
# known: asking for a name in globals() takes it from its step, which did not bind it (fails loudly)
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
