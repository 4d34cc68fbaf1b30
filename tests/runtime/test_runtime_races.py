"""A step that changes its inputs where nobody could see it: found, named, and at what cost."""

import pytest
from by_hand import Hand, Notebook, assert_success, orders
from forked_shells import run

from nbflow.runtime import Orders, open_store, read_manifest

HIDDEN = "def hidden(x):\n    getattr(x, 'app' + 'end')(9)\n"


def branches(*cells, check=True, before=()):
    """`left` changes what `right` reads without waiting for it."""
    return Notebook(
        {
            "make": Hand(["items = [1]", "words = {'a': items}"], saves=["items", "words"]),
            "left": Hand(
                [*before, *cells], after=["make"], needs=["items"], definitions=[("hidden", HIDDEN)]
            ),
            "right": Hand(
                ["import math", "print(items)", "print(len(items))"],
                after=["make"],
                needs=["items"],
            ),
        },
        check_in_place=check,
    )


def test_a_change_that_another_step_does_not_see_fails_with_the_cells_of_both(tmp_path):
    found = run(branches("hidden(items)", before=["import os"]), tmp_path / "run")
    assert found.failed_step is not None
    failure = found.failed_step.failure
    assert failure is not None
    left, right = branches("x", before=["y"]).ids("left"), branches("x").ids("right")
    assert f"step 'left' (cell {left[1]}) changed variable 'items'" in failure.evalue
    assert f"step 'right' (cells {right[1]}, {right[2]})" in failure.evalue
    assert "`prev:left`" in failure.evalue


def test_a_cell_magic_is_one_cell(tmp_path):
    found = run(branches("hidden(items)", before=["%%time\nx = 1\ny = 2"]), tmp_path / "run")
    assert found.failed_step is not None
    assert found.failed_step.failure is not None
    cell = branches("x", before=["y"]).ids("left")[1]
    assert f"step 'left' (cell {cell})" in found.failed_step.failure.evalue


def test_what_was_only_read_is_no_change(tmp_path):
    assert_success(run(branches("print(items)"), tmp_path / "run"))


def test_the_check_can_be_turned_off(tmp_path):
    notebook = branches("hidden(items)", check=False)
    assert not Orders.from_json(orders(notebook, "left").to_json()).check_in_place
    assert_success(run(notebook, tmp_path / "run"))
    manifest = read_manifest(open_store(str(tmp_path / "run")), "left")
    assert manifest is not None
    assert manifest.changed == {}


BIG = 50_000_000  # numbers: 400 MB

COST = """
import resource, threading
def resident():
    pages = int(open('/proc/self/statm').read().split()[1])
    return pages * resource.getpagesize()
total = float(frame['a'].iloc[:1000].sum())
from nbflow.runtime import outputs
checked = outputs.changed_inputs
def measured(inputs):
    peaks, done = [resident()], threading.Event()
    def watch():
        while not done.wait(0.001):
            peaks.append(resident())
    thread = threading.Thread(target=watch)
    thread.start()
    found = checked(inputs)
    done.set()
    thread.join()
    open(%r, 'w').write(f'{max(peaks) - peaks[0]} {len(found)}')
    return found
outputs.changed_inputs = measured
"""


@pytest.mark.parametrize(("touch", "found"), [("", 0), ("frame.loc[5, 'a'] = -1.0", 1)])
def test_looking_at_a_large_frame_costs_no_memory(tmp_path, touch, found):
    report = tmp_path / "report"
    notebook = Notebook(
        {
            "make": Hand(
                [
                    "import numpy as np, pandas as pd",
                    f"frame = pd.DataFrame({{c: np.arange({BIG // 4}.0) for c in 'abcd'}})",
                ],
                saves=["frame"],
            ),
            "use": Hand([COST % str(report), touch or "pass"], after=["make"], needs=["frame"]),
            "more": Hand(["pass"], after=["use"]),
        }
    )
    assert_success(run(notebook, tmp_path / "run"))
    growth, changed = map(float, report.read_text().split())
    assert changed == found
    if not found:
        assert growth < 0.1 * BIG * 8
