# Child processes read and write files; a pool is used within one cell.
# expect: equal
# %%
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from math import sqrt
from pathlib import Path
# %%
Path("numbers.txt").write_text("1\n4\n9\n")
code = "import sys; print(sum(map(int, open(sys.argv[1]))), file=open('sum.txt', 'w'))"
# %%
subprocess.run([sys.executable, "-c", code, "numbers.txt"], check=True);
# %%
print(Path("sum.txt").read_text())
# %%
with ProcessPoolExecutor(1) as pool:
    roots = list(pool.map(sqrt, map(int, Path("numbers.txt").read_text().split())))
# %%
subprocess.run("echo 16 >> numbers.txt", shell=True, check=True)
print(roots)
# %%
Path("numbers.txt").read_text().split(), roots
