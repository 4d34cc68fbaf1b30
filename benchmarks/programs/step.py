"""Run a step notebook's cells in this process: `step.py STEP.ipynb RUN FILES [VARIABLE]`.

Prints seconds by cell, the growth of the peak of resident memory from before the inputs are loaded
to the end of the author's cells, and the bytes of a frame. Nothing of nbflow is called but by the
notebook itself, whose cells run in an IPython shell as in a kernel.
"""

import json
import re
import sys
import time
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell
from recycling import recycle

STEP, RUN, FILES, *VARIABLE = sys.argv[1:]


def resident(field: str) -> int:
    """Bytes: `VmRSS` now, or `VmHWM` at the peak."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(rf"{field}:\s+(\d+) kB", status)[1]) * 1024


def main() -> dict[str, object]:
    """Run all cells; what they took."""
    shell = InteractiveShell.instance()
    seconds: dict[str, float] = {}
    before = peak = 0
    for cell in json.loads(Path(STEP).read_text())["cells"]:
        role = cell["metadata"].get("nbflow", {}).get("role", cell["id"])
        source = cell["source"]
        if role == "parameters":
            given = {"params": "{}", "run": RUN, "files": FILES, "attempt": "1"}
            source = "\n".join(f"nbflow_{name} = {value!r}" for name, value in given.items())
        if role in {"load", "save"}:
            recycle()
        if role == "load":
            before = resident("VmRSS")
            Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew from here
        if role == "save":
            peak = resident("VmHWM")
        started = time.perf_counter()
        result = shell.run_cell(source, store_history=True)
        seconds[role] = time.perf_counter() - started
        result.raise_error()
    size = [int(shell.user_ns[name].memory_usage(deep=True).sum()) for name in VARIABLE]
    return {"seconds": seconds, "growth": peak - before, "size": size}


print(json.dumps(main()))
