# `sys.path`, the recursion limit, `sys.argv` and a display hook of one's own.
# expect: equal
# %%
import sys
from pathlib import Path

Path("lib").mkdir()
Path("lib/inner_made.py").write_text("NAME = 'inner'\n");
# %%
sys.path.insert(0, "lib")
# %%
import inner_made

print(inner_made.NAME, "lib" in sys.path)
# %%
sys.setrecursionlimit(1500)
# %%
def depth(n):
    return n if n == 0 else 1 + depth(n - 1)


print(sys.getrecursionlimit(), depth(500))
# %%
sys.path.remove("lib")
"lib" in sys.path
