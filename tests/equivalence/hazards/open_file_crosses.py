# A file stays open over cells.
# expect: refused NB501 at cell 2: out, an open file, open the file again
# %%
out = open("log.txt", "w")
# %%
out.write("one\n")
# %%
out.close()
print(open("log.txt").read())
