# The working directory is changed over cells.
# expect: equal
# %%
import os
from pathlib import Path

os.makedirs("work/inner")
# %%
os.chdir("work")
# %%
Path("a.txt").write_text("in work");
# %%
os.chdir("inner")
print(Path.cwd().name, Path("../a.txt").read_text())
# %%
os.chdir("../..")
# %%
print(Path("work/a.txt").exists(), Path("a.txt").exists())
