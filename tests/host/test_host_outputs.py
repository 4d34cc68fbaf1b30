"""What a forked kernel puts out is what the kernel that Jupyter starts puts out."""

from __future__ import annotations

import asyncio
import os
import re
import textwrap
from typing import Any

import pytest

from nbflow.host.attempts import Attempt
from nbflow.host.nursery import nursery
from nbflow.host.outputs import as_seen

CASES = {
    "text on both streams": """
        import sys
        print("a"); print("b", file=sys.stderr); print("c")
        ###
        sys.stdout.write("no newline")
        ###
        print("héllo ✓", flush=True); print("\\N{GRINNING FACE}")
    """,
    "values": """
        1 + 1
        ###
        "quiet";
        ###
        None
        ###
        [object.__name__, {"k": (1, 2.5)}]
    """,
    "progress written over itself": """
        import sys, time
        for i in range(4):
            print(f"\\r{i}/3", end=""); sys.stdout.flush(); time.sleep(0.01)
        ###
        print("abc\\b\\bX")
    """,
    "displays that change later": """
        from IPython.display import display, update_display, HTML
        h = display("one", display_id="a"); display(HTML("<b>x</b>"), display_id="b")
        ###
        h.update("two"); print("here")
        ###
        update_display(HTML("<i>y</i>"), display_id="b"); display("three", display_id="a")
    """,
    "cleared outputs": """
        from IPython.display import clear_output, display
        print("gone"); clear_output(); print("stays")
        ###
        for i in range(3):
            clear_output(wait=True); display(i)
        ###
        print("kept"); clear_output(wait=True)
    """,
    "an error that is expected": """
        # raises-exception
        def f(x):
            return 1 / x
        f(0)
        ###
        print("after")
        ###
        # raises-exception
        input("name? ")
        ###
        # raises-exception
        this is no python
    """,
    "a failure of a value's own repr": """
        class Shy:
            def __repr__(self):
                raise ValueError("no")
        # raises-exception
        Shy()
    """,
    "await and tasks": """
        import asyncio
        await asyncio.sleep(0.01, "slept")
        ###
        async def later():
            await asyncio.sleep(0.01)
            return "done"
        task = asyncio.create_task(later())
        ###
        await task
        ###
        # raises-exception
        asyncio.run(later())
    """,
    "programs": """
        !echo one; echo two >&2
        ###
        %%bash
        echo from bash
        echo wrong >&2
        ###
        import os, subprocess
        !true >/dev/null 2>&1
        ###
        lines = !printf 'x\\ny\\n'
        lines
        ###
        # raises-exception
        subprocess.run("exit 3", shell=True, check=True)
    """,
    "processes and threads": """
        import multiprocessing, threading
        def work(n):
            print(f"worker {n}", flush=True)
        p = multiprocessing.get_context("fork").Process(target=work, args=(1,)); p.start(); p.join()
        ###
        t = threading.Thread(target=print, args=("from a thread",)); t.start(); t.join()
        ###
        from concurrent.futures import ThreadPoolExecutor
        with ThreadPoolExecutor(1) as pool:
            print(list(pool.map(str, range(3))))
    """,
    "magics": """
        %%capture held
        print("inside")
        ###
        held.stdout
        ###
        %precision 3
        3.14159
        ###
        %env NBFLOW_SOME=1
        ###
        %%html
        <p>hi</p>
        ###
        %history -n 1-2
        ###
        %who
    """,
    "pictures and tables": """
        import matplotlib.pyplot as plt
        plt.plot([1, 2, 3]);
        ###
        fig, ax = plt.subplots(figsize=(2, 1)); ax.bar([1, 2], [3, 4]); plt.show(); print("shown")
        ###
        import pandas as pd
        pd.DataFrame({"a": [1, 2]})
        ###
        from IPython.display import Image
        Image(b"\\x89PNG\\r\\n\\x1a\\n" + b"\\0" * 30, format="png")
    """,
    "logging and warnings": """
        import logging, warnings
        logging.basicConfig(level=logging.INFO); logging.info("told")
        ###
        warnings.warn("careful")
        ###
        logging.getLogger("x").error("wrong")
    """,
    "where it runs": """
        ip = get_ipython()
        type(ip), ip.__class__.__name__, 'IPKernelApp' in ip.config
        ###
        import os, sys, __main__
        os.path.basename(sys.argv[0]), __name__, __main__ is sys.modules["__main__"], sys.path[0]
        ###
        os.environ["MPLBACKEND"], sys.stdout.isatty(), sys.stdin.read() if sys.stdin else None
        ###
        from IPython import get_ipython as again
        again() is ip, ip.kernel is not None, os.getcwd() == os.environ["PWD"]
        ###
        print(_, Out[1], In[1]); __builtins__
    """,
    "much text": """
        print("x" * 20_000)
        ###
        for i in range(20_000):
            print(i)
    """,
    "odd text": """
        print("\\x00\\x1b[31mred\\x1b[0m")
        ###
        float("nan"), float("inf")
    """,
    "widgets": """
        import ipywidgets as w
        out = w.Output(); slider = w.IntSlider(value=3, max=7)
        ###
        display(slider)
        ###
        with out:
            print("caught"); display(1)
        print("not caught")
        ###
        out.outputs[0]["text"], slider.value
    """,
}  # fmt: skip
_CHANGING = re.compile(
    r"0x[0-9a-f]+|ipykernel_\d+|/tmp/[\w/.-]*|tmp\w{8}|IPY_MODEL_[0-9a-f]{32}"
    r"|\b[0-9a-f]{32}\b|\bline_profiler\b"
)


