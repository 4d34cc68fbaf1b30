# gzip, zip, JSON lines and pickled files with classes of the notebook.
# expect: equal
# %%
import gzip
import json
import pickle
import zipfile
from dataclasses import dataclass
# %%
@dataclass
class Event:
    name: str
    at: float
# %%
events = [Event("start", 0.5), Event("end", 2.25)]
with gzip.open("events.jsonl.gz", "wt") as lines:
    for event in events:
        lines.write(json.dumps(event.__dict__) + "\n")
# %%
with open("events.pkl", "wb") as file:
    pickle.dump(events, file)
# %%
with zipfile.ZipFile("all.zip", "w") as archive:
    archive.write("events.pkl")
    archive.writestr("note.txt", "hello")
# %%
back = [Event(**json.loads(line)) for line in gzip.open("events.jsonl.gz", "rt")]
print(back == events, back[0] is events[0])
# %%
with zipfile.ZipFile("all.zip") as archive, archive.open("events.pkl") as file:
    unpickled = pickle.load(file)
    print(archive.namelist())
print(unpickled == events, isinstance(unpickled[0], Event))
