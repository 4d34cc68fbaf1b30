# A tracker of experiments with a context manager, nested dicts and files, as teams write them.
# expect: equal
# %%
import json
import time
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path
# %%
runs = defaultdict(lambda: defaultdict(list))
current = []
# %%
@contextmanager
def experiment(name):
    current.append(name)
    try:
        yield runs[name]
    finally:
        current.pop()
        Path("runs").mkdir(exist_ok=True)
        Path("runs", f"{name}.json").write_text(json.dumps(runs[name]))


def record(key, value):
    runs[current[-1]][key].append(value)
# %%
with experiment("first") as run:
    for loss in (0.5, 0.25):
        record("loss", loss)
# %%
with experiment("second"):
    record("loss", 0.125)
    run["loss"].append("late")
# %%
print({name: dict(values) for name, values in runs.items()}, current)
# %%
for path in sorted(Path("runs").glob("*.json")):
    print(path.name, path.read_text())
# %%
best = min(runs, key=lambda name: runs[name]["loss"][0])
best, run is runs["first"], time.strftime("%Y", time.gmtime(0))
