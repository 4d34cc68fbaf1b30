"""An executed notebook on disk: whole at any moment, and a kill loses the running cell at most."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from by_hand import Hand, Notebook, step_notebook

from nbflow.host import executed
from nbflow.host.drafts import Draft, read_draft
from waiting import until


def notebook(cells):
    return {
        "cells": [
            {"cell_type": "code", "id": f"c{n}", "metadata": {}, "outputs": [], "source": ""}
            for n in range(cells)
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def end(draft, cell, text):
    cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": text}]
    draft.touch()
    draft.keep(cell)


def texts(path):
    return [cell["outputs"][0]["text"] for cell in read_draft(path)["cells"] if cell["outputs"]]


def test_cells_that_ended_since_the_notebook_was_written_are_read_with_it(tmp_path):
    held = notebook(3)
    draft = Draft(held, tmp_path / "try-1.ipynb")
    draft.write()
    end(draft, held["cells"][0], "one")
    end(draft, held["cells"][1], "two\nlines \u2028 \ud800")
    assert texts(draft.path) == ["one", "two\nlines \u2028 ?"]
    assert json.loads(draft.path.read_text())["cells"][0]["outputs"] == []
    draft.write()
    assert texts(draft.path) == ["one", "two\nlines \u2028 ?"]
    assert [path.name for path in tmp_path.iterdir()] == ["try-1.ipynb"]


def test_a_line_that_was_cut_off_is_passed_over(tmp_path):
    held = notebook(2)
    draft = Draft(held, tmp_path / "try-1.ipynb")
    draft.write()
    for cell, text in zip(held["cells"], ("one", "two"), strict=True):
        end(draft, cell, text)
    lines = tmp_path / "try-1.cells"
    whole = lines.read_bytes()
    for length in range(len(whole)):
        lines.write_bytes(whole[:length])
        ended = whole[:length].count(b"\n")
        assert texts(draft.path)[:ended] == ["one", "two"][:ended]


def test_an_ended_cell_is_written_once(tmp_path):
    held = notebook(100)
    draft = Draft(held, tmp_path / "try-1.ipynb")
    draft.write()
    for cell in held["cells"]:
        end(draft, cell, "x" * 1000)
    assert len((tmp_path / "try-1.cells").read_bytes()) < 100 * 1200


def bearing(mark):
    """The processes that have a mark in their environment, but for this one."""
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if mark.encode() in environ.read_bytes() and environ.parent.name != str(os.getpid()):
                found.append(environ.parent.name)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_a_killed_host_loses_the_running_cell_at_most(tmp_path, seed):
    chance = random.Random(seed)
    cells = [
        f"import os, time\nprint('x' * 20_000)\nopen({str(tmp_path)!r} + '/ended', 'w')"
        f".write('{number}')\ntime.sleep({chance.random() / 50})"
        for number in range(300)
    ]
    step = step_notebook(Notebook({"many": Hand(cells)}), "many")
    path = tmp_path / "many.ipynb"
    path.write_text(json.dumps(step))
    run = tmp_path / "run"
    host = subprocess.Popen(
        [sys.executable, "-m", "nbflow.host", str(path), "--run", str(run)],
        stderr=subprocess.DEVNULL,
        env={**os.environ, "NBFLOW_TEST_MARK": str(tmp_path)},
    )
    until((tmp_path / "ended").exists)
    time.sleep(chance.random())
    host.send_signal(signal.SIGKILL)
    host.wait()
    until(lambda: not bearing(str(tmp_path)))
    begun = int((tmp_path / "ended").read_text() or 0)
    found = executed(run)["many"]["cells"]
    kept = [cell for cell in found if cell["id"].startswith("many-") and cell["outputs"]]
    assert len(kept) >= begun
    assert all(cell["outputs"][0]["text"] == "x" * 20_000 + "\n" for cell in kept)
