"""What must not cross, or not silently, and what it says."""

import json
import re

import pytest
from by_hand import Hand, Notebook, assert_success
from by_hand import run as run_kernels
from forked_shells import run

from nbflow import host
from nbflow.runtime import open_store, read_manifest


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


def test_a_variable_that_was_never_bound_is_unbound_in_the_cell_that_asks_for_it(tmp_path):
    notebook = Notebook(
        {
            "make": Hand(["if False:\n    late = 1"], saves=["late"]),
            "use": Hand(
                ["print('late' in globals())", "late"],
                after=["make"],
                needs=["late"],
                saves=["late"],
            ),
        }
    )
    found = failure(run(notebook, tmp_path / "run"), "use")
    assert (found.ename, found.evalue) == ("NameError", "name 'late' is not defined")
    assert found.cell == "use-1"


def test_a_definition_that_asks_for_a_variable_that_was_never_bound_says_so(tmp_path):
    notebook = Notebook(
        {
            "make": Hand(["if False:\n    late = 1"], saves=["late"]),
            "use": Hand(
                ["f()"],
                after=["make"],
                needs=["late"],
                definitions=[("f", "def f(x=late):\n    return x")],
            ),
        }
    )
    found = failure(run(notebook, tmp_path / "run"), "use")
    assert (found.ename, found.evalue) == ("NameError", "name 'late' is not defined")


def test_two_steps_that_find_a_variable_unbound_do_not_race(tmp_path):
    ask = Hand(["assert 'late' not in globals()"], after=["make"], needs=["late"], saves=["late"])
    notebook = Notebook(
        {
            "make": Hand(["if False:\n    late = 1"], saves=["late"]),
            "one": ask,
            "two": ask,
            "both": Hand(["assert 'late' not in globals()"], after=["one", "two"], needs=["late"]),
        }
    )
    assert_success(run(notebook, tmp_path / "run"))


def test_a_deleted_variable_does_not_come_back(tmp_path):
    notebook = Notebook(
        {
            "make": Hand(["a = 1"], saves=["a"]),
            "drop": Hand(["del a"], after=["make"], needs=["a"]),
            "use": Hand(["a"], after=["drop"], needs=["a"]),
        }
    )
    assert failure(run(notebook, tmp_path / "run"), "use").ename == "NameError"


@pytest.mark.parametrize("damage", ["changed", "gone", "empty", "short", "zeros"])
def test_a_damaged_artifact_is_named(tmp_path, damage):
    folder = tmp_path / "run"
    spoil = {
        "changed": "f = open(path, 'r+b'); f.seek(40); f.write(b'!!'); f.close()",
        "gone": "os.remove(path)",
        "empty": "os.truncate(path, 0)",
        "short": "os.truncate(path, os.path.getsize(path) - 80)",
        "zeros": "size = os.path.getsize(path); open(path, 'wb').write(bytes(size))",
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
    assert ("missing" if damage == "gone" else "damaged") in found.evalue


@pytest.mark.parametrize("content", ["", "{", "[]", '{"step": "make"}', "\\0" * 99])
def test_a_manifest_that_a_cut_of_power_damaged_is_an_error(tmp_path, content):
    folder = tmp_path / "run"
    spoil = f"open({str(folder / 'make/manifest.json')!r}, 'w').write({content!r})"
    notebook = Notebook(
        {
            "make": Hand(["a = 1"], saves=["a"]),
            "spoil": Hand([spoil], after=["make"]),
            "use": Hand(["a"], after=["make"], needs=["a"]),
        }
    )
    found = failure(run(notebook, folder), "use")
    assert found.ename == "StoreError"
    assert "the manifest of step 'make'" in found.evalue
    assert "is damaged" in found.evalue
    assert "run the step again" in found.evalue


LIMITS = {
    "file size": "resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, resource.RLIM_INFINITY))",
    "open files": "resource.setrlimit(resource.RLIMIT_NOFILE, (3, 4096))",
    "memory": (
        "size = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (size + (8 << 20), resource.RLIM_INFINITY))"
    ),
}


@pytest.mark.parametrize("limit", LIMITS)
def test_a_save_that_meets_a_limit_leaves_nothing_to_see(tmp_path, limit):
    folder = tmp_path / "run"
    cells = [
        "import resource\na = [str(n) * 200 for n in range(100_000)]",
        f"open('f', 'w').write('x' * 3_000_000)\n{LIMITS[limit]}",
    ]
    notebook = Notebook({"make": Hand(cells, saves=["a"])})
    found = failure(run(notebook, folder), "make")
    assert found.cell is None
    assert found.ename in {"StoreError", "MemoryError", "OSError"}, found
    if limit == "file size":
        assert "the variables of step 'make' cannot be written" in found.evalue
        assert "File too large" in found.evalue
    assert read_manifest(open_store(str(folder)), "make") is None
    left = [path for path in folder.rglob("*") if path.is_file()]
    others = {"claims.json", "try-1.usage.json"}  # who wrote, and what the attempt used
    assert [path.name for path in left if path.name not in others] == []


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
    told = re.sub(r" \(cell (left|right)-0\)", "", found.failure.evalue)
    assert f"step 'left' changed {what}, and step 'right'" in told
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
