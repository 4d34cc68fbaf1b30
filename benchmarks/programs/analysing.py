"""Seconds to analyse and compile a notebook: `analysing.py WARM_UP NOTEBOOK OUT`.

The first notebook pays for what is imported on first use, the second is timed.
"""

import json
import sys
import time
from pathlib import Path

from nbflow import api


def once(notebook: str, *, out: str) -> float:
    """Seconds of reading, analysing, compiling, writing."""
    started = time.perf_counter()
    inspected = api.inspect(Path(notebook))
    assert not inspected.errors, inspected.errors[0]
    api.write(api.compile(inspected), Path(out))
    return time.perf_counter() - started


once(sys.argv[1], out=sys.argv[3])
print(json.dumps({"seconds": once(sys.argv[2], out=sys.argv[3])}))
