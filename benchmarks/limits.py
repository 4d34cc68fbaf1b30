"""What no program of this kind can go below here: the floor under the targets."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.frames import WORK as FRAME
from benchmarks.measure import Cost, Work, in_turns
from benchmarks.notebooks import two
from benchmarks.places import OURS, PROGRAMS, Place

_SIZE = 470_000_000  # bytes of the frame that is handed on
_STARTS = {
    "a Python process that does nothing": "pass",
    "a Python process that imports IPython's shell": "import IPython.core.interactiveshell",
    "a Python process that imports ipykernel's shell": "import ipykernel.zmqshell",
    "a Python process that imports ipykernel's shell and runs the two cells in it": (
        "from ipykernel.zmqshell import ZMQInteractiveShell\n"
        "shell = ZMQInteractiveShell.instance()\n"
        + "".join(f"shell.run_cell({source!r}, store_history=True)\n" for source in two())
    ),
    "a Python process that imports nbclient": "import nbclient",
}
_PASSES = {
    "write 470 MB into the page cache": """\
with open("bytes", "wb") as stream:
    started = time.perf_counter()
    stream.write(data)
    stream.flush()
""",
    "write 470 MB and wait for the disk": """\
with open("bytes", "wb") as stream:
    started = time.perf_counter()
    stream.write(data)
    stream.flush()
    os.fsync(stream.fileno())
""",
    "sha256 of 470 MB, one core": "started = time.perf_counter()\nhashlib.sha256(data).digest()\n",
    "write 470 MB into the page cache and take their sha256, all cores": """\
with open("bytes", "wb") as stream, ThreadPoolExecutor(os.cpu_count()) as pool:
    started = time.perf_counter()
    parts = (view[at : at + (1 << 20)] for at in range(0, len(view), 1 << 20))
    digests = pool.map(lambda part: hashlib.sha256(part).digest(), parts)
    stream.write(data)
    stream.flush()
    hashlib.sha256(b"".join(digests)).digest()
""",
}
_BESIDE = {
    "a Python process that imports nbclient",
    "write 470 MB and wait for the disk",
    "sha256 of 470 MB, one core",
}
"""What is there to compare with: nbflow need not do that."""
_PROGRAM = f"""\
import hashlib, json, os, sys, time
from concurrent.futures import ThreadPoolExecutor
sys.path.insert(0, {str(PROGRAMS)!r})
from recycling import recycle
data = bytearray(os.urandom(1 << 20)) * ({_SIZE} >> 20)
view = memoryview(data)
recycle()
{{body}}
print(json.dumps({{{{"seconds": time.perf_counter() - started}}}}))
"""


def limits(place: Place) -> Iterator[Cost]:
    """Bare processes, and one pass over the frame's bytes."""
    works = {name: _start(source, place) for name, source in _STARTS.items()}
    works |= {name: _pass(body, place) for name, body in _PASSES.items()}
    taken = in_turns(works, repeat=place.repeat, say=place.say)
    for name, samples in taken.items():
        under = "two-cell notebook" if name in _STARTS else f"{FRAME}, out and in"
        yield Cost("limits", name, samples, "" if name in _BESIDE else under)


def _start(source: str, place: Place) -> Work:
    def work() -> float:
        seconds, _ = place.run((OURS / "python", "-c", source), cwd=place.folder)
        return seconds

    return work


def _pass(body: str, place: Place) -> Work:
    def work() -> float:
        with place.empty() as folder:
            command = (OURS / "python", "-c", _PROGRAM.format(body=body))
            return float(place.told(command, cwd=folder)["seconds"])

    return work
