"""However a step fails: it is never a success, its cause has a name, and nothing is left over."""

import functools
import re

import processes
import pytest
from by_hand import Hand, Notebook, run

from nbflow import host
from nbflow.runtime import open_store, read_manifest

BEFORE = "x = [1]\nprint('before')"
EAT = """
import resource
size = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + (256 << 20), resource.RLIM_INFINITY))
bytearray(2 << 30)
"""
START = """
import os, subprocess, sys
subprocess.Popen(['sleep', '1000'])
subprocess.Popen(['sleep', '1001'], start_new_session=True)
ignore = 'import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(1002)'
subprocess.Popen([sys.executable, '-c', ignore])
"""
RESIST = """
import time
while True:
    try:
        time.sleep(600)
    except KeyboardInterrupt:
        pass
"""
ENV = {"forked": {}, "jupyter": {"PYTHONUTF8": "1"}}
"""What only a new interpreter can heed: the host then lets Jupyter start the kernel."""
PATIENCE = {"forked": 3, "jupyter": 12}
FAILURES = {
    "raises": ("1 / 0", "ZeroDivisionError", "division by zero"),
    "syntax": ("x = = 1", "SyntaxError", "invalid syntax"),
    "exits": ("import sys\nsys.exit(0)", "SystemExit", "ended before its last cell"),
    "leaves": ("import os\nos._exit(0)", "KernelDied", "ended with status 0"),
    "is_killed": ("import os\nos.kill(os.getpid(), 9)", "KernelDied", "SIGKILL"),
    "crashes": ("import ctypes\nctypes.string_at(0)", "KernelDied", "SIGSEGV"),
    "aborts": ("import os\nos.abort()", "KernelDied", "SIGABRT"),
    "eats": (EAT, "MemoryError", ""),
    "interrupts": ("raise KeyboardInterrupt", "KeyboardInterrupt", ""),
    "cancels": ("import asyncio\nraise asyncio.CancelledError('me')", "CancelledError", ""),
    "awaits": ("import asyncio\nawait asyncio.sleep(0)\n{}['key']", "KeyError", "key"),
    "shells": ("%%bash\necho on\nexit 3", "CalledProcessError", "exit status 3"),
    "thread_leaves": (
        "import os, threading, time\nthreading.Timer(1, os._exit, (0,)).start(); time.sleep(9)",
        "KernelDied",
        "ended with status 0",
    ),
    "orphans": (
        f"{START}\nos.kill(os.getpid(), 9)",
        "KernelDied",
        "SIGKILL",
    ),
    "sleeps": ("import time\ntime.sleep(600)", "Timeout", "the step took longer than"),
    "resists": (
        RESIST,
        "Timeout",
        "the step took longer than",
    ),
}
"""By step: its second cell, and the failure's name and text."""

LATE = {
    "cannot_save": ("x = (i for i in 'ab')", "StoreError", r"variable 'x' \(generator\) of step"),
    "leaves_late": (
        "import os\nclass X:\n    def __reduce__(self):\n        os._exit(0)\nx = X()",
        "KernelDied",
        "ended with status 0",
    ),
    "is_killed_late": (
        "import os\nclass X:\n    def __reduce__(self):\n        os.kill(os.getpid(), 9)\nx = X()",
        "KernelDied",
        "SIGKILL",
    ),
    "exits_late": (
        "import sys\nclass X:\n    def __reduce__(self):\n        sys.exit(0)\nx = X()",
        "StoreError|SystemExit",
        "",
    ),
}
"""The same, of steps that fail after their last cell, when it is saved what they made."""


TOLD_BY_THE_KERNEL = {"syntax", "eats", "interrupts", "cancels", "awaits", "shells", "exits_late"}
"""What the way in which a kernel is started makes no difference to."""


def cases(names):
    """Each step in a forked kernel, and where it matters in one that Jupyter started."""
    found = [("forked", name) for name in names]
    return found + [("jupyter", name) for name in names if name not in TOLD_BY_THE_KERNEL]


def failing(executor):
    """All that fails as independent pairs of steps, the second of each needing the first."""
    steps = {}
    for name, (source, *_) in (FAILURES | LATE).items():
        if (executor, name) in cases(FAILURES | LATE):
            timeout = PATIENCE[executor] if name in ("sleeps", "resists") else None
            tags = ["raises-exception"] if name == "is_killed" else []
            steps |= pair(name, source, tags=tags, timeout=timeout)
    return Notebook(steps, env=ENV[executor])


def pair(name, source, *, tags=(), timeout=None):
    first = Hand([BEFORE, source, "print('last')"], saves=["x"], tags=tags, timeout=timeout)
    return {name: first, f"after_{name}": Hand(["print(x)"], after=[name], needs=["x"])}


@pytest.fixture(scope="module")
def failed(tmp_path_factory):
    """The run of what fails, its folder and its processes' mark, by executor."""
    return functools.cache(lambda executor: ran(failing(executor), tmp_path_factory))


