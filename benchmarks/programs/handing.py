"""What a frame costs by dill or pickle: `handing.py dill|pickle out|in NOTEBOOK FILE`.

`out` makes the frame as the notebook's first step does; `in` brings it back in a new process.
"""

import json
import sys
import time
from pathlib import Path

from recycling import recycle

LIBRARY, DIRECTION, NOTEBOOK, FILE = sys.argv[1:]


def sources() -> list[str]:
    """The notebook's cells."""
    return [cell["source"] for cell in json.loads(Path(NOTEBOOK).read_text())["cells"]]


def seconds() -> float:
    """Of the one call that writes or reads."""
    imports, make, _ = sources()
    space: dict[str, object] = {}
    exec(imports, space)
    if LIBRARY == "dill":
        import dill as library

        options = {}
    else:
        import pickle as library

        options = {"protocol": 5}
    if DIRECTION == "out":
        exec(make, space)
    recycle()
    started = time.perf_counter()
    with open(FILE, "wb" if DIRECTION == "out" else "rb") as stream:  # noqa: PTH123
        if DIRECTION == "out":
            library.dump(space["frame"], stream, **options)
        else:
            space["frame"] = library.load(stream)
    taken = time.perf_counter() - started
    assert space["frame"].shape[1] == 10
    return taken


print(json.dumps({"seconds": seconds()}))
