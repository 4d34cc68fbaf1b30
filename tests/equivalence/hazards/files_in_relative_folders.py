# Files and folders written, read, appended, moved and deleted below the working directory.
# expect: equal
# %%
import json
import shutil
from pathlib import Path
# %%
out = Path("out")
(out / "deep").mkdir(parents=True)
(out / "deep" / "a.json").write_text(json.dumps({"a": 1}))
# %%
with open(out / "log.txt", "a") as log:
    log.write("one\n")
# %%
with open(out / "log.txt", "a") as log:
    log.write("two\n")
print((out / "log.txt").read_text())
# %%
shutil.move(out / "deep" / "a.json", "b.json")
data = json.load(open("b.json"))
# %%
data["b"] = 2
Path("b.json").write_text(json.dumps(data))
# %%
print(sorted(str(p) for p in Path(".").rglob("*.json")), json.load(open("b.json")) == data)
# %%
shutil.rmtree(out)
print(out.exists(), Path("b.json").exists())
# %%
out.mkdir(exist_ok=True)
(out / "again").touch()
[p.name for p in out.iterdir()]