@pytest.fixture(scope="module")
def passed(tmp_path_factory):
    """The same of what does not fail."""
    return functools.cache(lambda executor: ran(passing(executor), tmp_path_factory))


def ran(notebook, tmp_path_factory):
    folder, mark = tmp_path_factory.mktemp("failures") / "run", processes.new_mark()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(processes.MARK, mark)
        finished = run(notebook, folder, workers=4)
    return finished, folder, mark


def step_of(finished, name):
    return next(step for step in finished.steps if step.name == name)


def texts(notebook, cell):
    found = next(one for one in notebook["cells"] if one["id"] == cell)
    return "".join("".join(one.get("text", "")) for one in found["outputs"])


def assert_stopped(finished, folder, name):
    """Nothing of a failed step is visible downstream, and what it did is on disk."""
    assert finished.state == "failed"
    assert step_of(finished, name).state == "failed"
    assert read_manifest(open_store(str(folder)), name) is None
    assert step_of(finished, f"after_{name}").state == "upstream_failed"
    assert not (folder / f"after_{name}").exists()
    executed = host.executed(folder)[name]
    assert texts(executed, f"{name}-0") == "before\n"
    assert sorted(path.name for path in (folder / name).glob("*.ipynb")) == ["try-1.ipynb"]
    return step_of(finished, name).failure, executed


@pytest.mark.parametrize(("executor", "name"), cases(FAILURES))
def test_a_cell_that_fails_is_named_with_its_cause(failed, executor, name):
    finished, folder, _ = failed(executor)
    failure, executed = assert_stopped(finished, folder, name)
    _, ename, evalue = FAILURES[name]
    assert failure.ename == ename, failure
    assert re.search(evalue, failure.evalue), failure
    position = 4 * [step.name for step in finished.steps].index(name) // 2 + 2
    assert (failure.cell, failure.cell_index) == (f"{name}-1", position)
    step = step_of(finished, name)
    assert (step.cells_done, step.cells_total, step.cell) == (1, 3, None)
    assert texts(executed, f"{name}-2") == ""
    read = host.progress(folder, name)
    assert read is not None
    assert read.state != "success"
    assert read.cells_done == 1


@pytest.mark.parametrize(("executor", "name"), cases(LATE))
def test_a_step_that_cannot_save_after_its_last_cell_fails(failed, executor, name):
    finished, folder, _ = failed(executor)
    failure, executed = assert_stopped(finished, folder, name)
    _, ename, evalue = LATE[name]
    assert re.fullmatch(ename, failure.ename), failure
    assert re.search(evalue, failure.evalue), failure
    assert (failure.cell, failure.cell_index) == (None, None)
    assert texts(executed, f"{name}-2") == "last\n"
    read = host.progress(folder, name)
    assert read is not None
    assert read.state != "success"


@pytest.mark.parametrize("executor", ENV)
def test_no_process_is_left_of_what_failed(failed, executor):
    assert processes.left(failed(executor)[2]) == []


QUIET = {
    "thread_raises": (
        "import threading\ndef work():\n    raise ValueError('in a thread')\n"
        "one = threading.Thread(target=work)\none.start()\none.join()"
    ),
    "raises_at_exit": "import atexit\natexit.register(lambda: 1 / 0)",
    "exits_at_exit": "import atexit, os\natexit.register(lambda: os._exit(5))",
    "may_raise": "1 / 0",
    "leaves_programs": START,
    "forks": (
        "import os, time\npid = os.fork()\nif pid == 0:\n    time.sleep(0.1)\n    os._exit(1)\n"
        "os.waitpid(pid, 0)"
    ),
    "thread_stays": (
        "import threading, time\n"
        "threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()"
    ),
}
"""What would not stop the notebook run whole either, and loses nothing."""


def passing(executor):
    steps = {}
    for name, source in QUIET.items():
        if executor == "forked" or name in ("exits_at_exit", "leaves_programs"):
            steps |= pair(name, source, tags=["raises-exception"] if name == "may_raise" else [])
    return Notebook(steps, env=ENV[executor])


@pytest.mark.parametrize("name", QUIET)
def test_what_does_not_stop_a_notebook_stops_no_step(passed, name):
    finished, folder, _ = passed("forked")
    assert step_of(finished, name).failure is None
    assert step_of(finished, f"after_{name}").failure is None
    executed = host.executed(folder)
    assert texts(executed[f"after_{name}"], f"after_{name}-0") == "[1]\n"
    assert texts(executed[name], f"{name}-2") == "last\n"
    if name == "thread_raises":
        assert "ValueError: in a thread" in texts(executed[name], f"{name}-1")


@pytest.mark.parametrize("executor", ENV)
def test_programs_that_a_step_started_end_with_it(passed, executor):
    finished, _, mark = passed(executor)
    assert finished.state == "success"
    assert processes.left(mark) == []
