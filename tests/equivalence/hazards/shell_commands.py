# `!`, `%%bash` and their captured outputs, with variables of Python in them.
# expect: equal
# %%
name = "world"
!mkdir -p made && echo hello $name > made/a.txt
# %%
%%bash
cat made/a.txt
echo again >> made/a.txt
# %%
lines = !cat made/a.txt
print(lines, lines.n.count("\n"))
# %%
count = len(lines)
!echo {count + 1} lines
# %%
%%bash -s "$name" --out captured
echo "got $1"
# %%
print(captured)
!test -f made/none.txt; echo $?
# %%
%%sh
wc -l < made/a.txt
