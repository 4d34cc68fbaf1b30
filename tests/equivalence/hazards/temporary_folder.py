# A temporary folder outside the working directory is used over cells.
# expect: equal
# %%
import tempfile
from pathlib import Path

folder = Path(tempfile.mkdtemp())
# %%
(folder / "a.txt").write_text("kept")
# %%
print((folder / "a.txt").read_text())
