# A file of some megabytes crosses several steps; one of them changes a byte of it.
# expect: equal
# %%
import hashlib
from pathlib import Path

big = Path("big.bin")
big.write_bytes(bytes(range(256)) * 16384)
# %%
def digest():
    return hashlib.sha256(big.read_bytes()).hexdigest()[:8]
# %%
print(digest(), big.stat().st_size)
# %%
Path("other.txt").write_text("x");
# %%
with big.open("r+b") as file:
    file.seek(1000)
    file.write(b"!")
# %%
print(digest())
big.rename("moved.bin")
# %%
print(Path("moved.bin").stat().st_size, big.exists())
with open("moved.bin", "ab") as file:
    file.write(b"end")
# %%
Path("moved.bin").read_bytes()[-3:]
