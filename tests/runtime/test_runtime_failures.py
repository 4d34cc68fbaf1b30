"""What must not cross, or not silently, and what it says."""

import json

import pytest
from by_hand import Hand, Notebook, assert_success
from by_hand import run as run_kernels
from forked_shells import run

from nbflow import host


def failure(finished, step):
    found = next(one for one in finished.steps if one.name == step)
    assert found.state == "failed", found
    return found.failure


def test_what_cannot_be_pickled_is_named_with_its_step_and_the_fix(tmp_path):
    notebook = Notebook(
        {
            "generator": Hand(["numbers = (n for n in range(3))"], saves=["numbers"]),
            "file": Hand(["stream = open('x', 'w+')"], saves=["stream"]),
            "lock": Hand(["import threading\nguard = {'a': threading.Lock()}"], saves=["guard"]),
        }
    )
    finished = run(notebook, tmp_path / "run")
    for step, variable, kind in [
        ("generator", "numbers", "generator"),
        ("file", "stream", "TextIOWrapper"),
        ("lock", "guard", "dict"),
    ]:
        found = failure(finished, step)
        assert found.ename == "StoreError"
        assert found.cell is None
        assert f"variable '{variable}' ({kind}) of step '{step}'" in found.evalue
        assert "make it in a `setup` cell" in found.evalue


def test_a_variable_that_was_never_bound_is_named(tmp_path):
    notebook = Notebook(
        {
            "make": Hand(["if False:\n    late = 1"], saves=["late"]),
            "use": Hand(["late"], after=["make"], needs=["late"]),
        }
    )
    found = failure(run(notebook, tmp_path / "run"), "use")
    assert found.ename == "StoreError"
    assert "needs variable 'late', which step 'make' ended without binding" in found.evalue


def test_a_deleted_variable_does_not_come_back(tmp_path):
    notebook = Notebook(
        {
            "make": Hand(["a = 1"], saves=["a"]),
            "drop": Hand(["del a"], after=["make"], needs=["a"]),
            "use": Hand(["a"], after=["drop"], needs=["a"]),
        }
    )
    assert failure(run(notebook, tmp_path / "run"), "use").ename == "StoreError"


@pytest.mark.parametrize("damage", ["changed", "gone"])
def test_a_damaged_artifact_is_named(tmp_path, damage):
    folder = tmp_path / "run"
    spoil = {
        "changed": "f = open(path, 'r+b'); f.seek(40); f.write(b'!!'); f.close()",
        "gone": "os.remove(path)",
    }[damage]
    notebook = Notebook(
        {
            "make": Hand(["a = list(range(100))"], saves=["a"]),
            "spoil": Hand(
                [f"import os\npath = {str(folder / 'make/try-1/data')!r}\n{spoil}"], ["make"]
            ),
            "use": Hand(["a"], after=["spoil"], needs=["a"]),
        }
    )
    found = failure(run(notebook, folder), "use")
    assert found.ename == "StoreError"
    assert "variable 'a' of step 'make'" in found.evalue
    assert {"changed": "damaged", "gone": "missing"}[damage] in found.evalue


def branches(left, right, *, seeded=False, first="items = [1]\nopen('log', 'w').write('x')"):
    return Notebook(
        {
            "make": Hand([first], saves=["items"]),
            "left": Hand([left], after=["make"], needs=["items"]),
            "right": Hand([right], after=["make"], needs=["items"]),
        },
        seeded=seeded,
    )


@pytest.mark.parametrize(
    ("left", "right", "what"),
    [
        ("items.append(2)", "len(items)", "variable 'items'"),
        ("open('log', 'a').write('y')", "open('log').read()", "file 'log'"),
        ("open('new', 'w').write('y')", "import os\nos.listdir('.')", "the files of folder '.'"),
        ("open('new', 'w').write('y')", "open('new', 'a').write('z')", "file 'new'"),
    ],
)
def test_a_change_that_a_parallel_step_missed_fails_the_run(tmp_path, left, right, what):
    finished = run(branches(left, right), tmp_path / "run")
    found = finished.failed_step
    assert found is not None
    assert found.failure.ename == "StoreError"
    assert f"step 'left' changed {what}, and step 'right'" in found.failure.evalue
    assert "`prev:left`" in found.failure.evalue


def test_parallel_draws_from_one_seed_fail_the_run(tmp_path):
    draw = "import random\nrandom.random()"
    seeded = branches(draw, draw, seeded=True, first="import random\nitems = [1]\nrandom.seed(0)")
    found = run(seeded, tmp_path / "run").failed_step
    assert found is not None
    assert "the random state of 'random'" in found.failure.evalue


def test_parallel_steps_that_seed_for_themselves_pass(tmp_path):
    draw = "import random\nimport numpy as np\nrandom.seed(1)\nrandom.random()\nnp.random.seed(1)"
    seeded = branches(draw, draw, seeded=True, first="import random\nitems = [1]\nrandom.seed(0)")
    assert_success(run(seeded, tmp_path / "run"))


def test_parallel_steps_that_do_not_disturb_each_other_pass(tmp_path):
    left = "mine = [*items, 2]\nopen('out', 'w').write('l')\nopen('out').read()\nopen('log').read()"
    right = "items.append(3)\nopen('out', 'w').write('r')\nopen('out').read()\nopen('log').read()"
    assert_success(run(branches(left, right), tmp_path / "run"))


ENDINGS = ["import sys\nsys.exit(0)", "exit()", "quit", "raise SystemExit"]


def test_ending_the_process_in_a_cell_fails_the_step(tmp_path):
    last = "get_ipython().ask_exit()"
    notebook = Notebook(
        {
            "one": Hand([*ENDINGS, "print('alive')"], tags=["raises-exception"]),
            "two": Hand([last, "print('after')"]),
        }
    )
    finished = run_kernels(notebook, tmp_path / "run")
    found = failure(finished, "two")
    assert found.ename == "SystemExit"
    assert found.evalue.endswith(": the step ended before its last cell")
    assert found.cell == "two-0"
    cells = {cell["id"]: cell for cell in host.executed(tmp_path / "run")["one"]["cells"]}
    for number, ending in enumerate(ENDINGS):
        outputs = cells[f"one-{number}"]["outputs"]
        (error,) = (one for one in outputs if one["output_type"] == "error")
        assert error["ename"] == "SystemExit", ending
        assert error["evalue"].endswith(": the step ended before its last cell"), ending
    assert "alive" in str(cells[f"one-{len(ENDINGS)}"]["outputs"])


def test_a_second_attempt_leaves_the_first_ones_artifacts_alone(tmp_path):
    notebook = Notebook({"make": Hand(["a = [1]"], saves=["a"])})
    assert_success(run(notebook, tmp_path / "run"))
    kept = (tmp_path / "run/make/try-1/data").read_bytes()
    assert_success(run(notebook, tmp_path / "run"))
    manifest = json.loads((tmp_path / "run/make/manifest.json").read_text())
    assert manifest["folder"] == "make/try-1-2"
    assert (tmp_path / "run/make/try-1/data").read_bytes() == kept