def cells_of(text: str) -> list[dict[str, Any]]:
    cells = []
    for number, source in enumerate(textwrap.dedent(text).strip().split("\n###\n")):
        tags = ["raises-exception"] if "# raises-exception" in source else []
        cells.append(
            {
                "cell_type": "code",
                "id": f"c{number}",
                "metadata": {"tags": tags},
                "source": source,
                "outputs": [],
                "execution_count": None,
            }
        )
    return cells


def execute(text, folder, *, forked):
    notebook = {
        "cells": cells_of(text),
        "metadata": {"kernelspec": {"name": "python3", "display_name": "", "language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    folder.mkdir()

    async def run():
        attempt = Attempt(
            notebook,
            path=folder / "out.ipynb",
            folder=folder,
            log=folder / "log",
            env={**os.environ, "PWD": str(folder)},
            watch=lambda *_: None,
            nursery=nursery() if forked else None,
        )
        return await attempt.run(timeout=120), attempt

    failure, attempt = asyncio.run(run())
    assert failure is None, failure
    return attempt._notebook


def told(notebook):
    """The outputs without what differs from one kernel to the next anyway."""
    found = []
    for cell in notebook["cells"]:
        outputs = [steady(output) for output in cell["outputs"]]
        found.append((cell["execution_count"], outputs))
    return found


def steady(value):
    if isinstance(value, dict):
        return {key: steady(one) for key, one in value.items()}
    if isinstance(value, list):
        return [steady(one) for one in value]
    return _CHANGING.sub("…", value) if isinstance(value, str) else value


@pytest.mark.parametrize("name", CASES)
def test_a_forked_kernel_puts_out_what_jupyters_does(name, tmp_path):
    if name == "widgets":
        pytest.importorskip("ipywidgets")
    ours = execute(CASES[name], tmp_path / "ours", forked=True)
    theirs = execute(CASES[name], tmp_path / "theirs", forked=False)
    assert told(ours) == told(theirs)
    if name == "widgets":
        assert models(ours) == models(theirs) != []


def test_a_reply_that_comes_while_a_widget_is_answered_is_not_missed(tmp_path):
    first = "import ipywidgets as w\nout = w.Output()"
    text = "\n###\n".join([first, *(["with out:\n    print('caught')\nprint('seen')"] * 60)])
    cells = execute(text, tmp_path / "run", forked=False)["cells"]
    seen = [{"output_type": "stream", "name": "stdout", "text": "seen\n"}]
    assert [cell["outputs"] for cell in cells] == [[], *([seen] * 60)]


def test_what_programs_write_stands_where_it_was_written(tmp_path):
    text = """
        import os, subprocess, sys
        print("first"); os.system("echo second"); print("third"); os.write(1, b"fourth"); print("!")
        subprocess.Popen("sleep 0.3; echo late", shell=True).wait()
        ###
        print("\\ud800")
    """
    cells = execute(text, tmp_path / "run", forked=True)["cells"]
    assert cells[0]["outputs"][0]["text"] == "first\nsecond\nthird\nfourth!\nlate\n"
    assert cells[1]["outputs"][0]["text"] == "\ud800\n"


def test_a_stream_of_the_cells_own_does_no_harm(tmp_path):
    text = """
        import io, sys
        print("before"); real = sys.stdout; sys.stdout = io.StringIO(); sys.stdout.close()
        ###
        sys.stdout = real; print("after")
        ###
        # raises-exception
        sys.stdout = None
    """
    cells = execute(text, tmp_path / "run", forked=True)["cells"]
    assert [cell["outputs"] for cell in cells[:2]] == [
        [{"output_type": "stream", "name": "stdout", "text": "before\n"}],
        [{"output_type": "stream", "name": "stdout", "text": "after\n"}],
    ]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a\rb", "b"),
        ("a\r\nb", "a\r\nb"),
        ("1\r2\r3\nx\ry\n", "3\ny\n"),
        ("a\r", "a\r"),
        ("a\r\r\n", "\r\n"),
        ("\r" + "x" * 3_000_000, "x" * 3_000_000),
    ],
)
def test_a_line_that_is_written_over_keeps_what_came_last(text, seen):
    assert as_seen(text) == seen


def models(notebook):
    states = notebook["metadata"]["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    return sorted((one["model_name"], sorted(one["state"])) for one in states.values())
