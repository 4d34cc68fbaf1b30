# In-memory files keep their position, and text wrapped around bytes.
# expect: equal
# %%
import csv
import io

text = io.StringIO("a,b\n1,2\n3,4\n")
raw = io.BytesIO(b"0123456789")
# %%
print(text.readline(), raw.read(3))
# %%
rows = list(csv.reader(text))
raw.seek(-2, 2)
# %%
print(rows, raw.read(), text.tell())
# %%
raw.write(b"end")
alias = raw
# %%
alias.seek(0)
print(alias.getvalue(), raw.tell(), alias is raw)
